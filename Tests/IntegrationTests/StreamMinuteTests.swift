import EventIndex
import Linux
import MKDSCore
import Postgres
import QueryAPI
import Testing

/// Samples of streams on their way into the index and out of it.
@Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
struct StreamMinuteTests {
    /// A full UTC hour some hours ago, so that steps of an hour are easy to tell.
    private let hour = UTCTime(seconds: UTCTime.now.microseconds / 1_000_000 / 3600 * 3600 - 6 * 3600)
    private let run = UUIDv7(high: 0x0199_0000_0000_7000, low: 0x8000_0000_0000_0001)

    private func sample(_ minute: Int, camera: String = "a", bytes: UInt64 = 600_000) -> StreamSample {
        StreamSample(
            camera: LoaderFixture.camera(camera), run: run, minute: hour + .seconds(60 * minute),
            duration: .seconds(60), packets: 1500, bytes: bytes, keyframes: 30, missed: UInt32(minute % 2),
            longestPause: .milliseconds(40 + minute), meanGroup: .milliseconds(1000 + 10 * minute),
            longestGroup: .milliseconds(2000 + minute))
    }

    @Test func aSampleIsInTheTableOnceHoweverOftenItIsRead() async throws {
        try await LoaderFixture.with { fixture in
            let records = (0..<120).map { JournalRecord.sample(sample($0)) }
            try fixture.write(records)
            try await fixture.load()
            // The index forgets how far it was, as one restored from a backup does.
            try await fixture.admin.execute("DELETE FROM mkds.journal_position")
            try fixture.write([.sample(sample(120)), .sample(sample(120, bytes: 1))])
            try await fixture.load()
            let counted = try await fixture.admin.query(
                "SELECT count(*) AS rows, min(bytes) AS bytes FROM mkds.stream_minute")
            #expect(try counted[0].int("rows") == 121)
            #expect(try counted[0].int("bytes") == 600_000)
        }
    }

    @Test func stepsAddUpAndKeepTheExtremes() async throws {
        try await LoaderFixture.with { fixture in
            var bare = sample(120)
            (bare.longestPause, bare.meanGroup, bare.longestGroup) = (nil, nil, nil)
            try fixture.write(
                (0..<120).map { .sample(sample($0)) } + [.sample(bare)]
                    + (0..<10).map { .sample(sample($0, camera: "b", bytes: 5)) })
            try await fixture.load()
            let reader = IndexReader(fixture.settings)
            let camera = LoaderFixture.camera("a")
            let rates = try await reader.rates(
                camera: camera, from: hour, to: hour + .seconds(3 * 3600), step: .seconds(3600))
            #expect(rates.map(\.start) == [hour, hour + .seconds(3600), hour + .seconds(7200)])
            let first = try #require(rates.first)
            #expect(first.bytes == 60 * 600_000 && first.packets == 90_000 && first.keyframes == 1800)
            #expect(first.missed == 30 && first.covered == .seconds(3600))
            #expect(first.longestPause == .milliseconds(99) && first.longestGroup == .milliseconds(2059))
            #expect(first.meanGroup == .milliseconds(1295))
            #expect(BitrateResource(first).bitRate == 80_000)
            #expect(BitrateResource(first).frameRate == 25)
            #expect(rates[2].meanGroup == nil && rates[2].longestPause == nil)
            let part = try await reader.rates(
                camera: camera, from: hour + .seconds(60), to: hour + .seconds(180), step: .seconds(60))
            #expect(part.map(\.start) == [hour + .seconds(60), hour + .seconds(120)])
            #expect(
                try await reader.rates(camera: camera, from: hour - .seconds(60), to: hour, step: .seconds(60)) == [])
        }
    }

    @Test func noSeriesScansAPartition() async throws {
        try await LoaderFixture.with { fixture in
            try fixture.write((0..<200).map { .sample(sample($0)) })
            try await fixture.load()
            let plan = try await IndexReader(fixture.settings).plan(
                ratesOf: LoaderFixture.camera("a"), from: hour, to: hour + .seconds(7200), step: .seconds(60))
            #expect(!plan.contains("Seq Scan"))
            #expect(plan.contains("Index Scan") || plan.contains("Index Only Scan") || plan.contains("Bitmap"))
        }
    }

    @Test func whatIsTooOldIsNotKeptAndItsPartitionGoes() async throws {
        try await LoaderFixture.with { fixture in
            let today = UTCTime.now
            var old = sample(0)
            old.minute = StreamSample.minute(of: today - .seconds(40 * 86_400))
            var future = sample(0)
            future.minute = StreamSample.minute(of: today + .seconds(400 * 86_400))
            var late = sample(0)
            late.minute = StreamSample.minute(of: today - .seconds(20 * 86_400))
            // A partition from a time when it was not too old.
            try await fixture.admin.execute("SELECT mkds.ensure_stream_minutes((now() - interval '50 days')::date)")
            try fixture.write([.sample(old), .sample(future), .sample(late), .sample(sample(0))])
            let status = try await fixture.load()
            #expect(status.rejected == 0)
            let rows = try await fixture.admin.query("SELECT minute FROM mkds.stream_minute ORDER BY minute")
            #expect(try rows.map { try $0.time("minute") } == [late.minute, hour])
            let left = try await fixture.admin.query(
                """
                SELECT count(*) AS n FROM pg_class WHERE relnamespace = 'mkds'::regnamespace AND relkind = 'r'
                    AND relname ~ '^stream_minute_' AND to_date(right(relname, 8), 'YYYYMMDD') < now()::date - 31
                """)
            #expect(try left[0].int("n") == 0)
        }
    }

    @Test func twoLoadersMakeTheSamePartitionOnce() async throws {
        try await LoaderFixture.with { fixture in
            let spools = [fixture.directory + "/g1", fixture.directory + "/g2"]
            for (index, spool) in spools.enumerated() {
                try fixture.write((0..<50).map { .sample(sample($0 + 100 * index)) }, spool: spool)
            }
            async let first = fixture.load(spools: [spools[0]])
            async let second = fixture.load(spools: [spools[1]])
            _ = try await (first, second)
            let counted = try await fixture.admin.query("SELECT count(*) AS rows FROM mkds.stream_minute")
            #expect(try counted[0].int("rows") == 100)
        }
    }

    @Test func pagesOfConnectionsFollowEachOther() async throws {
        try await LoaderFixture.with { fixture in
            let runs = (0..<7).map { index in
                let start = hour + .seconds(index / 2)
                return StreamRun(
                    id: UUIDv7(at: start), camera: LoaderFixture.camera("a"), codec: "h264", width: 1, height: 1,
                    firstPacket: start, lastPacket: start, packets: 1, bytes: 1, endReason: .over, clock: .arrival)
            }
            try fixture.write(runs.map { .run($0) })
            try await fixture.load()
            let reader = IndexReader(fixture.settings)
            var seen: [StreamRun] = []
            var cursor: EventCursor?
            while true {
                let page = try await reader.runs(camera: runs[0].camera, before: cursor, limit: 3)
                guard let last = page.last else { break }
                seen += page
                cursor = EventCursor(start: last.firstPacket, id: last.id)
            }
            #expect(seen == runs.sorted { ($0.firstPacket, $0.id) > ($1.firstPacket, $1.id) })
        }
    }
}
