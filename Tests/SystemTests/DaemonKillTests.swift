import EventIndex
import FoundationEssentials
import Glibc
import MKDSCore
import Postgres
import TestMedia
import Testing

/// The same with the real programs: mkdsd, the mkds-capture processes it starts, and PostgreSQL are killed at random
/// moments while cameras see something move all the time.
///
/// Counts and moments come from the variables of ``KillTests``; a start of mkdsd takes longer, so this one takes longer.
@Suite(
    .enabled(if: PrivateCluster.isPossible && Clip.isAvailable, "postgresql-15 or ffmpeg is not installed"),
    .timeLimit(.minutes(30)))
struct DaemonKillTests {
    private static let cameraCount = 24

    private enum Victim: String, CaseIterable {
        case daemon, capture, postgres, backend
    }

    @Test func everyJournalledEventIsInTheTableExactlyOnceWhenTheDaemonIsKilledToo() async throws {
        let directory = FileManager.default.temporaryDirectory.path + "/mkds-kd-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        chmod(directory, 0o755)
        let cluster = try PrivateCluster(in: directory + "/postgres")
        let settings = try IndexConnectionSettings(cluster.conninfo)
        try await cluster.untilAnswered { await $0.close() }
        try await Migrator.migrate(settings)
        try await Self.prepare(directory, cluster, settings)

        let killed = try await Self.killAtRandom(directory, cluster)
        let spool = directory + "/spool"
        let spools = try FileManager.default.contentsOfDirectory(atPath: spool).sorted().map { "\(spool)/\($0)" }
        let loader = try ChildProcess(
            ChildProcess.built("mkds-load"), ["index", cluster.conninfo] + spools, log: directory + "/log")
        try await cluster.untilLoaded(spools)
        #expect(loader.finish() == 0)
        let comparison = try IndexComparison(spools: spools)
        print("daemon kill test: \(killed); \(comparison.summary)")
        #expect(comparison.eventCount > Self.cameraCount)
        try await comparison.compare(with: settings)
    }

    /// A clip in which something crosses again and again, cameras that play it, and settings.
    private static func prepare(
        _ directory: String, _ cluster: PrivateCluster, _ settings: IndexConnectionSettings
    ) async throws {
        let clip = directory + "/clip.mp4"
        let box = "color=white:size=40x40:rate=10"
        try Clip.ffmpeg(
            ["-f", "lavfi", "-i", "color=gray:size=160x120:rate=10", "-f", "lavfi", "-i", box]
                + ["-filter_complex", "[0][1]overlay=x='mod(t,2)*200-40':y=40,noise=alls=4:allf=t:all_seed=1"]
                + ["-t", "600", "-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-pix_fmt", "yuv420p", clip])
        let connection = try await PostgresConnection.connect(settings, name: "kill-test")
        try await connection.execute(
            """
            INSERT INTO mkds.camera (id, name, owner, purpose_class, legal_basis, url, mast, retention_hours, motion, updated_by)
            SELECT 'kill-' || n, 'kamera ' || n, 'MP', 'MKDS', 'test', 'file://\(clip)', ST_Point(13.37, 49.74, 4326), 720,
                '{"quiet_seconds": 0.5}', 'test'
            FROM generate_series(1, \(cameraCount)) AS n
            """)
        await connection.close()
        try """
        town: { code: "554791", name: Plzeň }
        state_directory: \(directory)/state
        database: { url: "postgresql:///postgres?host=\(cluster.directory)&user=postgres" }
        spool: { directory: \(directory)/spool, keep_acknowledged_hours: 720, reserve_mib: 1 }
        capture: { group_size: 8, file_directories: [\(directory)] }
        query: { socket: \(directory)/query.sock, administrators: { uids: [\(geteuid())] } }
        """.write(toFile: directory + "/mkdsd.yaml", atomically: false, encoding: .utf8)
    }

    private static func killAtRandom(_ directory: String, _ cluster: PrivateCluster) async throws -> [String: Int] {
        let start = {
            try ChildProcess(
                ChildProcess.built("mkdsd"), ["run", "--config", directory + "/mkdsd.yaml"], log: directory + "/log")
        }
        var random = SeededGenerator(seed: KillTests.seed)
        var killed: [String: Int] = [:]
        var daemon = try start()
        while killed.values.reduce(0, +) < KillTests.kills {
            try await Task.sleep(for: .milliseconds(Int.random(in: 0..<1500, using: &random)))
            #expect(daemon.isRunning, "mkdsd ended by itself: see its log")
            let victim = Victim.allCases.randomElement(using: &random) ?? .daemon
            switch victim {
            case .daemon:
                daemon.kill()
                daemon = try start()
            case .capture:
                // None at the moment: it does not count.
                guard let capture = daemon.children.randomElement(using: &random) else { continue }
                kill(capture, SIGKILL)
            case .postgres: try cluster.kill(onlyOneBackend: false)
            case .backend: try cluster.kill(onlyOneBackend: true)
            }
            killed[victim.rawValue, default: 0] += 1
            try cluster.restartIfDead()
        }
        try await cluster.untilAnswered { await $0.close() }
        // As soon as it has started anything it ends in order; before, SIGTERM just ends it.
        for _ in 0..<10 {
            while daemon.isRunning, daemon.children.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            daemon.signal(SIGTERM)
            #expect(daemon.wait() == 0)
            daemon = try start()
        }
        daemon.kill()
        return killed
    }
}
