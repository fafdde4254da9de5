-- What streams tell of themselves, and what came from them minute by minute. docs/design/capture.md (Bitstream),
-- docs/design/schema.md (Minutes).
--
-- Always true:
--  * mkds.stream_minute has at most one row for a camera, a minute and a run.
--  * It holds the last 31 days: each day is a partition, made and dropped by the loader.

SET ROLE mkds_owner;

ALTER TABLE mkds.stream_run
    ADD COLUMN level text,
    ADD COLUMN announced_rate real,
    ADD COLUMN signing smallint,
    ADD COLUMN user_data uuid[],
    ADD COLUMN registered_user_data boolean,
    ADD COLUMN picture_timing boolean,
    ADD COLUMN metadata text[],
    ADD COLUMN klv_label uuid,
    ADD COLUMN klv_rate real,
    ADD COLUMN klv_time timestamptz;

COMMENT ON COLUMN mkds.stream_run.level IS 'The codec''s level, as 4.1; empty when unknown; null in runs of earlier versions; written by the loader';
COMMENT ON COLUMN mkds.stream_run.announced_rate IS 'Pictures a second as the stream announces them; null when it does not';
COMMENT ON COLUMN mkds.stream_run.signing IS 'Signatures over the pictures (MKDSCore.MediaSigning); null until watched long enough to tell';
COMMENT ON COLUMN mkds.stream_run.user_data IS 'UUIDs of the unregistered user data seen in SEI messages, at most four';
COMMENT ON COLUMN mkds.stream_run.registered_user_data IS 'Whether user data registered by ITU-T T.35 was seen';
COMMENT ON COLUMN mkds.stream_run.picture_timing IS 'Whether picture timing messages were seen';
COMMENT ON COLUMN mkds.stream_run.metadata IS 'Metadata tracks beside the video: onvif, klv';
COMMENT ON COLUMN mkds.stream_run.klv_label IS 'Universal label (SMPTE ST 298, 16 bytes) of the KLV track''s sets; null without one';
COMMENT ON COLUMN mkds.stream_run.klv_rate IS 'KLV packets a second, measured over the run';
COMMENT ON COLUMN mkds.stream_run.klv_time IS 'Newest precision time stamp (MISB ST 0601 item 2) by the camera''s clock';

CREATE TABLE mkds.stream_minute (
    minute timestamptz NOT NULL,
    run uuid NOT NULL,
    bytes bigint NOT NULL,
    covered_ms integer NOT NULL,
    packets integer NOT NULL,
    keyframes integer NOT NULL,
    missed integer NOT NULL,
    longest_pause_ms integer,
    mean_gop_ms integer,
    longest_gop_ms integer,
    camera text NOT NULL,
    PRIMARY KEY (camera, minute, run)
) PARTITION BY RANGE (minute);
COMMENT ON TABLE mkds.stream_minute IS 'What came from each stream, minute by minute, kept 31 days; written by the loader';
COMMENT ON COLUMN mkds.stream_minute.minute IS 'Beginning of the minute, by arrival at the server';
COMMENT ON COLUMN mkds.stream_minute.run IS 'The run it belongs to (stream_run.id)';
COMMENT ON COLUMN mkds.stream_minute.bytes IS 'Bytes received';
COMMENT ON COLUMN mkds.stream_minute.covered_ms IS 'How much of the minute the run covers, milliseconds';
COMMENT ON COLUMN mkds.stream_minute.packets IS 'Packets received, each one picture';
COMMENT ON COLUMN mkds.stream_minute.keyframes IS 'Keyframes among them';
COMMENT ON COLUMN mkds.stream_minute.missed IS 'Network packets found missing';
COMMENT ON COLUMN mkds.stream_minute.longest_pause_ms IS 'Longest time between two arrivals, milliseconds; null without two';
COMMENT ON COLUMN mkds.stream_minute.mean_gop_ms IS 'Mean distance of keyframes, milliseconds; null when none ended in the minute';
COMMENT ON COLUMN mkds.stream_minute.longest_gop_ms IS 'Longest distance of keyframes, milliseconds; null when none ended in the minute';
COMMENT ON COLUMN mkds.stream_minute.camera IS 'The camera';

CREATE FUNCTION mkds.ensure_stream_minutes(wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, mkds, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    name text := 'stream_minute_' || to_char(wanted, 'YYYYMMDD');
BEGIN
    -- Two loaders at once: the second waits here and then reads the catalogue itself.
    PERFORM pg_advisory_xact_lock(hashtext('mkds.stream_minute'));
    IF EXISTS (SELECT FROM pg_class WHERE relname = name AND relnamespace = 'mkds'::regnamespace) THEN
        RETURN;
    END IF;
    -- Attaching a finished table takes a weaker lock than CREATE TABLE … PARTITION OF: readers go on.
    EXECUTE format('CREATE TABLE mkds.%I (LIKE mkds.stream_minute INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
    EXECUTE format('ALTER TABLE mkds.stream_minute ATTACH PARTITION mkds.%I FOR VALUES FROM (%L) TO (%L)',
        name, wanted::timestamptz, (wanted + 1)::timestamptz);
END
$$;
COMMENT ON FUNCTION mkds.ensure_stream_minutes(date) IS 'Makes the partition of a UTC day of mkds.stream_minute';

CREATE FUNCTION mkds.drop_stream_minutes(oldest date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, mkds, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    name text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('mkds.stream_minute'));
    FOR name IN SELECT relname FROM pg_class
        WHERE relnamespace = 'mkds'::regnamespace AND relkind = 'r' AND relname ~ '^stream_minute_[0-9]{8}$'
            AND to_date(right(relname, 8), 'YYYYMMDD') < oldest
    LOOP
        EXECUTE format('DROP TABLE mkds.%I', name);
    END LOOP;
EXCEPTION WHEN lock_not_available THEN
    -- A long answer is being read; the next day tries again.
    NULL;
END
$$;
COMMENT ON FUNCTION mkds.drop_stream_minutes(date) IS 'Drops the partitions of mkds.stream_minute before a UTC day';

REVOKE ALL ON FUNCTION mkds.ensure_stream_minutes(date), mkds.drop_stream_minutes(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mkds.ensure_stream_minutes(date), mkds.drop_stream_minutes(date) TO mkds_loader;
GRANT SELECT, INSERT ON mkds.stream_minute TO mkds_loader;
GRANT SELECT ON mkds.stream_minute TO mkds_query;

RESET ROLE;
