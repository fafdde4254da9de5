import EventIndex
import FoundationEssentials
import Postgres
import Synchronization
import Testing

/// The PostgreSQL server integration tests run against, from `MKDS_TEST_POSTGRES`.
enum PostgresTestServer {
    static let conninfo = ProcessInfo.processInfo.environment["MKDS_TEST_POSTGRES"]
    static let isAvailable = conninfo != nil
    static let skipReason: Comment = "MKDS_TEST_POSTGRES names no PostgreSQL server"

    private static let count = Atomic<Int>(0)

    /// Runs `body` with a new, empty database and drops it afterwards.
    static func withDatabase<T>(_ body: (ConnectionSettings) async throws -> T) async throws -> T {
        let server = try ConnectionSettings(try #require(conninfo))
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        let name = "mkds_test_\(ProcessInfo.processInfo.processIdentifier)_\(number)"
        let admin = try await PostgresConnection.connect(server, name: "test-admin")
        try await admin.execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
        try await admin.execute("CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8'")
        do {
            let value = try await body(server.database(name))
            try await admin.execute("DROP DATABASE \(name) WITH (FORCE)")
            return value
        } catch {
            try? await admin.execute("DROP DATABASE \(name) WITH (FORCE)")
            throw error
        }
    }

    /// The same with the schema in place.
    static func withIndex<T>(_ body: (ConnectionSettings) async throws -> T) async throws -> T {
        try await withDatabase { settings in
            try await Migrator.migrate(settings)
            return try await body(settings)
        }
    }
}
