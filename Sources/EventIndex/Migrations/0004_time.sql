-- What each clock said of events and runs, and how the server's own clock stood. docs/design/time.md.
--
-- Always true:
--  * event.start_time = camera_time - clock_offset_us wherever both are known: the camera's time is kept beside the
--    best estimate, never in its place.
--  * A row of mkds.host_clock is written when mkdsd starts, each hour and when the clock gains or loses its source.

SET ROLE mkds_owner;

ALTER TABLE mkds.event
    ADD COLUMN arrival_time timestamptz,
    ADD COLUMN media_us bigint,
    ADD COLUMN camera_time timestamptz,
    ADD COLUMN clock_offset_us bigint,
    ADD COLUMN offset_age_us bigint;

COMMENT ON COLUMN mkds.event.arrival_time IS 'Server''s wall clock when the picture that began it came; null when no picture began it; written by the loader';
COMMENT ON COLUMN mkds.event.media_us IS 'The stream''s own time of that picture, microseconds from an origin of the stream''s choice';
COMMENT ON COLUMN mkds.event.camera_time IS 'What the camera''s clock said of that picture; null when the camera told no time';
COMMENT ON COLUMN mkds.event.clock_offset_us IS 'Camera clock minus best estimate, microseconds; null when it could not be measured: time not verified';
COMMENT ON COLUMN mkds.event.offset_age_us IS 'How long before that the camera''s clock was last compared, microseconds';

ALTER TABLE mkds.stream_run
    ADD COLUMN arrival_time timestamptz,
    ADD COLUMN media_us bigint,
    ADD COLUMN camera_time timestamptz,
    ADD COLUMN clock_offset_us bigint,
    ADD COLUMN offset_age_us bigint,
    ADD COLUMN uncertainty_us bigint;

COMMENT ON COLUMN mkds.stream_run.arrival_time IS 'Server''s wall clock when the last packet came; null in runs of earlier versions; written by the loader';
COMMENT ON COLUMN mkds.stream_run.media_us IS 'The stream''s own time of that packet, microseconds';
COMMENT ON COLUMN mkds.stream_run.camera_time IS 'What the camera''s clock said of that packet; null when the camera told no time';
COMMENT ON COLUMN mkds.stream_run.clock_offset_us IS 'Camera clock minus best estimate at that packet, microseconds; null when it could not be measured';
COMMENT ON COLUMN mkds.stream_run.offset_age_us IS 'How long before that the camera''s clock was last compared, microseconds';
COMMENT ON COLUMN mkds.stream_run.uncertainty_us IS 'Half-width of the interval around camera_time - clock_offset_us that holds the truth, microseconds; null when unknown';

CREATE TABLE mkds.host_clock (
    at timestamptz NOT NULL,
    host text NOT NULL,
    synchronised boolean NOT NULL,
    offset_us bigint NOT NULL,
    estimated_error_us bigint NOT NULL,
    maximum_error_us bigint NOT NULL,
    frequency_ppm double precision NOT NULL,
    PRIMARY KEY (host, at)
);
CREATE INDEX host_clock_time ON mkds.host_clock (at);
COMMENT ON TABLE mkds.host_clock IS 'State of each server''s own clock, hourly: what every recorded time rests on; small, kept as long as the evidence that refers to it; written by mkdsd';
COMMENT ON COLUMN mkds.host_clock.at IS 'When it was read, by that clock';
COMMENT ON COLUMN mkds.host_clock.host IS 'Name of the server';
COMMENT ON COLUMN mkds.host_clock.synchronised IS 'Whether the kernel knows the clock to be set by a time source (adjtimex(2), not STA_UNSYNC)';
COMMENT ON COLUMN mkds.host_clock.offset_us IS 'Correction the kernel still has to make, microseconds';
COMMENT ON COLUMN mkds.host_clock.estimated_error_us IS 'Error the time source estimates, microseconds';
COMMENT ON COLUMN mkds.host_clock.maximum_error_us IS 'Error the clock cannot exceed by the word of its source, microseconds';
COMMENT ON COLUMN mkds.host_clock.frequency_ppm IS 'Correction of the oscillator, parts per million';

GRANT SELECT, INSERT ON mkds.host_clock TO mkds_loader;
GRANT SELECT ON mkds.host_clock TO mkds_query;

RESET ROLE;
