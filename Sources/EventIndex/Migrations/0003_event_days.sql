-- Days nobody expects, and partitions made by two loaders at once. docs/design/schema.md ("Days") argues both.

SET ROLE mkds_owner;

-- The loader asks for partitions of the days around today only. An id of any other day (a host whose clock was wrong, a
-- capture process that was taken over) is stored here, so nothing is lost and nobody can fill the catalogue with tables.
CREATE TABLE mkds.event_other_days PARTITION OF mkds.event DEFAULT;
COMMENT ON TABLE mkds.event_other_days IS 'Events whose id carries a day that has no partition of its own; emptied of a day when that day gets one';

CREATE OR REPLACE FUNCTION mkds.ensure_event_partition(wanted date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, mkds, pg_temp AS $$
DECLARE
    name text := 'event_' || to_char(wanted, 'YYYYMMDD');
BEGIN
    IF to_regclass(format('mkds.%I', name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Two loaders at once: the second waits here. That the table is there then must be read from the catalogue itself:
    -- to_regclass would answer from what this session remembers of its first question.
    PERFORM pg_advisory_xact_lock(hashtext('mkds.ensure_event_partition'));
    IF EXISTS (SELECT FROM pg_class WHERE relname = name AND relnamespace = 'mkds'::regnamespace) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE mkds.%I (LIKE mkds.event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
    -- No row of that day may come to the others between its removal and the attaching.
    LOCK TABLE mkds.event_other_days IN ACCESS EXCLUSIVE MODE;
    EXECUTE format(
        'WITH moved AS (DELETE FROM mkds.event_other_days WHERE day = %L RETURNING *) INSERT INTO mkds.%I SELECT * FROM moved',
        wanted, name);
    -- Attaching a finished table takes a weaker lock on mkds.event than CREATE TABLE … PARTITION OF: readers go on.
    EXECUTE format('ALTER TABLE mkds.event ATTACH PARTITION mkds.%I FOR VALUES FROM (%L) TO (%L)',
        name, wanted, wanted + 1);
    RETURN true;
END
$$;

RESET ROLE;
