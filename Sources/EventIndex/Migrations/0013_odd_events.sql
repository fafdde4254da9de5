-- Days by name: statements that would look into the partitions of all days, and lock each with its indexes, first ask
-- these two small tables which days there is anything for them. docs/design/schema.md ("Days").
--
-- Always true:
--  * mkds.odd_event names each event that is open, lasted longer than an hour, or whose partition is not the day of its
--    start or a neighbour (the condition of the index event_odd): a trigger writes it in the transaction that writes the
--    event. A row whose event is gone (its partition was dropped) does no harm: who reads it joins the event.
--  * mkds.event_day.change is no less than the change number of any event of that day: the loader writes it in the
--    transaction that writes the events.

SET ROLE mkds_owner;

CREATE TABLE mkds.odd_event (
    day date NOT NULL,
    id uuid NOT NULL,
    camera text NOT NULL,
    spool uuid NOT NULL,
    start_time timestamptz NOT NULL,
    until timestamptz,
    PRIMARY KEY (day, id)
);
CREATE INDEX odd_event_span ON mkds.odd_event USING gist (tstzrange(start_time, until, '[]'));
CREATE INDEX odd_event_open_spool ON mkds.odd_event (spool) WHERE until IS NULL;
CREATE INDEX odd_event_open_camera ON mkds.odd_event (camera) WHERE until IS NULL;
COMMENT ON TABLE mkds.odd_event IS 'Events that a search by day would miss: open ones, long ones, misdated ones; written by a trigger on event';
COMMENT ON COLUMN mkds.odd_event.day IS 'As in event';
COMMENT ON COLUMN mkds.odd_event.id IS 'As in event';
COMMENT ON COLUMN mkds.odd_event.camera IS 'As in event';
COMMENT ON COLUMN mkds.odd_event.spool IS 'As in event';
COMMENT ON COLUMN mkds.odd_event.start_time IS 'As in event';
COMMENT ON COLUMN mkds.odd_event.until IS 'Its last_seen, its start if that is later; null while it lasts';

CREATE FUNCTION mkds.note_odd_event() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, mkds, pg_temp AS $$
BEGIN
    IF NEW.end_time IS NULL OR NEW.last_seen - NEW.start_time > interval '1 hour'
        OR (NEW.start_time AT TIME ZONE 'UTC')::date - NEW.day NOT BETWEEN -1 AND 1
    THEN
        INSERT INTO mkds.odd_event (day, id, camera, spool, start_time, until)
        VALUES (NEW.day, NEW.id, NEW.camera, NEW.spool, NEW.start_time,
            CASE WHEN NEW.end_time IS NOT NULL THEN greatest(NEW.start_time, NEW.last_seen) END)
        ON CONFLICT (day, id) DO UPDATE SET start_time = excluded.start_time, until = excluded.until;
    ELSE
        DELETE FROM mkds.odd_event WHERE day = NEW.day AND id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION mkds.note_odd_event() IS 'Writes mkds.odd_event';

-- An event that comes closed, and one that goes on as before, cost no more than the condition.
CREATE TRIGGER odd_event_comes AFTER INSERT ON mkds.event FOR EACH ROW
    WHEN (NEW.end_time IS NULL OR NEW.last_seen - NEW.start_time > interval '1 hour'
        OR (NEW.start_time AT TIME ZONE 'UTC')::date - NEW.day NOT BETWEEN -1 AND 1)
    EXECUTE FUNCTION mkds.note_odd_event();
CREATE TRIGGER odd_event_changes AFTER UPDATE ON mkds.event FOR EACH ROW
    WHEN ((OLD.end_time IS NULL) <> (NEW.end_time IS NULL) OR OLD.start_time <> NEW.start_time
        OR NEW.end_time IS NOT NULL AND OLD.last_seen <> NEW.last_seen)
    EXECUTE FUNCTION mkds.note_odd_event();

INSERT INTO mkds.odd_event (day, id, camera, spool, start_time, until)
SELECT day, id, camera, spool, start_time, CASE WHEN end_time IS NOT NULL THEN greatest(start_time, last_seen) END
FROM mkds.event
WHERE end_time IS NULL OR last_seen - start_time > interval '1 hour'
    OR (start_time AT TIME ZONE 'UTC')::date - day NOT BETWEEN -1 AND 1;

CREATE TABLE mkds.event_day (
    day date PRIMARY KEY,
    change bigint NOT NULL
);
COMMENT ON TABLE mkds.event_day IS 'Which days'' events changed last; written by the loader';
COMMENT ON COLUMN mkds.event_day.day IS 'As in event';
COMMENT ON COLUMN mkds.event_day.change IS 'Last change number given in a transaction that changed an event of that day';

INSERT INTO mkds.event_day (day, change) SELECT day, max(change) FROM mkds.event GROUP BY day;

-- An id belongs to one camera for ever. A later revision that names another one is refused as an entry, by an error of
-- the class that says so; it must not change another camera's row.
CREATE FUNCTION mkds.same_camera(stored text, told text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF stored <> told THEN
        RAISE EXCEPTION 'the entry names camera %, the row of its id camera %', told, stored USING ERRCODE = '23514';
    END IF;
    RETURN stored;
END
$$;
REVOKE ALL ON FUNCTION mkds.same_camera(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mkds.same_camera(text, text) TO mkds_loader;
COMMENT ON FUNCTION mkds.same_camera(text, text) IS 'The camera, an error when the two differ; called by the loader';

GRANT SELECT, INSERT, UPDATE, DELETE ON mkds.odd_event TO mkds_loader;
GRANT SELECT, INSERT, UPDATE ON mkds.event_day TO mkds_loader;
GRANT SELECT ON mkds.odd_event, mkds.event_day TO mkds_query;

RESET ROLE;
