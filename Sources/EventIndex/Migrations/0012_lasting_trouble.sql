-- Coverage asks for the trouble of some cameras within some hours. Partitions before these need not be looked at but for
-- spells that reach that far, and they are few: here they are by name.
--
-- Always true:
--  * mkds.lasting_trouble names each event of trouble (the condition of the index event_sight) that is open, lasted longer
--    than 24 hours, or whose partition is not the day of its start or a neighbour: a trigger writes it in the transaction
--    that writes the event. A row whose event is gone (its partition was dropped) does no harm: readers join the event.

SET ROLE mkds_owner;

CREATE TABLE mkds.lasting_trouble (
    day date NOT NULL,
    id uuid NOT NULL,
    camera text NOT NULL,
    start_time timestamptz NOT NULL,
    PRIMARY KEY (day, id)
);
CREATE INDEX lasting_trouble_camera ON mkds.lasting_trouble (camera, start_time);
COMMENT ON TABLE mkds.lasting_trouble IS 'Events of trouble that a search by day would miss: open ones, long ones; written by a trigger on event';
COMMENT ON COLUMN mkds.lasting_trouble.day IS 'As in event';
COMMENT ON COLUMN mkds.lasting_trouble.id IS 'As in event';
COMMENT ON COLUMN mkds.lasting_trouble.camera IS 'As in event';
COMMENT ON COLUMN mkds.lasting_trouble.start_time IS 'As in event';

CREATE FUNCTION mkds.note_lasting_trouble() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, mkds, pg_temp AS $$
BEGIN
    IF NEW.end_time IS NULL OR NEW.last_seen - NEW.start_time > interval '24 hours'
        OR (NEW.start_time AT TIME ZONE 'UTC')::date - NEW.day NOT BETWEEN -1 AND 1
    THEN
        INSERT INTO mkds.lasting_trouble (day, id, camera, start_time)
        VALUES (NEW.day, NEW.id, NEW.camera, NEW.start_time)
        ON CONFLICT (day, id) DO UPDATE SET start_time = excluded.start_time;
    ELSE
        DELETE FROM mkds.lasting_trouble WHERE day = NEW.day AND id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION mkds.note_lasting_trouble() IS 'Writes mkds.lasting_trouble';

-- Motion, which is nearly everything, costs no more than the condition.
CREATE TRIGGER lasting_trouble AFTER INSERT OR UPDATE ON mkds.event FOR EACH ROW
    WHEN (NEW.kind = 4 OR NEW.kind = 5 AND NEW.topic IN ('frozen', 'packet-loss'))
    EXECUTE FUNCTION mkds.note_lasting_trouble();

INSERT INTO mkds.lasting_trouble (day, id, camera, start_time)
SELECT day, id, camera, start_time FROM mkds.event
WHERE (kind = 4 OR kind = 5 AND topic IN ('frozen', 'packet-loss'))
    AND (end_time IS NULL OR last_seen - start_time > interval '24 hours'
        OR (start_time AT TIME ZONE 'UTC')::date - day NOT BETWEEN -1 AND 1);

GRANT SELECT, INSERT, UPDATE, DELETE ON mkds.lasting_trouble TO mkds_loader;
GRANT SELECT ON mkds.lasting_trouble TO mkds_query;

RESET ROLE;
