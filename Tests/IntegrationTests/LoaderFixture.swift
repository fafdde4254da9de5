import EventIndex
import FoundationEssentials
import MKDSCore
import Postgres
import Spool
import Testing

/// An index in a database of its own, a spool directory, and a register of a few cameras.
struct LoaderFixture {
    let settings: IndexConnectionSettings
    let admin: PostgresConnection
    let directory: String

    static func with<T>(_ body: (LoaderFixture) async throws -> T) async throws -> T {
        try await PostgresTestServer.withIndex { settings in
            let directory = FileManager.default.temporaryDirectory.path + "/mkds-loader-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let admin = try await PostgresConnection.connect(settings, name: "test-look")
            let fixture = LoaderFixture(settings: settings, admin: admin, directory: directory)
            try await fixture.makeRegister()
            let value = try await body(fixture)
            try await fixture.checkInvariants()
            await admin.close()
            return value
        }
    }

    /// Two okrsky (ids 1 and 2, and 3 the version of the first from 2026-01-01 on), an obvod and a town; camera `a` in
    /// okrsek 1, then 3, touching 2; camera `b` in okrsek 2.
    private func makeRegister() async throws {
        try await admin.execute(
            """
            INSERT INTO mkds.area_import (actor, source_name, document_sha256, kind, obec, valid_from, srid, transformation,
                area_count, superseded_count, accept_overlaps, report)
            VALUES ('test', 'test', sha256(''), 'okrsek', '554791', '2020-01-01', 4326, 'none', 5, 0, false, '{}');
            INSERT INTO mkds.area (import_id, kind, obec, code, name, geom, valid_from, valid_to)
            SELECT 1, kind, '554791', code, name, ST_Multi(ST_MakeEnvelope(x, 49, x + 0.1, 49.1, 4326)), f::timestamptz, t::timestamptz
            FROM (VALUES ('okrsek', 'O1', 'Bory', 13.0, '2020-01-01Z', '2026-01-01Z'), ('okrsek', 'O2', 'Slovany', 13.1, '2020-01-01Z', NULL),
                ('okrsek', 'O1', 'Bory', 13.0, '2026-01-01Z', NULL), ('obvod', 'P3', 'Plzeň 3', 13.0, '2020-01-01Z', NULL),
                ('obec', '554791', 'Plzeň', 13.0, '2020-01-01Z', NULL)) AS v (kind, code, name, x, f, t);
            INSERT INTO mkds.camera (id, name, owner, purpose_class, legal_basis, url, mast, retention_hours, updated_by)
            SELECT id, id, 'MP', 'MKDS', 'test', 'rtsp://192.0.2.1/', ST_Point(13.05, 49.05, 4326), 720, 'test'
            FROM unnest(ARRAY['a', 'b']) AS id;
            INSERT INTO mkds.camera_place (camera, valid_from, valid_to, basis, point, okrsek, on_border, obvod, obec, touched) VALUES
            ('a', '1970-01-01Z', '2026-01-01Z', 3, ST_Point(13.05, 49.05, 4326), 1, false, 4, 5, '{1,2}'),
            ('a', '2026-01-01Z', NULL, 3, ST_Point(13.05, 49.05, 4326), 3, false, 4, 5, '{3,2}'),
            ('b', '1970-01-01Z', NULL, 4, ST_Point(13.15, 49.05, 4326), 2, true, NULL, 5, '{2}');
            """)
    }

    /// What must hold whatever happened.
    func checkInvariants() async throws {
        let broken = try await admin.query(
            """
            SELECT 'day differs from id' AS what FROM mkds.event WHERE day <> mkds.uuid_day(id)
            UNION ALL SELECT 'id twice' FROM mkds.event GROUP BY id HAVING count(*) > 1
            UNION ALL SELECT 'change twice' FROM mkds.event GROUP BY change HAVING count(*) > 1
            UNION ALL SELECT 'change beyond the counter' FROM mkds.event, mkds.change_counter WHERE change > last
            UNION ALL SELECT 'change beyond its day''s' FROM mkds.event AS e WHERE change > ALL (
                SELECT change FROM mkds.event_day AS d WHERE d.day IN (e.day, '1970-01-01'))
            UNION ALL SELECT 'odd and not named, or named and not odd' FROM (
                SELECT day, id, camera, spool, start_time,
                    CASE WHEN end_time IS NOT NULL THEN greatest(start_time, last_seen) END AS until
                FROM mkds.event WHERE end_time IS NULL OR last_seen - start_time > interval '1 hour'
                    OR (start_time AT TIME ZONE 'UTC')::date - day NOT BETWEEN -1 AND 1
            ) AS odd FULL JOIN mkds.odd_event AS o USING (day, id)
            WHERE (odd.camera, odd.spool, odd.start_time, odd.until)
                IS DISTINCT FROM (o.camera, o.spool, o.start_time, o.until)
            UNION ALL SELECT 'closed without reason' FROM mkds.event WHERE (end_time IS NULL) <> (end_reason IS NULL)
            """)
        #expect(try broken.map { try $0.text("what") } == [])
    }

    var spool: String { directory + "/g1" }

    /// Appends to the spool in a session of its own and closes it.
    func write(_ records: [JournalRecord], spool: String? = nil) throws {
        let writer = try JournalWriter(
            directory: spool ?? self.spool, configuration: SpoolConfiguration(reserveByteCount: 0), version: "test",
            now: { LoaderFixture.time("2026-03-01T12:00:00Z") })
        for record in records {
            writer.append(record)
        }
        writer.close()
    }

    /// Runs a loader until it has committed everything now in the spools.
    @discardableResult
    func load(
        spools: [String]? = nil, configuration: LoaderConfiguration = LoaderConfiguration()
    ) async throws -> LoaderStatus {
        let loader = Loader(settings, spools: spools ?? [spool], configuration: configuration)
        try await LoaderFixture.running(loader) {
            try await waitUntilLoaded(spools ?? [spool])
            // The last commit is counted a moment after others can see it, and waits no longer a moment after that. A
            // loader that is ended in between never counts it.
            while !loader.status.waiting.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        }
        return loader.status
    }

    static func running<T>(_ loader: Loader, _ body: () async throws -> T) async throws -> T {
        let task = Task { await loader.run() }
        do {
            let value = try await body()
            task.cancel()
            await task.value
            return value
        } catch {
            task.cancel()
            await task.value
            throw error
        }
    }

    /// Looks at the stored positions until they are at the end of each spool.
    func waitUntilLoaded(_ spools: [String]) async throws {
        for directory in spools {
            let reader = try JournalReader(directory: directory)
            while true {
                let rows = try await admin.query(
                    "SELECT file, byte_offset FROM mkds.journal_position WHERE spool = $1", [.id(reader.spoolID)])
                if let row = rows.first {
                    let position = JournalPosition(
                        file: UInt64(try row.int("file")), offset: UInt64(try row.int("byte_offset")))
                    if try reader.read(after: position, limit: 1).end == position { break }
                }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    /// Looks until a session of this database waits for a lock of that kind (`pg_stat_activity.wait_event`).
    func untilSomebodyWaits(for lock: String) async throws {
        while true {
            // In a transaction the first look would be remembered.
            try await admin.query("SELECT pg_stat_clear_snapshot()")
            let waiting = try await admin.query(
                "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = $1", [.text(lock)])
            if !waiting.isEmpty { return }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    static func time(_ text: String) -> UTCTime {
        guard let time = UTCTime(text) else { preconditionFailure("not a time: \(text)") }
        return time
    }

    static func camera(_ name: String) -> CameraID {
        guard let id = CameraID(name) else { preconditionFailure("not a camera: \(name)") }
        return id
    }

    /// An open event; close it with ``closed(_:after:)``.
    static func event(_ camera: String, _ start: String, revision: UInt32 = 0) -> Event {
        event(camera, time(start), revision: revision)
    }

    static func event(_ camera: String, _ start: UTCTime, revision: UInt32 = 0) -> Event {
        Event(
            id: UUIDv7(at: start), revision: revision, camera: Self.camera(camera), kind: .motion, start: start,
            lastSeen: start, clock: .arrival, peak: 0.25)
    }

    /// The bytes of the document of a number.
    static func bytes(_ number: Int) -> [UInt8] {
        (0..<number % 7 * 1_500).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) }
    }

    /// The journal entries of a document of camera `a` that told of these events.
    static func document(_ number: Int, of events: [UUIDv7]) -> [JournalRecord] {
        let received = time("2026-03-01T23:30:00Z") + .seconds(Int64(number))
        return RawDocument.records(
            of: bytes(number),
            RawDocument(
                id: UUIDv7(at: received), camera: camera("a"), received: received, path: .track,
                digest: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 32), byteCount: 0, events: events,
                tail: []))
    }

    static func extended(_ event: Event, by seconds: Int64, revision: UInt32) -> Event {
        var event = event
        event.revision = revision
        event.lastSeen = event.start + .seconds(seconds)
        return event
    }

    static func closed(_ event: Event, after seconds: Int64, revision: UInt32) -> Event {
        var event = extended(event, by: seconds, revision: revision)
        event.end = event.lastSeen
        event.endReason = .over
        return event
    }
}
