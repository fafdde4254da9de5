import EventIndex
import FoundationEssentials
import Glibc
import MKDSCore
import Postgres
import Spool
import Testing

/// `kill -9` of the journal's writer, of the loader and of PostgreSQL at random moments under load. At the end the whole
/// journal, which is kept, is compared with the tables, row by row.
///
/// `MKDS_TEST_KILLS` sets how many kills (30 when unset; the full measure is 200), `MKDS_TEST_KILLS_SEED` the moments.
@Suite(.enabled(if: PrivateCluster.isPossible, PrivateCluster.skipReason), .timeLimit(.minutes(20)))
struct KillTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let kills = environment["MKDS_TEST_KILLS"].flatMap { Int($0) } ?? 30
    private static let seed = environment["MKDS_TEST_KILLS_SEED"].flatMap { UInt64($0) } ?? 2026
    private static let recordsPerSecond = 3000

    @Test func everyJournalledEventIsInTheTableExactlyOnceAfterKillsAtRandomMoments() async throws {
        let directory = FileManager.default.temporaryDirectory.path + "/mkds-kill-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        // The server may run as another user, who must get through to its own directory.
        chmod(directory, 0o755)
        let cluster = try PrivateCluster(in: directory + "/postgres")
        let settings = try IndexConnectionSettings(cluster.conninfo)
        try await Self.untilAnswered(cluster, settings) { await $0.close() }
        try await Migrator.migrate(settings)

        let spool = directory + "/spool"
        let killed = try await Self.killAtRandom(cluster, spool: spool, log: directory + "/processes.log")
        let journal = try Self.journal(spool)
        let expected = ExpectedIndex(journal)
        print(
            "kill test: \(killed); \(expected.sessions) sessions, \(journal.count) entries, \(expected.events.count) events"
        )
        #expect(killed.values.reduce(0, +) == Self.kills)
        #expect(expected.events.count > Self.kills)
        #expect(!FileManager.default.fileExists(atPath: spool + "/rejected"))
        #expect(!FileManager.default.fileExists(atPath: spool + "/damaged"))
        try await Self.compare(expected, records: journal.count, PostgresConnection.connect(settings, name: "compare"))
    }

    // MARK: - Killing

    private enum Victim: String, CaseIterable {
        case capture, loader, postgres, backend
    }

    /// Kills, restarts at once, and in the end lets everything arrive.
    private static func killAtRandom(
        _ cluster: PrivateCluster, spool: String, log: String
    ) async throws -> [String: Int] {
        let program = ChildProcess.built("mkds-load")
        let startCapture = { try ChildProcess(program, ["write", spool, "\(recordsPerSecond)"], log: log) }
        let startLoader = { try ChildProcess(program, ["index", cluster.conninfo, spool], log: log) }
        var random = SeededGenerator(seed: seed)
        var killed: [String: Int] = [:]
        var capture = try startCapture()
        var loader = try startLoader()
        for _ in 0..<kills {
            try await Task.sleep(for: .milliseconds(Int.random(in: 0..<400, using: &random)))
            let victim = Victim.allCases.randomElement(using: &random) ?? .loader
            killed[victim.rawValue, default: 0] += 1
            switch victim {
            case .capture:
                capture.kill()
                capture = try startCapture()
            case .loader:
                loader.kill()
                loader = try startLoader()
            case .postgres: try cluster.kill(onlyOneBackend: false)
            case .backend: try cluster.kill(onlyOneBackend: true)
            }
            try cluster.restartIfDead()
            #expect(capture.isRunning, "the writer ended by itself: see its log")
            #expect(loader.isRunning, "the loader ended by itself: see its log")
        }
        #expect(capture.finish() == 0)
        try await untilLoaded(cluster, spool)
        #expect(loader.finish() == 0)
        return killed
    }

    /// Until the position in the database is the end of the journal.
    private static func untilLoaded(_ cluster: PrivateCluster, _ spool: String) async throws {
        let reader = try JournalReader(directory: spool)
        var end: JournalPosition?
        while true {
            let batch = try reader.read(after: end, limit: 10_000)
            if batch.end == end { break }
            end = batch.end
        }
        let settings = try IndexConnectionSettings(cluster.conninfo)
        try await untilAnswered(cluster, settings) { connection in
            while true {
                let row = try await connection.query(
                    "SELECT file, byte_offset FROM mkds.journal_position WHERE spool = $1", [.id(reader.spoolID)]
                ).first
                let file = try row?.int("file")
                let offset = try row?.int("byte_offset")
                if file == end.map({ Int64($0.file) }) && offset == end.map({ Int64($0.offset) }) { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            await connection.close()
        }
    }

    /// Does something with a connection as soon as the server gives one, again when it breaks off meanwhile.
    private static func untilAnswered(
        _ cluster: PrivateCluster, _ settings: IndexConnectionSettings,
        _ body: (PostgresConnection) async throws -> Void
    ) async throws {
        while true {
            try cluster.restartIfDead()
            do {
                return try await body(try await PostgresConnection.connect(settings, name: "kill-test"))
            } catch is PostgresError {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    // MARK: - Comparing

    private static func journal(_ spool: String) throws -> [JournalRecord] {
        let reader = try JournalReader(directory: spool)
        var records: [JournalRecord] = []
        var position: JournalPosition?
        while true {
            let batch = try reader.read(after: position, limit: 10_000)
            #expect(batch.damages.isEmpty)
            if batch.end == position { return records }
            records += batch.records
            position = batch.end
        }
    }

    private static func compare(
        _ expected: ExpectedIndex, records: Int, _ connection: PostgresConnection
    ) async throws {
        let time = { (column: String) in
            "coalesce(round(extract(epoch FROM \(column)) * 1000000)::bigint::text, 'open')"
        }
        let events = try await lines(
            """
            SELECT concat_ws(' ', id, revision, camera, \(time("start_time")), \(time("last_seen")), \(time("end_time")),
                coalesce(end_reason, 0), ('x' || encode(float4send(peak), 'hex'))::bit(32)::bigint, detail) AS line
            FROM mkds.event
            """, connection)
        expectEqual(events, expected.eventLines, "events")
        let runs = try await lines(
            """
            SELECT concat_ws(' ', id, revision, \(time("last_packet")), packets, coalesce(end_reason, 0)) AS line
            FROM mkds.stream_run
            """, connection)
        expectEqual(runs, expected.runLines, "runs")
        let gaps = try await lines(
            """
            SELECT concat_ws(' ', id, revision, \(time("start_time")), \(time("end_time")), detail) AS line FROM mkds.gap
            """, connection)
        expectEqual(gaps, expected.gapLines, "gaps")
        let counts = try await connection.query(
            """
            SELECT (SELECT records FROM mkds.journal_position) AS loaded,
                (SELECT count(*) - count(DISTINCT id) FROM mkds.event) AS doubled,
                (SELECT count(*) - count(DISTINCT change) FROM mkds.event) AS ambiguous
            """)
        #expect(try counts.first?.int("loaded") == Int64(records))
        #expect(try counts.first?.int("doubled") == 0)
        #expect(try counts.first?.int("ambiguous") == 0)
        await connection.close()
    }

    private static func lines(_ sql: String, _ connection: PostgresConnection) async throws -> [String] {
        try await connection.query(sql).map { try $0.text("line") }.sorted()
    }

    /// Shows the first few differences instead of two lists of thousands.
    private static func expectEqual(_ found: [String], _ expected: [String], _ what: Comment) {
        guard found != expected else { return }
        let missing = Set(expected).subtracting(found).sorted()
        let surplus = Set(found).subtracting(expected).sorted()
        Issue.record(
            "\(what): \(found.count) found, \(expected.count) expected; missing \(missing.prefix(3)), surplus \(surplus.prefix(3))"
        )
    }
}
