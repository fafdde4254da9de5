-- Cameras whose own services are asked: clock, events, where they look.

SET ROLE mkds_owner;

ALTER TABLE mkds.camera ADD COLUMN onvif text CHECK (
    onvif ~ '^https?://[^/?#@]+(/|$)' AND length(onvif) <= 2000 AND onvif !~ '^https?://[^/?#]*@');
ALTER TABLE mkds.camera ADD COLUMN onvif_events text NOT NULL DEFAULT 'auto'
    CHECK (onvif_events IN ('auto', 'always', 'off'));
COMMENT ON COLUMN mkds.camera.onvif IS 'Address of the camera''s ONVIF device service, http or https, without user name and password; null: its services are not asked; written by the register';
COMMENT ON COLUMN mkds.camera.onvif_events IS 'When events are fetched from the camera (MKDSCore.OnvifAccess.Events): auto, always, off; written by the register';

ALTER TABLE mkds.camera DROP CONSTRAINT camera_trust_is_for_rtsps;
ALTER TABLE mkds.camera ADD CONSTRAINT camera_trust_is_for_tls
    CHECK (trust IS NULL OR url ~ '^rtsps://' OR onvif ~ '^https://');
COMMENT ON COLUMN mkds.camera.trust IS 'How a camera is known behind rtsps or https: SHA-256 fingerprint of its certificate, or certificates of its authorities in PEM (MKDSCore.CameraTrust); null refuses it; written by the register';

RESET ROLE;
