import FoundationEssentials
import MKDSCore
import Postgres
import Spool
import Testing

@testable import EventIndex

/// What stays open when a spool is never written again is closed by somebody else.
@Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
struct LoaderRecoveryTests {
    private let start = LoaderFixture.time("2026-03-01T10:00:00Z")

    private func gap(_ camera: String, at start: UTCTime) -> Gap {
        Gap(id: UUIDv7(at: start), camera: LoaderFixture.camera(camera), start: start, reason: .lost, detail: "")
    }

    private func run(_ camera: String, at start: UTCTime) -> StreamRun {
        StreamRun(
            id: UUIDv7(at: start), camera: LoaderFixture.camera(camera), codec: "h264", width: 1, height: 1,
            firstPacket: start, lastPacket: start, packets: 1, bytes: 1, clock: .arrival)
    }

    @Test func aSpoolWhoseWriterIsGoneForGoodHasNothingOpen() async throws {
        try await LoaderFixture.with { fixture in
            let left = LoaderFixture.extended(LoaderFixture.event("a", start), by: 7, revision: 3)
            let gap = gap("a", at: start)
            try fixture.write([.event(left), .run(run("a", at: start)), .gap(gap)])
            // A group beside it is alive: what it has open stays open.
            let alive = LoaderFixture.event("b", start)
            let living = fixture.directory + "/g0"
            let writer = try JournalWriter(
                directory: living, configuration: SpoolConfiguration(reserveByteCount: 0), version: "test",
                now: { start })
            writer.append(.event(alive))
            writer.append(.run(run("b", at: start)))
            #expect(writer.sync(upTo: .seconds(30)))

            let reader = IndexReader(fixture.settings)
            let loader = Loader(
                fixture.settings, spools: [living, fixture.spool], configuration: LoaderConfiguration(leftAfter: .zero))
            try await LoaderFixture.running(loader) {
                while try await reader.event(left.id)?.event.end == nil {
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            let closed = try #require(try await reader.event(left.id)).event
            #expect(closed.end == left.lastSeen)
            #expect(closed.endReason == .recovered)
            #expect(closed.revision == 4)
            #expect(try await reader.event(alive.id)?.event.end == nil)
            let runs = try await reader.runs()
            #expect(
                Dictionary(uniqueKeysWithValues: runs.map { ($0.camera.rawValue, $0.endReason) }) == [
                    "a": .recovered, "b": nil,
                ])
            // Nobody looks, so the gap lasts until somebody does.
            #expect(try await reader.gaps().map(\.end) == [nil])
            writer.close()
        }
    }

    @Test func aCameraThatAnotherSpoolLooksAfterLeavesNothingOpenInARemovedOne() async throws {
        try await LoaderFixture.with { fixture in
            let left = LoaderFixture.extended(LoaderFixture.event("a", start), by: 7, revision: 3)
            let later = LoaderFixture.event("a", start + .seconds(7200))
            let other = LoaderFixture.event("b", start)
            try fixture.write(
                [.event(left), .event(later), .event(other), .gap(gap("a", at: start)), .run(run("a", at: start))])
            try await fixture.load()
            let kept = fixture.directory + "/kept"
            try FileManager.default.moveItem(atPath: fixture.spool, toPath: kept)
            let second = fixture.directory + "/g2"
            let taken = start + .seconds(3600)
            try fixture.write([.run(run("a", at: taken))], spool: second)
            try await fixture.load(spools: [second])

            let reader = IndexReader(fixture.settings)
            let closed = try #require(try await reader.event(left.id)).event
            #expect(closed.end == left.lastSeen)
            #expect(closed.endReason == .recovered)
            #expect(try await reader.event(later.id)?.event.end == nil)
            #expect(try await reader.event(other.id)?.event.end == nil)
            #expect(try await reader.gaps().map(\.end) == [taken])
            let runs = try await reader.runs()
            #expect(runs.filter { $0.firstPacket == start }.map(\.endReason) == [.recovered])
            #expect(runs.filter { $0.firstPacket == taken }.map(\.endReason) == [nil])

            // It was not gone, only late: its own next word counts.
            #expect(closed.revision == left.revision)
            let truth = LoaderFixture.closed(left, after: 9, revision: 4)
            let returned = try JournalWriter(
                directory: fixture.directory + "/g3", configuration: SpoolConfiguration(reserveByteCount: 0),
                version: "test", now: { start })
            returned.append(.event(truth))
            returned.close()
            try await fixture.load(spools: [fixture.directory + "/g3"])
            #expect(try await reader.event(left.id)?.event == truth)
        }
    }

    @Test func aGapOfACameraAlsoSaysWhoLooksAfterIt() async throws {
        try await LoaderFixture.with { fixture in
            let left = LoaderFixture.event("a", start)
            try fixture.write([.event(left)])
            try await fixture.load()
            let second = fixture.directory + "/g2"
            try fixture.write([.gap(gap("a", at: start + .seconds(60)))], spool: second)
            try await fixture.load(spools: [second])
            #expect(try await IndexReader(fixture.settings).event(left.id)?.event.endReason == .recovered)
        }
    }

    /// With a partition for each day of a year, closing used to plan and lock them all while others waited.
    @Test func closingLooksOnlyIntoTheDaysOfWhatIsOpen() async throws {
        try await LoaderFixture.with { fixture in
            try await fixture.admin.query(
                "SELECT mkds.ensure_event_partition(date '2026-02-25' + n) FROM generate_series(0, 9) AS n")
            let left = (0..<3).map { LoaderFixture.event("a", start + .seconds(Int64($0) * 86_400)) }
            let closed = LoaderFixture.closed(LoaderFixture.event("a", start), after: 5, revision: 1)
            try fixture.write(left.map { .event($0) } + [.event(closed)])
            try await fixture.load()
            let loader = try await fixture.settings.connect(as: .loader, name: "test")
            try await loader.execute("SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off")
            let open = try await loader.query(
                LoaderTransaction.openElsewhere,
                [
                    .id(UUIDv7(at: start)), .textArray(["a"]),
                    .int8Array([(start + .seconds(2 * 86_400)).microseconds]),
                ]
            ).map { try $0.id("id") }
            #expect(open == left.prefix(2).map(\.id))
            let plan = try await loader.query(
                "EXPLAIN (FORMAT JSON) \(LoaderTransaction.closeNamed(revisionStep: 0))",
                [
                    .days(Set(open.map(\.day))), .dateArray(open.map(\.day.daysSinceEpoch)),
                    .textArray(open.map(\.description)), .int8(0),
                ])[0].text("QUERY PLAN")
            #expect(
                try PlanNode.tables(plan).filter { $0.hasPrefix("event_2") } == ["event_20260301", "event_20260302"])
            #expect(!plan.contains("Seq Scan"))
            await loader.close()
        }
    }
}
