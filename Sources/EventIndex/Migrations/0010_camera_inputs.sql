-- Further ways to a camera: RTMP, SRT and the folder of another recorder.

SET ROLE mkds_owner;

ALTER TABLE mkds.camera DROP CONSTRAINT camera_url_check;
ALTER TABLE mkds.camera ADD CONSTRAINT camera_url_check CHECK (
    url ~ '^(rtsps?|http|rtmp|srt|file|folder)://' AND length(url) <= 2000
    AND url !~ '^(rtsps?|http|rtmp|srt)://[^/?#]*@');
COMMENT ON COLUMN mkds.camera.url IS 'rtsp, rtsps, http, rtmp, srt, file or folder address without user name, password and passphrase; {user} and {password} stand for those of the credential';

RESET ROLE;
