-- Events, runs and gaps, and how far each spool has been loaded. docs/design/schema.md argues the invariants.
--
-- Always true:
--  * The rows of one journal batch and its position in mkds.journal_position commit together, or neither does.
--  * A row's revision never goes down; the row of an id holds that id's highest revision loaded.
--  * Every commit that changes events takes its numbers from mkds.change_counter, whose row stays locked until the
--    commit: change numbers become visible in their order, also with several loaders.
--  * event.day is the UTC day inside the id (UUIDv7), so one id always leads to one partition and (day, id) is unique.
--  * Okrsek, obvod, obec, touched and point of an event are frozen when its first revision is loaded.

SET ROLE mkds_owner;

-- Events --------------------------------------------------------------------------------------------------------------

CREATE TABLE mkds.event (
    day date NOT NULL,
    id uuid NOT NULL,
    revision bigint NOT NULL,
    camera text NOT NULL,
    kind smallint NOT NULL,
    source smallint NOT NULL,
    topic text NOT NULL,
    start_time timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    end_time timestamptz,
    end_reason smallint,
    clock smallint NOT NULL,
    uncertainty_us bigint,
    peak real NOT NULL,
    peak_time timestamptz,
    box_left real,
    box_top real,
    box_right real,
    box_bottom real,
    cells bytea,
    detail text NOT NULL,
    place_basis smallint NOT NULL,
    point geometry(Point, 4326),
    okrsek bigint,
    on_border boolean NOT NULL,
    obvod bigint,
    obec bigint,
    touched bigint[] NOT NULL,
    spool uuid NOT NULL,
    change bigint NOT NULL,
    PRIMARY KEY (day, id)
) PARTITION BY RANGE (day);

-- One index for each way of asking; each is read backwards, newest first, and stops at the page's end.
CREATE INDEX event_okrsek ON mkds.event (okrsek, start_time, id);
CREATE INDEX event_obvod ON mkds.event (obvod, start_time, id);
CREATE INDEX event_camera ON mkds.event (camera, start_time, id);
CREATE INDEX event_time ON mkds.event (start_time, id);
CREATE INDEX event_change ON mkds.event (change);
-- The few rows a search by start time alone would miss: open ones, those that last longer than an hour, those whose
-- clock and id disagree by more than a day. The reader repeats this condition word for word.
CREATE INDEX event_odd ON mkds.event (start_time, id) WHERE (
    end_time IS NULL OR last_seen - start_time > interval '1 hour'
    OR (start_time AT TIME ZONE 'UTC')::date - day NOT BETWEEN -1 AND 1);

COMMENT ON TABLE mkds.event IS 'The last revision of each event with its frozen place; partitioned by UTC day; written by the loader';
COMMENT ON COLUMN mkds.event.day IS 'UTC day inside the id; the partition';
COMMENT ON COLUMN mkds.event.id IS 'UUIDv7 minted once, in capture';
COMMENT ON COLUMN mkds.event.revision IS 'Number of the revision the row holds; 0 opened it';
COMMENT ON COLUMN mkds.event.camera IS 'Camera that saw it; kept when the camera leaves the register';
COMMENT ON COLUMN mkds.event.kind IS '1 motion, 2 object, 3 rule, 4 tamper, 5 health (MKDSCore.EventKind)';
COMMENT ON COLUMN mkds.event.source IS 'Who saw it: 1 camera, 2 server (MKDSCore.EventSource)';
COMMENT ON COLUMN mkds.event.topic IS 'Machine word below the kind, empty for plain motion';
COMMENT ON COLUMN mkds.event.start_time IS 'When it began';
COMMENT ON COLUMN mkds.event.last_seen IS 'Last moment it was seen to last; equals end_time once closed';
COMMENT ON COLUMN mkds.event.end_time IS 'When it ended; null while it lasts';
COMMENT ON COLUMN mkds.event.end_reason IS '1 over, 2 split, 3 stream lost, 4 withdrawn, 5 recovered (MKDSCore.EndReason); null while it lasts';
COMMENT ON COLUMN mkds.event.clock IS 'What the times rest on: 1 arrival, 2 RTCP, 3 camera, 4 file (MKDSCore.ClockSource)';
COMMENT ON COLUMN mkds.event.uncertainty_us IS 'Half-width of the interval around start and end that holds the truth, microseconds; null when unknown';
COMMENT ON COLUMN mkds.event.peak IS 'Largest share of the unmasked picture that moved at once, 0 to 1';
COMMENT ON COLUMN mkds.event.peak_time IS 'When that was';
COMMENT ON COLUMN mkds.event.box_left IS 'Union of the moving regions, share of the picture''s width; null when there was none';
COMMENT ON COLUMN mkds.event.box_top IS 'The same, share of the height from the top';
COMMENT ON COLUMN mkds.event.box_right IS 'The same, share of the width';
COMMENT ON COLUMN mkds.event.box_bottom IS 'The same, share of the height';
COMMENT ON COLUMN mkds.event.cells IS 'Moving cells of a 16 x 16 grid: 32 bytes, row-major, first bit upper left; null when none';
COMMENT ON COLUMN mkds.event.detail IS 'Plain English sentence; no secrets';
COMMENT ON COLUMN mkds.event.place_basis IS 'What the point is: 3 scene point, 4 mast, 0 unknown (MKDSCore.PlaceBasis)';
COMMENT ON COLUMN mkds.event.point IS 'Where it lies, EPSG:4326; null when unknown; frozen';
COMMENT ON COLUMN mkds.event.okrsek IS 'area.id of the okrsek version in force at its start; null outside every okrsek; frozen';
COMMENT ON COLUMN mkds.event.on_border IS 'The point lay exactly on a border (hranice); frozen';
COMMENT ON COLUMN mkds.event.obvod IS 'area.id of the obvod version; frozen';
COMMENT ON COLUMN mkds.event.obec IS 'area.id of the obec version; frozen';
COMMENT ON COLUMN mkds.event.touched IS 'area.id of every okrsek with at least 5 % of the view, the primary one among them; frozen';
COMMENT ON COLUMN mkds.event.spool IS 'Spool it came from: recovery of that spool closes what it left open';
COMMENT ON COLUMN mkds.event.change IS 'Number of the row''s last change, from change_counter; the live feed resumes by it';

CREATE FUNCTION mkds.ensure_event_partition(wanted date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, mkds, pg_temp AS $$
DECLARE
    name text := 'event_' || to_char(wanted, 'YYYYMMDD');
BEGIN
    IF to_regclass(format('mkds.%I', name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Two loaders at once: the second waits here and finds the table made.
    PERFORM pg_advisory_xact_lock(hashtext('mkds.ensure_event_partition'));
    IF to_regclass(format('mkds.%I', name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Attaching a finished table takes a weaker lock on mkds.event than CREATE TABLE … PARTITION OF: readers go on.
    EXECUTE format('CREATE TABLE mkds.%I (LIKE mkds.event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
    EXECUTE format('ALTER TABLE mkds.event ATTACH PARTITION mkds.%I FOR VALUES FROM (%L) TO (%L)',
        name, wanted, wanted + 1);
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION mkds.ensure_event_partition(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mkds.ensure_event_partition(date) TO mkds_loader;
COMMENT ON FUNCTION mkds.ensure_event_partition(date) IS 'Makes the partition of one UTC day when it is missing; true when it made one. Called by the loader';

-- The day a UUIDv7 carries. For checks by people and tests; the loader computes it itself.
CREATE FUNCTION mkds.uuid_day(id uuid) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT date '1970-01-01'
        + (('x0000' || left(replace(id::text, '-', ''), 12))::bit(64)::bigint / 86400000)::integer
$$;
GRANT EXECUTE ON FUNCTION mkds.uuid_day(uuid) TO mkds_loader, mkds_query;
COMMENT ON FUNCTION mkds.uuid_day(uuid) IS 'UTC day inside a UUIDv7';

CREATE TABLE mkds.event_spot (
    camera text NOT NULL,
    point geometry(Point, 4326),
    okrsek bigint,
    touched bigint[] NOT NULL
);
CREATE INDEX event_spot_camera ON mkds.event_spot (camera);
CREATE INDEX event_spot_point ON mkds.event_spot USING gist (point);
COMMENT ON TABLE mkds.event_spot IS 'Each place ever frozen into events of a camera, once; turns a spot or a touched okrsek into cameras; written by the loader';
COMMENT ON COLUMN mkds.event_spot.camera IS 'The camera';
COMMENT ON COLUMN mkds.event_spot.point IS 'As in event';
COMMENT ON COLUMN mkds.event_spot.okrsek IS 'As in event';
COMMENT ON COLUMN mkds.event_spot.touched IS 'As in event';

-- Runs and gaps -------------------------------------------------------------------------------------------------------

CREATE TABLE mkds.stream_run (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    camera text NOT NULL,
    codec text NOT NULL,
    profile text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    frame_rate real NOT NULL,
    gop_us bigint,
    bit_rate real NOT NULL,
    first_packet timestamptz NOT NULL,
    last_packet timestamptz NOT NULL,
    packets bigint NOT NULL,
    bytes bigint NOT NULL,
    end_reason smallint,
    clock smallint NOT NULL,
    spool uuid NOT NULL
);
CREATE INDEX stream_run_camera ON mkds.stream_run (camera, first_packet);
CREATE INDEX stream_run_time ON mkds.stream_run (first_packet);
CREATE INDEX stream_run_open ON mkds.stream_run (spool) WHERE end_reason IS NULL;
COMMENT ON TABLE mkds.stream_run IS 'Facts of each connection to a camera''s stream; written by the loader';
COMMENT ON COLUMN mkds.stream_run.id IS 'UUIDv7 minted once, in capture';
COMMENT ON COLUMN mkds.stream_run.revision IS 'Number of the revision the row holds';
COMMENT ON COLUMN mkds.stream_run.camera IS 'The camera';
COMMENT ON COLUMN mkds.stream_run.codec IS 'FFmpeg''s name: h264, hevc, mjpeg';
COMMENT ON COLUMN mkds.stream_run.profile IS 'The codec''s profile as the stream names it';
COMMENT ON COLUMN mkds.stream_run.width IS 'Picture width, pixels';
COMMENT ON COLUMN mkds.stream_run.height IS 'Picture height, pixels';
COMMENT ON COLUMN mkds.stream_run.frame_rate IS 'Pictures a second, measured over the run';
COMMENT ON COLUMN mkds.stream_run.gop_us IS 'Mean distance of keyframes, microseconds; null until two came';
COMMENT ON COLUMN mkds.stream_run.bit_rate IS 'Bits a second, measured over the run';
COMMENT ON COLUMN mkds.stream_run.first_packet IS 'When its first packet came';
COMMENT ON COLUMN mkds.stream_run.last_packet IS 'When its last packet came';
COMMENT ON COLUMN mkds.stream_run.packets IS 'Packets received';
COMMENT ON COLUMN mkds.stream_run.bytes IS 'Bytes received';
COMMENT ON COLUMN mkds.stream_run.end_reason IS 'Why it ended (MKDSCore.EndReason); null while it lasts';
COMMENT ON COLUMN mkds.stream_run.clock IS 'What the times rest on (MKDSCore.ClockSource)';
COMMENT ON COLUMN mkds.stream_run.spool IS 'Spool it came from';

CREATE TABLE mkds.gap (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    camera text NOT NULL,
    start_time timestamptz NOT NULL,
    end_time timestamptz,
    reason text NOT NULL,
    detail text NOT NULL,
    spool uuid NOT NULL
);
CREATE INDEX gap_camera ON mkds.gap (camera, start_time);
CREATE INDEX gap_time ON mkds.gap (start_time);
CREATE INDEX gap_open ON mkds.gap (spool) WHERE end_time IS NULL;
COMMENT ON TABLE mkds.gap IS 'Spans in which a camera gave no usable picture; written by the loader';
COMMENT ON COLUMN mkds.gap.id IS 'UUIDv7 minted once, in capture';
COMMENT ON COLUMN mkds.gap.revision IS 'Number of the revision the row holds; 0 opened it';
COMMENT ON COLUMN mkds.gap.camera IS 'The camera';
COMMENT ON COLUMN mkds.gap.start_time IS 'When it began';
COMMENT ON COLUMN mkds.gap.end_time IS 'When it ended; null while it lasts; the restart of capture when recovery closed it';
COMMENT ON COLUMN mkds.gap.reason IS 'Topic of the health event of the same span (MKDSCore.HealthTopic)';
COMMENT ON COLUMN mkds.gap.detail IS 'Plain English sentence; no secrets';
COMMENT ON COLUMN mkds.gap.spool IS 'Spool it came from';

-- Loading -------------------------------------------------------------------------------------------------------------

CREATE TABLE mkds.journal_position (
    spool uuid PRIMARY KEY,
    file bigint NOT NULL,
    byte_offset bigint NOT NULL,
    records bigint NOT NULL,
    directory text NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE mkds.journal_position IS 'How far each spool has been loaded; changed only in the transaction that stores the records before it';
COMMENT ON COLUMN mkds.journal_position.spool IS 'The spool''s own id';
COMMENT ON COLUMN mkds.journal_position.file IS 'Number of the journal file the next record is in';
COMMENT ON COLUMN mkds.journal_position.byte_offset IS 'Where in that file the next record begins';
COMMENT ON COLUMN mkds.journal_position.records IS 'Records loaded from this spool so far';
COMMENT ON COLUMN mkds.journal_position.directory IS 'Where the spool was when last loaded; for people';
COMMENT ON COLUMN mkds.journal_position.updated_at IS 'When it last moved';

CREATE TABLE mkds.change_counter (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    last bigint NOT NULL
);
INSERT INTO mkds.change_counter (last) VALUES (0);
COMMENT ON TABLE mkds.change_counter IS 'One row: the last change number given; locked by each loading transaction until it commits';
COMMENT ON COLUMN mkds.change_counter.single IS 'Always true: there is one row';
COMMENT ON COLUMN mkds.change_counter.last IS 'Last change number of any event';

-- Rights --------------------------------------------------------------------------------------------------------------

GRANT SELECT, INSERT, UPDATE ON mkds.event, mkds.event_spot, mkds.stream_run, mkds.gap, mkds.journal_position
    TO mkds_loader;
GRANT SELECT, UPDATE ON mkds.change_counter TO mkds_loader;
GRANT SELECT ON mkds.event, mkds.event_spot, mkds.stream_run, mkds.gap, mkds.journal_position, mkds.change_counter
    TO mkds_query;

RESET ROLE;
