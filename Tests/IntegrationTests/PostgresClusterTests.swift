import FoundationEssentials
import Glibc
import Postgres
import Testing

@testable import EventIndex

@Suite(
    .enabled(if: PostgresClusterFixture.obstacle == nil, PostgresClusterFixture.skipReason), .serialized,
    .timeLimit(.minutes(10)))
struct PostgresClusterTests {
    @Test func makesStartsStopsAndKeepsItsData() async throws {
        try await PostgresClusterFixture.with { fixture in
            let cluster = PrivateCluster(fixture.configuration)
            let settings = try await cluster.start()
            #expect(cluster.state == .up)
            try await Migrator.migrate(settings)
            let connection = try await fixture.connection()
            #expect(try await connection.query("SHOW listen_addresses")[0].text("listen_addresses") == "")
            #expect(try await connection.query("SHOW fsync")[0].text("fsync") == "on")
            #expect(try await connection.query("SHOW server_encoding")[0].text("server_encoding") == "UTF8")
            #expect(try await LockRoom.read(connection).isEnough)
            await connection.close()
            await cluster.stop()
            #expect(cluster.state == .stopped)
            #expect(throws: (any Error).self) { try fixture.postmaster }

            _ = try await cluster.start()
            let again = try await Migrator.migrate(settings)
            #expect(again == [])
            await cluster.stop()
        }
    }

    /// The roles belong to the server, not to a database: on a fresh one all migrations want to make them.
    @Test func migratesSeveralDatabasesOfAFreshServerAtOnce() async throws {
        try await PostgresClusterFixture.with { fixture in
            let cluster = PrivateCluster(fixture.configuration)
            let settings = try await cluster.start()
            let connection = try await fixture.connection()
            let names = (1...6).map { "town\($0)" }
            for name in names { try await connection.execute("CREATE DATABASE \(name)") }
            await connection.close()
            let applied = try await withThrowingTaskGroup(of: [Int32].self) { group in
                for name in names {
                    var settings = settings
                    settings["dbname"] = name
                    group.addTask { [settings] in try await Migrator.migrate(settings) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(applied.count == names.count && Set(applied).count == 1 && applied.first?.isEmpty == false)
            await cluster.stop()
        }
    }

    @Test func comesBackWithItsDataWhenThePostmasterIsKilled() async throws {
        try await PostgresClusterFixture.with { fixture in
            let cluster = PrivateCluster(fixture.configuration)
            _ = try await cluster.start()
            let watch = Task { await cluster.run() }
            let connection = try await fixture.connection()
            try await connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
            // A backend that is busy does not notice at once that its postmaster is gone.
            let busy = Task { try await connection.query("SELECT count(*) FROM generate_series(1, 2000000000)") }
            let first = try fixture.postmaster
            kill(first, SIGKILL)
            busy.cancel()
            _ = try? await busy.value
            await connection.close()

            var found: Int64?
            while found == nil {
                let next = try await fixture.connection()
                found = try? await next.query("SELECT n FROM kept")[0].int("n")
                await next.close()
            }
            #expect(found == 42)
            #expect(try fixture.postmaster != first)
            watch.cancel()
            await watch.value
            #expect(cluster.state == .stopped)
        }
    }

    @Test func stopsWhatAKilledPredecessorLeftRunningAndTakesOver() async throws {
        try await PostgresClusterFixture.with { fixture in
            let predecessor = PrivateCluster(fixture.configuration)
            _ = try await predecessor.start()
            let left = try fixture.postmaster
            let connection = try await fixture.connection()
            try await connection.execute("CREATE TABLE kept AS SELECT 42 AS n")

            let successor = PrivateCluster(fixture.configuration)
            _ = try await successor.start()
            #expect(try fixture.postmaster != left)
            let next = try await fixture.connection()
            #expect(try await next.query("SELECT n FROM kept")[0].int("n") == 42)
            await next.close()
            await successor.stop()
        }
    }

    @Test func ignoresAPidFileWhoseProcessIsAStranger() async throws {
        try await PostgresClusterFixture.with { fixture in
            let cluster = PrivateCluster(fixture.configuration)
            _ = try await cluster.start()
            kill(try fixture.postmaster, SIGKILL)
            await cluster.stop()
            // The number now belongs to somebody else: this very test.
            let path = fixture.configuration.directory + "/postmaster.pid"
            let lines = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
                .split(separator: "\n", omittingEmptySubsequences: false)
            try Data("\(getpid())\n\(lines.dropFirst().joined(separator: "\n"))".utf8).write(to: URL(filePath: path))
            _ = try await cluster.start()
            #expect(cluster.state == .up)
            await cluster.stop()
        }
    }

    @Test(.enabled(if: PostgresClusterFixture.isRoot, "only root is refused"))
    func refusesToRunAsRoot() async throws {
        try await PostgresClusterFixture.with { fixture in
            var configuration = fixture.configuration
            configuration.launcher = []
            let error = await #expect(throws: PostgresError.self) { try await PrivateCluster(configuration).start() }
            #expect(error?.message.contains("root") == true)
            #expect(error?.message.contains("database.url") == true)
        }
    }

    @Test func refusesASocketPathTooLongForTheSystem() async throws {
        try await PostgresClusterFixture.with { fixture in
            var configuration = fixture.configuration
            configuration.socketDirectory = "/tmp/" + String(repeating: "x", count: 90)
            if PostgresClusterFixture.isRoot == false { configuration.launcher = [] }
            let error = await #expect(throws: PostgresError.self) { try await PrivateCluster(configuration).start() }
            #expect(error?.message.contains("107") == true)
        }
    }

    @Test func refusesADataDirectoryOfAnotherVersion() async throws {
        try await PostgresClusterFixture.with { fixture in
            let directory = fixture.configuration.directory
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
            try Data("99\n".utf8).write(to: URL(filePath: directory + "/PG_VERSION"))
            let cluster = PrivateCluster(fixture.configuration)
            let error = await #expect(throws: PostgresError.self) { try await cluster.start() }
            #expect(error?.message.contains("PostgreSQL 99") == true)
            #expect(error?.message.contains("pg_upgrade") == true)
        }
    }
}
