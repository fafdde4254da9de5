-- The register: areas, cameras, where each camera's events lie, and who is in charge.
--
-- Always true:
--  * One row of mkds.area is one version of one area. Rows are never deleted and only valid_to ever changes, so an
--    area id stored with an event can be resolved for ever.
--  * For one kind, town and code the spans of validity never overlap.
--  * mkds.camera_place follows from mkds.camera_position and mkds.area; it is computed anew in the transaction that
--    changes either, so a reader never sees a camera placed by a map that is not in force.
--
-- Spans are half open: valid_from belongs to the span, valid_to does not. A version withdrawn before it came into
-- force keeps its row with valid_to = valid_from, a span that holds no moment.

CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Roles belong to the whole server: another database of ours may have made them already or be making them just now.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['mkds_owner', 'mkds_loader', 'mkds_query'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', name);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        IF NOT pg_has_role(current_user, name, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO %I', name, current_user);
        END IF;
    END LOOP;
END
$$;

CREATE SCHEMA mkds AUTHORIZATION mkds_owner;
COMMENT ON SCHEMA mkds IS 'Index of a town''s cameras: register, events, what was not seen';

SET ROLE mkds_owner;

GRANT USAGE ON SCHEMA mkds TO mkds_loader, mkds_query;

-- Areas ---------------------------------------------------------------------------------------------------------------

CREATE TABLE mkds.area_import (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    imported_at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
    source_name text NOT NULL CHECK (length(source_name) <= 500),
    document_sha256 bytea NOT NULL CHECK (octet_length(document_sha256) = 32),
    kind text NOT NULL CHECK (kind IN ('okrsek', 'obvod', 'obec')),
    obec text NOT NULL CHECK (length(obec) <= 32),
    valid_from timestamptz NOT NULL,
    srid integer NOT NULL CHECK (srid IN (4326, 5514)),
    transformation text NOT NULL,
    area_count integer NOT NULL CHECK (area_count > 0),
    superseded_count integer NOT NULL CHECK (superseded_count >= 0),
    accept_overlaps boolean NOT NULL,
    report jsonb NOT NULL
);
COMMENT ON TABLE mkds.area_import IS 'Log of area imports that took effect, one row each; written by the register, never changed';
COMMENT ON COLUMN mkds.area_import.id IS 'Names the import; area.import_id points here';
COMMENT ON COLUMN mkds.area_import.imported_at IS 'When the import was committed (start of its transaction)';
COMMENT ON COLUMN mkds.area_import.actor IS 'Who asked for it, as the query server knows the caller';
COMMENT ON COLUMN mkds.area_import.source_name IS 'File name as the caller gave it; for people only';
COMMENT ON COLUMN mkds.area_import.document_sha256 IS 'SHA-256 of the document''s bytes; recognises the same file imported again';
COMMENT ON COLUMN mkds.area_import.kind IS 'Kind of all areas of the import: okrsek, obvod or obec';
COMMENT ON COLUMN mkds.area_import.obec IS 'Code of the town the map is of; empty while the town is not known, and for a map of towns';
COMMENT ON COLUMN mkds.area_import.valid_from IS 'First moment at which the map is in force';
COMMENT ON COLUMN mkds.area_import.srid IS 'EPSG code of the document''s coordinates: 4326 or 5514';
COMMENT ON COLUMN mkds.area_import.transformation IS 'How the coordinates came to EPSG:4326, with the deviation measured at control points';
COMMENT ON COLUMN mkds.area_import.area_count IS 'Number of areas imported';
COMMENT ON COLUMN mkds.area_import.superseded_count IS 'Number of area versions whose validity this import ended';
COMMENT ON COLUMN mkds.area_import.accept_overlaps IS 'The caller accepted overlaps above the limit';
COMMENT ON COLUMN mkds.area_import.report IS 'The whole report as the caller got it: overlaps, gaps, warnings';

CREATE TABLE mkds.area (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    import_id bigint NOT NULL REFERENCES mkds.area_import (id),
    kind text NOT NULL CHECK (kind IN ('okrsek', 'obvod', 'obec')),
    obec text NOT NULL CHECK (length(obec) <= 32),
    code text NOT NULL CHECK (length(code) BETWEEN 1 AND 64),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    geom geometry(MultiPolygon, 4326) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz CHECK (valid_to >= valid_from),
    CONSTRAINT area_code_once EXCLUDE USING gist (
        kind WITH =, obec WITH =, code WITH =, tstzrange(valid_from, valid_to) WITH &&),
    CONSTRAINT area_name_once EXCLUDE USING gist (
        kind WITH =, obec WITH =, name WITH =, tstzrange(valid_from, valid_to) WITH &&)
);
CREATE INDEX area_geom ON mkds.area USING gist (geom);
CREATE INDEX area_span ON mkds.area (kind, obec, valid_from);
CREATE INDEX area_code ON mkds.area (kind, code);
COMMENT ON TABLE mkds.area IS 'One version of one area on the ground; written by the register, never deleted';
COMMENT ON COLUMN mkds.area.id IS 'Names the version; events and camera_place keep it';
COMMENT ON COLUMN mkds.area.import_id IS 'The import that brought this version';
COMMENT ON COLUMN mkds.area.kind IS 'okrsek (police precinct), obvod (elected district) or obec (municipality)';
COMMENT ON COLUMN mkds.area.obec IS 'Code of the town it lies in (its own code for a town); empty while the town is not known';
COMMENT ON COLUMN mkds.area.code IS 'The town''s own code, unique in town, kind and span of validity';
COMMENT ON COLUMN mkds.area.name IS 'Name for people, Czech; unique in town, kind and span of validity';
COMMENT ON COLUMN mkds.area.geom IS 'The ground it covers, EPSG:4326, borders included';
COMMENT ON COLUMN mkds.area.valid_from IS 'First moment at which this version is in force';
COMMENT ON COLUMN mkds.area.valid_to IS 'First moment at which it no longer is; null: no end known; equal to valid_from: withdrawn before it came into force';

-- Cameras -------------------------------------------------------------------------------------------------------------

CREATE TABLE mkds.camera (
    id text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    owner text NOT NULL CHECK (length(owner) BETWEEN 1 AND 200),
    purpose_class text NOT NULL CHECK (purpose_class IN ('MKDS', 'MAJETEK', 'SKOLA', 'DOPRAVA')),
    legal_basis text NOT NULL CHECK (length(legal_basis) BETWEEN 1 AND 500),
    url text NOT NULL CHECK (
        url ~ '^(rtsp|http|file)://' AND length(url) <= 2000 AND url !~ '^(rtsp|http)://[^/?#]*@'),
    credential text CHECK (credential ~ '^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$'),
    mast geometry(Point, 4326) NOT NULL,
    scene geometry(Point, 4326),
    view geometry(Polygon, 4326) CHECK (ST_IsValid(view) AND ST_NumInteriorRings(view) = 0),
    retention_hours integer NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    motion jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(motion) = 'object'),
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL CHECK (length(updated_by) BETWEEN 1 AND 200),
    CONSTRAINT camera_retention CHECK (
        CASE purpose_class
            WHEN 'SKOLA' THEN retention_hours BETWEEN 1 AND 72
            ELSE retention_hours BETWEEN 24 AND 720
        END)
);
COMMENT ON TABLE mkds.camera IS 'The camera register; written by the register, never deleted: a camera taken down is disabled';
COMMENT ON COLUMN mkds.camera.id IS 'Names the camera; 1 to 64 of A-Z a-z 0-9 . _ -, not beginning with a dot';
COMMENT ON COLUMN mkds.camera.name IS 'Name for people';
COMMENT ON COLUMN mkds.camera.owner IS 'Who runs the camera';
COMMENT ON COLUMN mkds.camera.purpose_class IS 'Why it may be there: MKDS, MAJETEK, SKOLA, DOPRAVA';
COMMENT ON COLUMN mkds.camera.legal_basis IS 'The provision it rests on, free text';
COMMENT ON COLUMN mkds.camera.url IS 'rtsp, http or file address without user name and password';
COMMENT ON COLUMN mkds.camera.credential IS 'Name of the credential to log in with, never the secret itself; null when the camera asks for none';
COMMENT ON COLUMN mkds.camera.mast IS 'Where the camera hangs, EPSG:4326';
COMMENT ON COLUMN mkds.camera.scene IS 'Where its axis meets the ground, EPSG:4326; null when not surveyed';
COMMENT ON COLUMN mkds.camera.view IS 'The ground it sees, EPSG:4326, one ring; null when not surveyed';
COMMENT ON COLUMN mkds.camera.retention_hours IS 'How long its records are kept, hours; ceiling 720, for SKOLA 72';
COMMENT ON COLUMN mkds.camera.enabled IS 'False: known but not ingested';
COMMENT ON COLUMN mkds.camera.motion IS 'Motion settings as JSON (MKDSCore.MotionSettings); absent keys mean the default';
COMMENT ON COLUMN mkds.camera.updated_at IS 'When the row last changed';
COMMENT ON COLUMN mkds.camera.updated_by IS 'Who changed it last: the actor of the import';

CREATE TABLE mkds.camera_position (
    camera text NOT NULL REFERENCES mkds.camera (id),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz CHECK (valid_to > valid_from),
    mast geometry(Point, 4326) NOT NULL,
    scene geometry(Point, 4326),
    view geometry(Polygon, 4326),
    PRIMARY KEY (camera, valid_from),
    CONSTRAINT camera_position_once EXCLUDE USING gist (camera WITH =, tstzrange(valid_from, valid_to) WITH &&)
);
COMMENT ON TABLE mkds.camera_position IS 'Where a camera stood and what it saw, per span; the last row equals the camera''s own; written by the register';
COMMENT ON COLUMN mkds.camera_position.camera IS 'The camera';
COMMENT ON COLUMN mkds.camera_position.valid_from IS 'First moment of the span; 1970-01-01 for the first position of a camera';
COMMENT ON COLUMN mkds.camera_position.valid_to IS 'End of the span, when the camera was moved or turned; null for the present one';
COMMENT ON COLUMN mkds.camera_position.mast IS 'Where the camera hung, EPSG:4326';
COMMENT ON COLUMN mkds.camera_position.scene IS 'Where its axis met the ground, EPSG:4326; null when not surveyed';
COMMENT ON COLUMN mkds.camera_position.view IS 'The ground it saw, EPSG:4326; null when not surveyed';

CREATE TABLE mkds.camera_place (
    camera text NOT NULL REFERENCES mkds.camera (id),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz CHECK (valid_to > valid_from),
    basis smallint NOT NULL CHECK (basis IN (0, 3, 4)),
    point geometry(Point, 4326),
    okrsek bigint REFERENCES mkds.area (id),
    on_border boolean NOT NULL,
    obvod bigint REFERENCES mkds.area (id),
    obec bigint REFERENCES mkds.area (id),
    touched bigint[] NOT NULL,
    PRIMARY KEY (camera, valid_from),
    CONSTRAINT camera_place_point CHECK ((point IS NULL) = (basis = 0)),
    CONSTRAINT camera_place_touched CHECK (okrsek IS NULL OR okrsek = ANY (touched)),
    CONSTRAINT camera_place_once EXCLUDE USING gist (camera WITH =, tstzrange(valid_from, valid_to) WITH &&)
);
COMMENT ON TABLE mkds.camera_place IS 'Where an event of a camera lies, per span; computed by the register from camera_position and area, read by the loader';
COMMENT ON COLUMN mkds.camera_place.camera IS 'The camera';
COMMENT ON COLUMN mkds.camera_place.valid_from IS 'First event time the row answers for; the first row of a camera begins at 1970-01-01';
COMMENT ON COLUMN mkds.camera_place.valid_to IS 'First event time it no longer answers for; null: no end known';
COMMENT ON COLUMN mkds.camera_place.basis IS 'What the point is: 3 scene point, 4 mast, 0 unknown (MKDSCore.PlaceBasis)';
COMMENT ON COLUMN mkds.camera_place.point IS 'The point that decides, EPSG:4326; null when unknown';
COMMENT ON COLUMN mkds.camera_place.okrsek IS 'Version of the primary okrsek; null outside every okrsek (neurčeno)';
COMMENT ON COLUMN mkds.camera_place.on_border IS 'The point lies on the border of two okrsky or in two that overlap; the lower code was taken (hranice)';
COMMENT ON COLUMN mkds.camera_place.obvod IS 'Version of the obvod the point lies in; null outside every obvod';
COMMENT ON COLUMN mkds.camera_place.obec IS 'Version of the obec the point lies in; null outside every obec';
COMMENT ON COLUMN mkds.camera_place.touched IS 'Versions of all okrsky with at least 5 % of the view, the primary one first';

-- People in charge ----------------------------------------------------------------------------------------------------

CREATE TABLE mkds.official (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    role text NOT NULL CHECK (role IN ('okrskar', 'policista', 'starosta', 'velitel')),
    body text NOT NULL CHECK (length(body) BETWEEN 1 AND 200),
    person text NOT NULL CHECK (length(person) BETWEEN 1 AND 200),
    phone text CHECK (length(phone) BETWEEN 1 AND 50),
    obec text NOT NULL CHECK (length(obec) <= 32),
    kind text NOT NULL CHECK (kind IN ('okrsek', 'obvod', 'obec')),
    code text NOT NULL CHECK (length(code) BETWEEN 1 AND 64),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz CHECK (valid_to >= valid_from),
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL CHECK (length(updated_by) BETWEEN 1 AND 200),
    CONSTRAINT official_once EXCLUDE USING gist (
        role WITH =, body WITH =, person WITH =, obec WITH =, kind WITH =, code WITH =,
        tstzrange(valid_from, valid_to) WITH &&)
);
CREATE INDEX official_area ON mkds.official (kind, code, obec);
COMMENT ON TABLE mkds.official IS 'Who is in charge of an area and in which term; written by the register';
COMMENT ON COLUMN mkds.official.id IS 'Names the row';
COMMENT ON COLUMN mkds.official.role IS 'okrskar, policista, starosta or velitel';
COMMENT ON COLUMN mkds.official.body IS 'The body the person belongs to: MP, PČR or the town';
COMMENT ON COLUMN mkds.official.person IS 'Name of the person';
COMMENT ON COLUMN mkds.official.phone IS 'Official telephone; null when not given';
COMMENT ON COLUMN mkds.official.obec IS 'Code of the town of the area, as in mkds.area';
COMMENT ON COLUMN mkds.official.kind IS 'Kind of the area';
COMMENT ON COLUMN mkds.official.code IS 'Code of the area; it names the area through all its versions';
COMMENT ON COLUMN mkds.official.valid_from IS 'First moment of the term';
COMMENT ON COLUMN mkds.official.valid_to IS 'First moment after the term; null: no end known; equal to valid_from: withdrawn';
COMMENT ON COLUMN mkds.official.updated_at IS 'When the row last changed';
COMMENT ON COLUMN mkds.official.updated_by IS 'Who changed it last: the actor of the import';

-- Rights --------------------------------------------------------------------------------------------------------------

GRANT SELECT ON mkds.area, mkds.camera, mkds.camera_place TO mkds_loader;
GRANT SELECT ON mkds.area, mkds.area_import, mkds.camera, mkds.camera_position, mkds.camera_place, mkds.official
    TO mkds_query;

RESET ROLE;
