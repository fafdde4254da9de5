import EventIndex
import FoundationEssentials
import Glibc
import MKDSCore
import Postgres
import Testing

/// `kill -9` of the journal's writer, of the loader and of PostgreSQL at random moments under load. At the end the whole
/// journal, which is kept, is compared with the tables, row by row.
///
/// `MKDS_TEST_KILLS` sets how many kills (30 when unset; the full measure is 200), `MKDS_TEST_KILLS_SEED` the moments.
@Suite(.enabled(if: PrivateCluster.isPossible, PrivateCluster.skipReason), .timeLimit(.minutes(20)))
struct KillTests {
    private static let environment = ProcessInfo.processInfo.environment
    static let kills = environment["MKDS_TEST_KILLS"].flatMap { Int($0) } ?? 30
    static let seed = environment["MKDS_TEST_KILLS_SEED"].flatMap { UInt64($0) } ?? 2026
    private static let recordsPerSecond = 3000

    @Test func everyJournalledEventIsInTheTableExactlyOnceAfterKillsAtRandomMoments() async throws {
        let directory = FileManager.default.temporaryDirectory.path + "/mkds-kill-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        // The server may run as another user, who must get through to its own directory.
        chmod(directory, 0o755)
        let cluster = try PrivateCluster(in: directory + "/postgres")
        let settings = try IndexConnectionSettings(cluster.conninfo)
        try await cluster.untilAnswered { await $0.close() }
        try await Migrator.migrate(settings)

        let spool = directory + "/spool"
        let killed = try await Self.killAtRandom(cluster, spool: spool, log: directory + "/processes.log")
        let comparison = try IndexComparison(spools: [spool])
        print("kill test: \(killed); \(comparison.summary)")
        #expect(killed.values.reduce(0, +) == Self.kills)
        #expect(comparison.eventCount > Self.kills)
        try await comparison.compare(with: settings)
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
        try await cluster.untilLoaded([spool])
        #expect(loader.finish() == 0)
        return killed
    }
}
