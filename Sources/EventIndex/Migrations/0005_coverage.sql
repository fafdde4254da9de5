-- Coverage: what is needed, beside runs and gaps, to say of every second of every camera whether it was seen.
--
-- Always true:
--  * mkds.camera_service has one row for each change of a camera's being known and enabled, whoever made the change:
--    a trigger writes it in the transaction of the change. Its newest row for a camera equals camera.enabled.

SET ROLE mkds_owner;

CREATE TABLE mkds.camera_service (
    camera text NOT NULL REFERENCES mkds.camera (id),
    since timestamptz NOT NULL,
    enabled boolean NOT NULL,
    PRIMARY KEY (camera, since)
);
COMMENT ON TABLE mkds.camera_service IS 'Since when a camera is known, and when it was enabled and disabled; before its first row it was not registered; written by a trigger on camera';
COMMENT ON COLUMN mkds.camera_service.camera IS 'The camera';
COMMENT ON COLUMN mkds.camera_service.since IS 'When the state began';
COMMENT ON COLUMN mkds.camera_service.enabled IS 'Whether it was to be watched from then on';

CREATE FUNCTION mkds.note_camera_service() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, mkds, pg_temp AS $$
BEGIN
    -- Twice within one transaction: the last state counts.
    INSERT INTO mkds.camera_service (camera, since, enabled) VALUES (NEW.id, now(), NEW.enabled)
        ON CONFLICT (camera, since) DO UPDATE SET enabled = excluded.enabled;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION mkds.note_camera_service() IS 'Writes mkds.camera_service';

CREATE TRIGGER camera_service_begins AFTER INSERT ON mkds.camera
    FOR EACH ROW EXECUTE FUNCTION mkds.note_camera_service();
CREATE TRIGGER camera_service_changes AFTER UPDATE OF enabled ON mkds.camera
    FOR EACH ROW WHEN (OLD.enabled IS DISTINCT FROM NEW.enabled) EXECUTE FUNCTION mkds.note_camera_service();

-- Cameras that were here before: known since the first thing heard of them.
INSERT INTO mkds.camera_service (camera, since, enabled)
SELECT id, least(updated_at,
        (SELECT min(first_packet) FROM mkds.stream_run WHERE camera = c.id),
        (SELECT min(start_time) FROM mkds.gap WHERE camera = c.id)), true
FROM mkds.camera AS c WHERE enabled;
INSERT INTO mkds.camera_service (camera, since, enabled)
SELECT id, updated_at, false FROM mkds.camera WHERE NOT enabled;

-- The few events that tell of pictures that came but did not show the scene. The reader repeats the condition word for
-- word; motion, which is nearly everything, costs nothing here.
CREATE INDEX event_sight ON mkds.event (camera, start_time)
    WHERE (kind = 4 OR kind = 5 AND topic IN ('frozen', 'packet-loss'));

GRANT SELECT ON mkds.camera_service TO mkds_loader, mkds_query;

RESET ROLE;
