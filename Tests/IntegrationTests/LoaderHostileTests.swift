import FoundationEssentials
import Linux
import MKDSCore
import Postgres
import Spool
import Testing

@testable import EventIndex

/// What a capture process that was taken over can write, and what it cannot reach by it.
@Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
struct LoaderHostileTests {
    private let start = LoaderFixture.time("2026-03-01T10:00:00Z")

    private func gap(_ camera: String, at start: UTCTime) -> Gap {
        Gap(id: UUIDv7(at: start), camera: LoaderFixture.camera(camera), start: start, reason: .lost, detail: "")
    }

    private func run(_ camera: String, at start: UTCTime) -> StreamRun {
        StreamRun(
            id: UUIDv7(at: start), camera: LoaderFixture.camera(camera), codec: "h264", width: 1, height: 1,
            firstPacket: start, lastPacket: start, packets: 1, bytes: 1, clock: .arrival)
    }

    /// One entry cannot be stored in parts: it was tried for ever, and no other spool was loaded.
    @Test func aDocumentOfMoreDaysThanATransactionMayTouchIsPutAside() async throws {
        try await LoaderFixture.with { fixture in
            let now = UTCTime.now
            let days = (0..<Int64(RawDocument.eventLimit)).map { UUIDv7(at: now - .seconds($0 * 86_400)) }
            let before = LoaderFixture.event("a", now)
            let after = LoaderFixture.event("b", now)
            try fixture.write([.event(before)] + LoaderFixture.document(0, of: days) + [.event(after)])
            let status = try await fixture.load()
            #expect(status.rejected == 1)
            #expect(status.insertedEvents == 2)
            let names = try FileManager.default.contentsOfDirectory(atPath: fixture.spool + "/rejected")
            #expect(names.count == 1)
            let reader = IndexReader(fixture.settings)
            #expect(try await reader.event(after.id)?.event == after)
        }
    }

    @Test func aGapOfTheFarFutureClosesNothingOfTheFuture() async throws {
        try await LoaderFixture.with { fixture in
            let now = UTCTime.now
            let coming = LoaderFixture.event("a", now + .seconds(7_200))
            try fixture.write([.event(coming), .gap(gap("a", at: now - .seconds(60)))])
            try await fixture.load()
            let second = fixture.directory + "/g2"
            try fixture.write([.gap(gap("a", at: LoaderFixture.time("9999-01-01T00:00:00Z")))], spool: second)
            try await fixture.load(spools: [second])

            let reader = IndexReader(fixture.settings)
            #expect(try await reader.event(coming.id)?.event.end == nil)
            let closed = try #require(try await reader.gaps().last?.end)
            #expect(closed > now && closed < UTCTime.now + .seconds(120))
        }
    }

    @Test func aSessionOfTheFarFutureEndsItsGapsNow() async throws {
        try await LoaderFixture.with { fixture in
            let now = UTCTime.now
            try fixture.write([.gap(gap("a", at: now - .seconds(60)))])
            try await fixture.load()
            let writer = try JournalWriter(
                directory: fixture.spool, configuration: SpoolConfiguration(reserveByteCount: 0), version: "test",
                now: { LoaderFixture.time("9999-01-01T00:00:00Z") })
            writer.close()
            try await fixture.load()
            let closed = try #require(try await IndexReader(fixture.settings).gaps().first?.end)
            #expect(closed > now && closed < UTCTime.now + .seconds(120))
        }
    }

    @Test func laterRevisionsThatNameAnotherCameraAreRefused() async throws {
        try await LoaderFixture.with { fixture in
            let (event, gap, run) = (LoaderFixture.event("a", start), gap("a", at: start), run("a", at: start))
            try fixture.write([.event(event), .gap(gap), .run(run)])
            try await fixture.load()
            var (otherEvent, otherGap, otherRun) = (event, gap, run)
            (otherEvent.camera, otherEvent.revision) = (LoaderFixture.camera("b"), 1)
            (otherGap.camera, otherGap.revision) = (LoaderFixture.camera("b"), 1)
            (otherRun.camera, otherRun.revision) = (LoaderFixture.camera("b"), 1)
            let second = fixture.directory + "/g2"
            try fixture.write([.event(otherEvent), .gap(otherGap), .run(otherRun)], spool: second)
            let status = try await fixture.load(spools: [second])
            #expect(status.rejected == 3)
            let reader = IndexReader(fixture.settings)
            #expect(try await reader.event(event.id)?.event == event)
            #expect(try await reader.gaps() == [gap])
            #expect(try await reader.runs() == [run])
        }
    }
}
