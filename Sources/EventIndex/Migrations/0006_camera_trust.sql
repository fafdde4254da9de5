-- Encrypted cameras and how to know them.

SET ROLE mkds_owner;

ALTER TABLE mkds.camera DROP CONSTRAINT camera_url_check;
ALTER TABLE mkds.camera ADD CONSTRAINT camera_url_check CHECK (
    url ~ '^(rtsps?|http|file)://' AND length(url) <= 2000 AND url !~ '^(rtsps?|http)://[^/?#]*@');
COMMENT ON COLUMN mkds.camera.url IS 'rtsp, rtsps, http or file address without user name and password';

ALTER TABLE mkds.camera ADD COLUMN trust text CHECK (octet_length(trust) <= 16384);
ALTER TABLE mkds.camera ADD CONSTRAINT camera_trust_is_for_rtsps CHECK (trust IS NULL OR url ~ '^rtsps://');
COMMENT ON COLUMN mkds.camera.trust IS 'How an rtsps camera is known: SHA-256 fingerprint of its certificate, or certificates of its authorities in PEM (MKDSCore.CameraTrust); null refuses it; written by the register';

RESET ROLE;
