import EventIndex
import Glibc
import MKDSCore
import Postgres

/// An index in a database of its own on the scratch server, dropped in the end: 30 okrsky, 10 obvody, 260 cameras.
struct ScratchIndex {
    static let cameraCount = 260
    static let okrsekCount = 30

    let settings: ConnectionSettings
    let connection: PostgresConnection

    /// Makes the database, runs `body`, drops it.
    static func with<T>(
        _ conninfo: String, name: String, body: (ScratchIndex) async throws -> T
    ) async throws -> T {
        let server = try ConnectionSettings(conninfo)
        let name = "mkds_bench_\(name)_\(getpid())"
        let admin = try await PostgresConnection.connect(server, name: "bench-admin")
        try await admin.execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
        try await admin.execute("CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8'")
        let settings = server.database(name)
        do {
            try await Migrator.migrate(settings)
            let connection = try await PostgresConnection.connect(settings, name: "bench")
            await connection.setStatementDeadline(.seconds(3600))
            try await connection.execute(register)
            let value = try await body(ScratchIndex(settings: settings, connection: connection))
            await connection.close()
            try await admin.execute("DROP DATABASE \(name) WITH (FORCE)")
            return value
        } catch {
            try? await admin.execute("DROP DATABASE \(name) WITH (FORCE)")
            throw error
        }
    }

    static func camera(_ number: Int) -> CameraID {
        guard let id = CameraID("k\(number)") else { preconditionFailure("a letter and digits name a camera") }
        return id
    }

    /// Okrsek `n` is area `n`; obvody follow as 31…40; camera `k` lies in okrsek `k % 30 + 1` and touches the next.
    private static let register = """
        INSERT INTO mkds.area_import (actor, source_name, document_sha256, kind, obec, valid_from, srid, transformation,
            area_count, superseded_count, accept_overlaps, report)
        VALUES ('bench', 'bench', sha256(''), 'okrsek', '1', '2020-01-01', 4326, 'none', 40, 0, false, '{}');
        INSERT INTO mkds.area (import_id, kind, obec, code, name, geom, valid_from)
        SELECT 1, 'okrsek', '1', 'O' || n, 'Okrsek ' || n, ST_Multi(ST_MakeEnvelope(13 + n * 0.01, 49, 13.01 + n * 0.01, 49.01, 4326)),
            '2020-01-01Z' FROM generate_series(1, 30) AS n;
        INSERT INTO mkds.area (import_id, kind, obec, code, name, geom, valid_from)
        SELECT 1, 'obvod', '1', 'P' || n, 'Obvod ' || n, ST_Multi(ST_MakeEnvelope(13 + n * 0.03, 49, 13.03 + n * 0.03, 49.01, 4326)),
            '2020-01-01Z' FROM generate_series(1, 10) AS n;
        INSERT INTO mkds.camera (id, name, owner, purpose_class, legal_basis, url, mast, retention_hours, updated_by)
        SELECT 'k' || k, 'k' || k, 'MP', 'MKDS', 'bench', 'rtsp://192.0.2.1/', ST_Point(13, 49, 4326), 720, 'bench'
        FROM generate_series(0, 259) AS k;
        INSERT INTO mkds.camera_place (camera, valid_from, basis, point, okrsek, on_border, obvod, obec, touched)
        SELECT 'k' || k, '1970-01-01Z', 3, ST_Point(13 + (k % 30 + 1) * 0.01 + (k / 30) * 0.001, 49.005, 4326), k % 30 + 1, false,
            31 + k % 10, NULL, ARRAY[k % 30 + 1, (k + 1) % 30 + 1]
        FROM generate_series(0, 259) AS k;
        """

    /// Fills the tables on the server's side: `count` motion events of a few seconds, spread over `days` days
    /// ending now, the cameras in turn, with every index in place; of each camera and day ten connections with a minute's
    /// gap between, and half an hour of trouble.
    func fill(count: Int, days: Int) async throws {
        try await connection.execute("SELECT setseed(0.42)")
        try await connection.query(
            "SELECT mkds.ensure_event_partition((now() AT TIME ZONE 'UTC')::date - n) FROM generate_series(-2, $1::integer + 2) AS n",
            [.int4(Int32(days))])
        let seconds = PostgresValue.float8(Double(days) * 86_400)
        try await connection.query(
            Self.filling(kind: 1, topic: "", lasts: "random() * interval '60 seconds'"), [.int8(Int64(count)), seconds])
        try await connection.query(
            Self.filling(kind: 4, topic: "covered", lasts: "interval '30 minutes'"),
            [.int8(Int64(Self.cameraCount * days)), seconds])
        try await connection.query(Self.connections, [seconds])
        try await connection.execute(
            """
            INSERT INTO mkds.event_spot (camera, point, okrsek, touched) SELECT camera, point, okrsek, touched FROM mkds.camera_place;
            UPDATE mkds.change_counter SET last = (SELECT max(change) FROM mkds.event);
            INSERT INTO mkds.event_day (day, change) SELECT day, max(change) FROM mkds.event GROUP BY day;
            """)
        try await connection.execute("VACUUM ANALYZE")
    }

    private static let connections = """
        WITH run AS (
            SELECT 'k' || k AS camera, now() - ($1 - n * 8640) * interval '1 second' AS first
            FROM generate_series(0, 259) AS k, generate_series(0, ($1 / 8640)::integer - 1) AS n
        ), runs AS (
            INSERT INTO mkds.stream_run (id, revision, camera, codec, profile, width, height, frame_rate, bit_rate,
                first_packet, last_packet, packets, bytes, end_reason, clock, spool)
            SELECT gen_random_uuid(), 144, camera, 'h264', 'High', 1920, 1080, 25, 3e6, first,
                first + interval '8580 seconds', 214500, 3e9, 2, 2, '00000000-0000-7000-8000-000000000000' FROM run
        ), service AS (
            UPDATE mkds.camera_service SET since = now() - $1 * interval '1 second'
        )
        INSERT INTO mkds.gap (id, revision, camera, start_time, end_time, reason, detail, spool)
        SELECT gen_random_uuid(), 1, camera, first + interval '8580 seconds', first + interval '8640 seconds', 'lost', '',
            '00000000-0000-7000-8000-000000000000' FROM run
        """

    private static func filling(kind: Int, topic: String, lasts: String) -> String {
        """
        INSERT INTO mkds.event (day, id, revision, camera, kind, source, topic, start_time, last_seen, end_time, end_reason,
            clock, peak, box_left, box_top, box_right, box_bottom, cells, detail, place_basis, point, okrsek, on_border,
            obvod, obec, touched, spool, change)
        SELECT (e.start AT TIME ZONE 'UTC')::date, (lpad(to_hex((extract(epoch FROM e.start) * 1000)::bigint), 12, '0')
                || '7' || substr(md5('\(topic)' || n), 1, 3) || '8' || substr(md5('\(topic)' || n), 4, 15))::uuid,
            2, p.camera, \(kind), 2, '\(topic)', e.start, e.start + e.lasts, e.start + e.lasts, 1, 1, 0.1, 0.1, 0.2, 0.3, 0.4,
            sha256(n::text::bytea), '', p.basis, p.point, p.okrsek, p.on_border, p.obvod, p.obec, p.touched,
            '00000000-0000-7000-8000-000000000000', n
        FROM (
            SELECT n, (n * 7919) % 260 AS camera, \(lasts) AS lasts,
                date_trunc('milliseconds', now() - (1 - n::double precision / $1) * $2 * interval '1 second') AS start
            FROM generate_series(1, $1) AS n
        ) AS e JOIN mkds.camera_place AS p ON p.camera = 'k' || e.camera
        """
    }
}

/// Milliseconds of a duration, two decimals.
func milliseconds(_ duration: Duration) -> String {
    let hundredths = Int((duration / .milliseconds(1) * 100).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
}
