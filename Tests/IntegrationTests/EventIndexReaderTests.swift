import EventIndex
import FoundationEssentials
import Glibc
import MKDSCore
import Postgres
import Testing

@Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
struct EventIndexReaderTests {
    /// Cameras of the fixture's register and one it does not know.
    private static let cameras = ["a", "b", "nobody"]

    /// Random events over four days around a change of the okrsek map, some open, some lasting for days.
    private static func randomEvents(_ count: Int, _ random: inout SeededGenerator) -> [Event] {
        let first = LoaderFixture.time("2025-12-30T00:00:00Z")
        return (0..<count).map { number in
            // Some share their start, so that the order by id is seen too.
            let start = first + .seconds(Int64.random(in: 0..<4 * 86_400, using: &random) / 50 * 50)
            var event = Event(
                id: UUIDv7(at: start, using: &random),
                camera: LoaderFixture.camera(cameras[Int.random(in: 0..<3, using: &random)]),
                kind: [.motion, .motion, .rule, .health][Int.random(in: 0..<4, using: &random)],
                source: Bool.random(using: &random) ? .camera : .server, start: start,
                lastSeen: start, clock: .arrival)
            let lasts =
                Int64.random(in: 0..<100, using: &random) < 95 ? Int64.random(in: 0...200, using: &random) : 90_000
            event.lastSeen = start + .seconds(lasts)
            if number % 11 != 0 {
                event.end = event.lastSeen
                event.endReason = .over
            }
            return event
        }
    }

    private static func randomFilter(_ random: inout SeededGenerator) -> EventFilter {
        func sometimes<T>(_ value: T) -> T? { Int.random(in: 0..<3, using: &random) == 0 ? value : nil }
        let from =
            LoaderFixture.time("2025-12-30T00:00:00Z") + .seconds(Int64.random(in: 0..<4 * 86_400, using: &random))
        var filter = EventFilter()
        filter.from = Bool.random(using: &random) ? from : nil
        filter.to = Bool.random(using: &random) ? from + .seconds(Int64.random(in: 0..<200_000, using: &random)) : nil
        filter.okrsek = sometimes(Bool.random(using: &random) ? "O1" : "O2")
        filter.includeTouched = Bool.random(using: &random)
        filter.obvod = sometimes("P3")
        filter.cameras = sometimes([LoaderFixture.camera("a"), LoaderFixture.camera("nobody")]) ?? []
        filter.kinds = sometimes([.rule, .health]) ?? []
        filter.source = sometimes(.camera)
        if let centre = GeoPoint(longitude: 13.05, latitude: 49.05) {
            filter.near = sometimes(.init(centre: centre, metres: Bool.random(using: &random) ? 100 : 20_000))
        }
        filter.minimumDuration = sometimes(.seconds(60))
        return filter
    }

    /// The filter's meaning in plain words: what `EventFilter` documents, over what was stored.
    private static func matches(_ indexed: IndexedEvent, _ filter: EventFilter) -> Bool {
        let event = indexed.event
        let place = indexed.place
        if let to = filter.to, event.start >= to { return false }
        if let from = filter.from, event.end != nil, event.lastSeen < from { return false }
        if let okrsek = filter.okrsek {
            let codes = filter.includeTouched ? place.touched.map(\.code) : [place.okrsek?.code].compactMap { $0 }
            if !codes.contains(okrsek) { return false }
        }
        if let obvod = filter.obvod, place.obvod?.code != obvod { return false }
        if !filter.cameras.isEmpty, !filter.cameras.contains(event.camera) { return false }
        if !filter.kinds.isEmpty, !filter.kinds.contains(event.kind) { return false }
        if let source = filter.source, event.source != source { return false }
        if let near = filter.near {
            guard let point = place.point else { return false }
            // Cameras a and b lie 7.3 km apart; metres need no precision to tell them.
            let x = (point.longitude - near.centre.longitude) * 111_320 * cos(near.centre.latitude * .pi / 180)
            let y = (point.latitude - near.centre.latitude) * 110_574
            if (x * x + y * y).squareRoot() > near.metres { return false }
        }
        if let least = filter.minimumDuration, event.lastSeen - event.start < least { return false }
        return true
    }

    @Test func answersEveryFilterLikeALookAtEachEvent() async throws {
        try await LoaderFixture.with { fixture in
            var random = SeededGenerator(seed: 20_261_121)
            let events = Self.randomEvents(1500, &random)
            try fixture.write(events.map { .event($0) })
            try await fixture.load()
            let reader = IndexReader(fixture.settings)
            let all = try await reader.events(EventFilter(), limit: 10_000)
            #expect(all.count == events.count)
            for _ in 0..<200 {
                let filter = Self.randomFilter(&random)
                let expected = all.filter { Self.matches($0, filter) }
                    .sorted { ($0.event.start, $0.event.id) > ($1.event.start, $1.event.id) }
                var found: [IndexedEvent] = []
                let page = Int.random(in: 1...700, using: &random)
                repeat {
                    let cursor = found.last.map { EventCursor(start: $0.event.start, id: $0.event.id) }
                    let next = try await reader.events(filter, before: cursor, limit: page)
                    found += next
                    if next.count < page { break }
                } while found.count <= events.count
                #expect(found.map(\.event.id) == expected.map(\.event.id), "\(filter) in pages of \(page)")

                let changes = try await reader.changes(after: 700, filter: filter, limit: 10_000)
                let changed = all.filter { $0.change > 700 && Self.matches($0, filter) }.sorted {
                    $0.change < $1.change
                }
                #expect(changes.map(\.event.id) == changed.map(\.event.id), "changes of \(filter)")
            }
        }
    }

    @Test func saysWhenAnAreaIsNotKnown() async throws {
        try await LoaderFixture.with { fixture in
            let reader = IndexReader(fixture.settings)
            let error = await #expect(throws: IndexError.self) {
                try await reader.events(EventFilter(okrsek: "O9"), limit: 1)
            }
            #expect(error?.code == .unknownArea)
        }
    }

    @Test func theQueryRoleCannotWrite() async throws {
        try await LoaderFixture.with { fixture in
            let connection = try await fixture.settings.connect(as: .query, name: "test")
            for statement in ["DELETE FROM mkds.event", "SELECT mkds.ensure_event_partition('2026-01-01')"] {
                await #expect(throws: PostgresError.self) { try await connection.execute(statement) }
            }
            try await connection.execute("SET default_transaction_read_only = off")
            let error = await #expect(throws: PostgresError.self) {
                try await connection.execute("DELETE FROM mkds.event")
            }
            #expect(error?.sqlState == "42501")
        }
    }

    @Test func noRouteScansAPartition() async throws {
        try await LoaderFixture.with { fixture in
            try await fixture.admin.execute(Self.filling)
            let reader = IndexReader(fixture.settings)
            let centre = try #require(GeoPoint(longitude: 13.05, latitude: 49.05))
            let to = LoaderFixture.time("2026-02-10T12:00:00Z")
            let from = to - .seconds(86_400)
            let camera = LoaderFixture.camera("a")
            let routes: [(String, EventFilter)] = [
                ("okrsek, day", EventFilter(from: from, to: to, okrsek: "O1")),
                ("okrsek, newest", EventFilter(okrsek: "O1")),
                ("touched", EventFilter(from: from, to: to, okrsek: "O2", includeTouched: true)),
                ("obvod", EventFilter(from: from, to: to, obvod: "P3")),
                ("camera", EventFilter(from: from, to: to, cameras: [camera])),
                ("camera, newest", EventFilter(cameras: [camera])),
                ("time", EventFilter(from: from, to: to)), ("newest", EventFilter()),
                ("near", EventFilter(from: from, to: to, near: .init(centre: centre, metres: 500))),
                ("near, newest", EventFilter(near: .init(centre: centre, metres: 500))),
            ]
            for (name, filter) in routes {
                let cursors = [nil, EventCursor(start: from + .seconds(3600), id: UUIDv7(at: from))]
                for cursor in cursors {
                    let plan = try await reader.plan(filter, before: cursor, limit: 100)
                    #expect(try Self.scannedTables(plan).filter { $0.hasPrefix("event_2") } == [], "\(name): \(plan)")
                    guard filter.from != nil else { continue }
                    // Those of the span, a day on each side, and of the one event that lasted into it.
                    let days = try PlanNode.tables(plan).filter { $0.hasPrefix("event_2") }
                    #expect(days.count <= 5, "\(name): \(days)")
                }
            }
            let page = try await reader.events(EventFilter(from: from, to: to), limit: 1_000).map(\.event)
            let links = try await reader.plan(linksOf: page)
            #expect(try Self.scannedTables(links).filter { $0.hasPrefix("event_2") } == [], "links: \(links)")
            let plan = try await reader.plan(changesAfter: 199_900, filter: EventFilter(), limit: 100)
            #expect(try Self.scannedTables(plan).filter { $0.hasPrefix("event_2") } == [], "changes: \(plan)")
            #expect(try PlanNode.tables(plan).filter { $0.hasPrefix("event_2") } == ["event_20260220"])
        }
    }

    /// Names of the tables that a plan reads from beginning to end.
    private static func scannedTables(_ plan: String) throws -> [String] {
        try JSONDecoder().decode([PlanNode.Root].self, from: Data(plan.utf8)).flatMap(\.plan.scannedTables)
    }

    /// 200 000 events over 40 days, two of three by camera `a`.
    private static let filling = """
        SELECT mkds.ensure_event_partition(date '2026-01-12' + n) FROM generate_series(0, 39) AS n;
        INSERT INTO mkds.event (day, id, revision, camera, kind, source, topic, start_time, last_seen, end_time, end_reason,
            clock, peak, detail, place_basis, point, okrsek, on_border, obvod, obec, touched, spool, change)
        SELECT (start AT TIME ZONE 'UTC')::date, (lpad(to_hex((extract(epoch FROM start) * 1000)::bigint), 12, '0')
                || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid,
            1, p.camera, 1, 2, '', start, start + lasts, start + lasts, 1, 1, 0, '', basis,
            point, okrsek, on_border, obvod, obec, touched, '00000000-0000-7000-8000-000000000000', n
        FROM (
            SELECT n, timestamptz '2026-01-12Z' + n * interval '17 seconds' AS start,
                CASE WHEN n = 20000 THEN interval '40 days' WHEN n % 1000 = 0 THEN interval '2 hours' ELSE interval '5 seconds' END
                    AS lasts
            FROM generate_series(1, 200000) AS n
        ) AS e
        JOIN mkds.camera_place AS p ON p.valid_to IS NULL AND p.camera = CASE WHEN n % 3 = 0 THEN 'b' ELSE 'a' END;
        INSERT INTO mkds.event_spot (camera, point, okrsek, touched)
            SELECT camera, point, okrsek, touched FROM mkds.camera_place WHERE valid_to IS NULL;
        UPDATE mkds.change_counter SET last = 200000;
        INSERT INTO mkds.event_day (day, change) SELECT day, max(change) FROM mkds.event GROUP BY day;
        ANALYZE;
        """
}

/// The part of `EXPLAIN (FORMAT JSON)` the tests look at.
struct PlanNode: Decodable {
    struct Root: Decodable {
        var plan: PlanNode
        enum CodingKeys: String, CodingKey { case plan = "Plan" }
    }

    var type: String
    var table: String?
    var children: [PlanNode]?

    enum CodingKeys: String, CodingKey {
        case type = "Node Type"
        case table = "Relation Name"
        case children = "Plans"
    }

    /// Names of the tables a plan reads in any way, each once, in order.
    static func tables(_ plan: String) throws -> [String] {
        Set(try JSONDecoder().decode([Root].self, from: Data(plan.utf8)).flatMap(\.plan.tables)).sorted()
    }

    private var tables: [String] { [table].compactMap { $0 } + (children ?? []).flatMap(\.tables) }

    var scannedTables: [String] {
        (type == "Seq Scan" ? [table ?? "?"] : []) + (children ?? []).flatMap(\.scannedTables)
    }
}
