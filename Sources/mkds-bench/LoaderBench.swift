import ArgumentParser
import EventIndex
import Glibc
import MKDSCore
import Postgres
import Spool

/// Loader rows/s against a bare binary COPY of the same rows through psql into the same table, on the same server.
struct LoaderBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loader", abstract: "Loader rows/s as a ratio to bare binary COPY through psql.")

    @Option(help: "libpq connection string of a scratch server; databases are made and dropped there.")
    var database: String

    @Option(help: "Events of one run; each is two journal entries, its opening and its close.")
    var events = 200_000

    @Option(help: "Runs; the median counts.")
    var repeats = 3

    @Option(help: "A directory for journal and COPY file.")
    var directory = "/tmp"

    @Option(help: "Journal entries of one transaction.")
    var batch = LoaderConfiguration().batchLimit

    func run() async throws {
        var ratios: [Double] = []
        for number in 1...max(1, repeats) {
            let (loader, bare) = try await ScratchIndex.with(database, name: "loader") { index in
                try await measure(index)
            }
            let ratio = bare / loader
            ratios.append(ratio)
            print(
                "run \(number): loader \(rate(loader)) rows/s, bare COPY \(rate(bare)) rows/s, ratio \(rounded(ratio))")
        }
        print(
            "median ratio \(rounded(ratios.sorted()[ratios.count / 2])) of \(ratios.count) runs, \(events) events each")
    }

    /// Seconds of the loader and of psql.
    private func measure(_ index: ScratchIndex) async throws -> (loader: Double, bare: Double) {
        let spool = "\(directory)/mkds-bench-\(getpid())"
        let file = "\(directory)/mkds-bench-\(getpid()).copy"
        defer { _ = system("rm -rf '\(spool)' '\(file)'") }
        mkdir(spool, 0o700)
        try writeJournal(spool + "/g")
        try await makePartitions(index)
        try await index.connection.execute("VACUUM ANALYZE")
        try await index.connection.execute("CHECKPOINT")

        let clock = ContinuousClock()
        let loading = try await load(index, spool + "/g", clock)
        try await psql(index, "\\copy (SELECT * FROM mkds.event ORDER BY change) TO '\(file)' (FORMAT binary)")
        try await index.connection.execute("TRUNCATE mkds.event")
        try await index.connection.execute("CHECKPOINT")
        let start = clock.now
        try await psql(index, "\\copy mkds.event FROM '\(file)' (FORMAT binary)")
        let bare = clock.now - start
        let stored = try await index.connection.query("SELECT count(*) AS n FROM mkds.event")[0].int("n")
        guard stored == Int64(events) else { throw ValidationError("\(stored) rows instead of \(events)") }
        return (loading / .seconds(1), bare / .seconds(1))
    }

    private func load(_ index: ScratchIndex, _ spool: String, _ clock: ContinuousClock) async throws -> Duration {
        let loader = Loader(
            index.settings, spools: [spool], configuration: LoaderConfiguration(batchLimit: batch))
        let start = clock.now
        let task = Task { await loader.run() }
        while loader.status.insertedEvents < Int64(events) {
            try await Task.sleep(for: .milliseconds(2))
        }
        let duration = clock.now - start
        task.cancel()
        await task.value
        return duration
    }

    /// Three days of events, every camera in turn, fixed seed.
    private func writeJournal(_ directory: String) throws {
        let first = UTCDay(daysSinceEpoch: 20_500).start
        let writer = try JournalWriter(
            directory: directory, configuration: SpoolConfiguration(reserveByteCount: 0), version: "bench",
            now: { first })
        var random = SeededGenerator(seed: 42)
        let step = Duration.seconds(3 * 86_400) / events
        for number in 0..<events {
            let event = event(number, at: first + step * number, &random)
            writer.append(.event(event.open))
            writer.append(.event(event.closed))
            if number % 1000 == 999 { _ = writer.sync(upTo: .seconds(60)) }
        }
        writer.close()
    }

    private func event(
        _ number: Int, at start: UTCTime, _ random: inout SeededGenerator
    ) -> (open: Event, closed: Event) {
        let open = Event(
            id: UUIDv7(at: start, using: &random),
            camera: ScratchIndex.camera(number * 7919 % ScratchIndex.cameraCount),
            kind: .motion, start: start, lastSeen: start, clock: .arrival, uncertainty: .milliseconds(200), peak: 0.01)
        var cells = CellGrid()
        for _ in 0..<12 {
            cells.insert(row: Int.random(in: 0..<16, using: &random), column: Int.random(in: 0..<16, using: &random))
        }
        var closed = open
        closed.revision = 1
        closed.lastSeen = start + .milliseconds(Int64.random(in: 500...60_000, using: &random))
        closed.end = closed.lastSeen
        closed.endReason = .over
        closed.peak = 0.125
        closed.peakTime = start + .milliseconds(300)
        closed.box = PictureBox(left: 0.1, top: 0.2, right: 0.5, bottom: 0.75)
        closed.cells = cells
        return (open, closed)
    }

    /// Both sides find the partitions made.
    private func makePartitions(_ index: ScratchIndex) async throws {
        try await index.connection.query(
            """
            SELECT mkds.ensure_event_partition(d) FROM (
                SELECT date '1970-01-01' + 20499 + n AS d FROM generate_series(0, 5) AS n
                UNION SELECT (now() AT TIME ZONE 'UTC')::date + n FROM generate_series(-1, 8) AS n) AS days
            """)
    }

    private func psql(_ index: ScratchIndex, _ command: String) async throws {
        let keys = ["host", "hostaddr", "port", "user", "dbname"]
        let conninfo = keys.compactMap { key in index.settings[key].map { "\(key)=\($0)" } }.joined(separator: " ")
        let quoted = [conninfo, command].map { "'" + $0.replacing("'", with: "'\\''") + "'" }
        let status = system("psql -X -q -v ON_ERROR_STOP=1 -d \(quoted[0]) -c \(quoted[1])")
        guard status == 0 else { throw ValidationError("psql failed") }
    }

    private func rate(_ seconds: Double) -> Int { Int(Double(events) / seconds) }

    private func rounded(_ ratio: Double) -> Double { (ratio * 1000).rounded() / 1000 }
}
