import EventIndex
import FoundationEssentials
import Glibc
import MKDSCore
import Postgres
import QueryAPI
import Spool
import TestMedia
import Testing

/// The database is killed and stays away for a while, and a camera goes on seeing things.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: DaemonUnderTest.missing == nil, "\(DaemonUnderTest.missing ?? "")"),
    .enabled(if: CameraServer.isAvailable, "gst-rtsp-server for Python or ffmpeg is missing"))
struct DatabaseAwayTests {
    private static let password = "Heslo-5d2b9cF"

    @Test(.enabled(if: PrivateCluster.isPossible, PrivateCluster.skipReason))
    func aServerOfTheTownThatIsAwayCostsNothing() async throws {
        let files = try TemporaryDirectory()
        try Program.run(["chmod", "755", files.path])
        let cluster = try PrivateCluster(in: files.file("postgres"), password: Self.password)
        try await prepare(cluster)
        let spool = files.file("spool")
        let url = "postgresql://mkds@/mkds?host=\(cluster.directory)"
        let daemon = try DaemonUnderTest(
            database: "{url: \"\(url)\", password_credential: database}",
            credentials: ["database": Self.password],
            sections: "spool: {directory: \(spool), keep_acknowledged_hours: 720, reserve_mib: 1}")
        try Program.run(["mkdir", spool])
        try Program.run(["chown", "--reference=\(daemon.directory.path)/bin", spool])
        let server = try await watch(daemon, files)

        try cluster.kill(onlyOneBackend: false)
        try await goesOn(daemon, spool)
        try await cluster.untilAnswered { await $0.close() }
        try await everythingArrives(daemon, spool)

        daemon.signal(SIGTERM)
        #expect(try await daemon.waitForEnd() == 0)
        let spools = try FileManager.default.contentsOfDirectory(atPath: spool).sorted().map { "\(spool)/\($0)" }
        var settings = try IndexConnectionSettings(cluster.conninfo)
        settings["dbname"] = "mkds"
        let loader = try ChildProcess(
            ChildProcess.built("mkds-load"), ["index", cluster.conninfo + " dbname=mkds"] + spools,
            log: files.file("loader.log"))
        try await cluster.untilLoaded(spools, database: "mkds")
        #expect(loader.finish() == 0)
        try await IndexComparison(spools: spools).compare(with: settings)
        #expect(!daemon.log.contains(Self.password))
        _ = server
    }

    @Test func aPrivateClusterThatCannotBeStartedForAWhileCostsNothing() async throws {
        let files = try TemporaryDirectory()
        try Program.run(["chmod", "755", files.path])
        let programs = try #require(
            try Program.run(["/bin/sh", "-c", "ls -d /usr/lib/postgresql/*/bin | sort -V"]).split(separator: "\n").last)
        let (link, hidden) = (files.file("bin"), files.file("hidden"))
        try Program.run(["ln", "-s", String(programs), link])
        let spool = files.file("spool")
        try Program.run(["mkdir", spool])
        // Short: the socket's path has its limit.
        let sockets = files.file("pg")
        let daemon = try DaemonUnderTest(
            database: "{private: {directory: \(files.path)/data/pg, socket_directory: \(sockets),"
                + " program_directory: \(link)}}",
            sections: "spool: {directory: \(spool), keep_acknowledged_hours: 720, reserve_mib: 1}")
        try Program.run(["mkdir", files.file("data"), sockets])
        try Program.run([
            "chown", "--reference=\(daemon.directory.path)/bin", files.file("data"), sockets, spool,
        ])
        let server = try await watch(daemon, files)

        let pid = try #require(DaemonUnderTest.postmaster(in: files.path + "/data/pg"))
        try Program.run(["mv", link, hidden])
        kill(pid, SIGKILL)
        try await goesOn(daemon, spool)
        try Program.run(["mv", hidden, link])
        try await everythingArrives(daemon, spool)

        daemon.signal(SIGTERM)
        #expect(try await daemon.waitForEnd() == 0)
        _ = server
    }

    // MARK: - Steps

    /// What a town's database administrator does: PostGIS, a role that is no superuser, a database of its own.
    private func prepare(_ cluster: PrivateCluster) async throws {
        try await cluster.untilAnswered { connection in
            try await connection.execute("CREATE ROLE mkds LOGIN CREATEROLE PASSWORD '\(Self.password)'")
            try await connection.execute("CREATE DATABASE mkds OWNER mkds")
            await connection.close()
        }
        var settings = try IndexConnectionSettings(cluster.conninfo)
        settings["dbname"] = "mkds"
        let connection = try await PostgresConnection.connect(settings, name: "test")
        try await connection.execute("CREATE EXTENSION postgis")
        await connection.close()
    }

    /// Starts the daemon with one camera and waits for its first event in the index.
    private func watch(_ daemon: DaemonUnderTest, _ files: TemporaryDirectory) async throws -> CameraServer {
        let clip = files.file("clip.mp4")
        try Clip(seconds: 4, movement: 0.5...1.5, frameRate: 10, keyframeEvery: 5).write(.h264, to: clip)
        let server = try CameraServer(mounts: ["cam": clip])
        try await daemon.start()
        try await daemon.until("database") { daemon.log.contains("database answers") }
        try daemon.importCameras([.init(id: "cam", url: "rtsp://127.0.0.1:\(server.port)/cam")])
        try await daemon.until("first event") { try !daemon.events("--kind", "motion").isEmpty }
        return server
    }

    /// Without a database: the journal gets further events, the daemon says what is wrong, the capture process lives.
    private func goesOn(_ daemon: DaemonUnderTest, _ spool: String) async throws {
        let captures = daemon.capturePids
        let before = try journalled(spool)
        try await daemon.until("two more events in the journal") {
            try journalled(spool).subtracting(before).count >= 2
        }
        try await daemon.until("word of the database's absence") {
            try daemon.health().contains("The database has not answered since")
        }
        #expect(try daemon.health(language: "cs").contains("Databáze neodpovídá od"))
        #expect(!captures.isEmpty && daemon.capturePids == captures)
    }

    private func everythingArrives(_ daemon: DaemonUnderTest, _ spool: String) async throws {
        let journal = try journalled(spool)
        try await daemon.until("everything in the index") {
            guard let events = try? daemon.events("--kind", "motion") else { return false }
            return Set(events.map(\.id)).isSuperset(of: journal)
        }
        let ids = try daemon.events().map(\.id)
        #expect(ids.count == Set(ids).count)
        // A database that is away is no trouble of the camera.
        #expect(try daemon.events("--kind", "health").isEmpty)
    }

    /// Motion events that are safe on disk.
    private func journalled(_ spool: String) throws -> Set<UUIDv7> {
        var found: Set<UUIDv7> = []
        for group in try FileManager.default.contentsOfDirectory(atPath: spool) {
            let records = try JournalReader(directory: "\(spool)/\(group)").read(after: nil, limit: 100_000).records
            for case .event(let event) in records where event.kind == .motion { found.insert(event.id) }
        }
        return found
    }
}
