-- What cameras say of themselves: their documents as they came (R13, R14), and which events each told of.
-- docs/design/schema.md and onvif.md.
--
-- Always true:
--  * A document, its parts and its links are stored once and never changed; document.day is the day inside its id,
--    event_document.day the day inside the event's.
--  * A row of mkds.document is loaded after its parts: where part_count parts are not all there, they were given up in
--    capture for want of memory.
--  * The three tables have the same partitions as mkds.event, so that one rule of retention does for all.

SET ROLE mkds_owner;

CREATE TABLE mkds.document (
    day date NOT NULL,
    id uuid NOT NULL,
    camera text NOT NULL,
    received timestamptz NOT NULL,
    path smallint NOT NULL,
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    byte_count bigint NOT NULL,
    compressed boolean NOT NULL,
    cut_count bigint NOT NULL,
    pan real,
    tilt real,
    zoom real,
    preset text NOT NULL,
    part_count integer NOT NULL,
    tail bytea NOT NULL,
    spool uuid NOT NULL,
    PRIMARY KEY (day, id)
) PARTITION BY RANGE (day);
CREATE INDEX document_camera ON mkds.document (camera, received);

COMMENT ON TABLE mkds.document IS 'Metadata documents of cameras that told of events; partitioned as event; written by the loader, never changed';
COMMENT ON COLUMN mkds.document.day IS 'UTC day inside the id; the partition';
COMMENT ON COLUMN mkds.document.id IS 'UUIDv7 minted when the document came';
COMMENT ON COLUMN mkds.document.camera IS 'Camera that sent it';
COMMENT ON COLUMN mkds.document.received IS 'Server''s wall clock when its first bytes came';
COMMENT ON COLUMN mkds.document.path IS 'How it came: 1 metadata track, 2 PullPoint (MKDSCore.DocumentPath)';
COMMENT ON COLUMN mkds.document.sha256 IS 'SHA-256 of what was sent, before anything was cut out';
COMMENT ON COLUMN mkds.document.byte_count IS 'Bytes of the document as it is kept: all parts and the tail';
COMMENT ON COLUMN mkds.document.compressed IS 'Whether it is kept as the gzip member it came as';
COMMENT ON COLUMN mkds.document.cut_count IS 'Elements with face or plate data that were cut out before it was stored; 0: the bytes are the sent ones';
COMMENT ON COLUMN mkds.document.pan IS 'Where a moving camera looked by its own word, its own units; null when it did not say';
COMMENT ON COLUMN mkds.document.tilt IS 'The same';
COMMENT ON COLUMN mkds.document.zoom IS 'The same';
COMMENT ON COLUMN mkds.document.preset IS 'Preset it said to have reached; empty when none';
COMMENT ON COLUMN mkds.document.part_count IS 'Rows of document_part that precede the tail';
COMMENT ON COLUMN mkds.document.tail IS 'Its last bytes; all of a short document';
COMMENT ON COLUMN mkds.document.spool IS 'Spool it came from';

CREATE TABLE mkds.document_part (
    day date NOT NULL,
    document uuid NOT NULL,
    number integer NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (day, document, number)
) PARTITION BY RANGE (day);
COMMENT ON TABLE mkds.document_part IS 'The bytes of documents longer than one journal entry, but for the last; partitioned as event; written by the loader, never changed';
COMMENT ON COLUMN mkds.document_part.day IS 'UTC day inside the document''s id; the partition';
COMMENT ON COLUMN mkds.document_part.document IS 'The document';
COMMENT ON COLUMN mkds.document_part.number IS 'From 0';
COMMENT ON COLUMN mkds.document_part.content IS 'The bytes, as many in each part';

CREATE TABLE mkds.event_document (
    day date NOT NULL,
    event uuid NOT NULL,
    document uuid NOT NULL,
    PRIMARY KEY (day, event, document)
) PARTITION BY RANGE (day);
COMMENT ON TABLE mkds.event_document IS 'Which documents opened, extended or closed an event; partitioned as event; written by the loader, never changed';
COMMENT ON COLUMN mkds.event_document.day IS 'UTC day inside the event''s id; the partition';
COMMENT ON COLUMN mkds.event_document.event IS 'The event';
COMMENT ON COLUMN mkds.event_document.document IS 'The document';

CREATE TABLE mkds.document_other_days PARTITION OF mkds.document DEFAULT;
CREATE TABLE mkds.document_part_other_days PARTITION OF mkds.document_part DEFAULT;
CREATE TABLE mkds.event_document_other_days PARTITION OF mkds.event_document DEFAULT;
COMMENT ON TABLE mkds.document_other_days IS 'As event_other_days';
COMMENT ON TABLE mkds.document_part_other_days IS 'As event_other_days';
COMMENT ON TABLE mkds.event_document_other_days IS 'As event_other_days';

-- Makes the partition of a day of one table, if it is missing, and moves there what other days hold of it.
CREATE FUNCTION mkds.ensure_day(parent text, wanted date) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, mkds, pg_temp AS $$
DECLARE
    name text := parent || '_' || to_char(wanted, 'YYYYMMDD');
BEGIN
    -- Read from the catalogue itself: to_regclass would answer from what this session remembers of its first question.
    IF EXISTS (SELECT FROM pg_class WHERE relname = name AND relnamespace = 'mkds'::regnamespace) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE mkds.%I (LIKE mkds.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name, parent);
    -- No row of that day may come to the others between its removal and the attaching.
    EXECUTE format('LOCK TABLE mkds.%I IN ACCESS EXCLUSIVE MODE', parent || '_other_days');
    EXECUTE format(
        'WITH moved AS (DELETE FROM mkds.%I WHERE day = %L RETURNING *) INSERT INTO mkds.%I SELECT * FROM moved',
        parent || '_other_days', wanted, name);
    -- Attaching a finished table takes a weaker lock on the parent than CREATE TABLE … PARTITION OF: readers go on.
    EXECUTE format('ALTER TABLE mkds.%I ATTACH PARTITION mkds.%I FOR VALUES FROM (%L) TO (%L)',
        parent, name, wanted, wanted + 1);
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION mkds.ensure_day(text, date) FROM PUBLIC;
COMMENT ON FUNCTION mkds.ensure_day(text, date) IS 'Makes the partition of one UTC day of one table; true when it made one. For ensure_event_partition';

CREATE OR REPLACE FUNCTION mkds.ensure_event_partition(wanted date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, mkds, pg_temp AS $$
DECLARE
    made boolean := false;
    parent text;
BEGIN
    -- Of a day that is complete, which is nearly always so, nothing is locked.
    IF (SELECT count(*) FROM pg_class WHERE relnamespace = 'mkds'::regnamespace AND relname IN (
            'event_' || to_char(wanted, 'YYYYMMDD'), 'document_' || to_char(wanted, 'YYYYMMDD'),
            'document_part_' || to_char(wanted, 'YYYYMMDD'), 'event_document_' || to_char(wanted, 'YYYYMMDD'))) = 4 THEN
        RETURN false;
    END IF;
    -- Two loaders at once: the second waits here.
    PERFORM pg_advisory_xact_lock(hashtext('mkds.ensure_event_partition'));
    FOREACH parent IN ARRAY ARRAY['event', 'document', 'document_part', 'event_document'] LOOP
        made := mkds.ensure_day(parent, wanted) OR made;
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION mkds.ensure_event_partition(date) IS 'Makes what is missing of the partitions of one UTC day of event, document, document_part and event_document; true when it made any. Called by the loader';

GRANT SELECT, INSERT ON mkds.document, mkds.document_part, mkds.event_document TO mkds_loader;
GRANT SELECT ON mkds.document, mkds.document_part, mkds.event_document TO mkds_query;

RESET ROLE;
