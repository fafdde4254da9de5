import EventIndex
import FoundationEssentials
import Postgres
import Testing

@Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
struct EventIndexMigratorTests {
    /// Numbers of the files among the sources: one that the program forgot would be missed here.
    private static let numbers: [Int32] = {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/EventIndex/Migrations").path()
        let files = (try? FileManager.default.contentsOfDirectory(atPath: sources)) ?? []
        return files.compactMap { Int32($0.prefix(4)) }.sorted()
    }()

    @Test func appliesEachMigrationOnce() async throws {
        try await PostgresTestServer.withDatabase { settings in
            let first = try await Migrator.migrate(settings)
            #expect(first.count >= 7)
            #expect(first == Self.numbers)
            let second = try await Migrator.migrate(settings)
            #expect(second == [])
        }
    }

    @Test func twoAtOnceApplyEachMigrationOnce() async throws {
        try await PostgresTestServer.withDatabase { settings in
            async let first = Migrator.migrate(settings)
            async let second = Migrator.migrate(settings)
            let both = try await (first, second)
            #expect((both.0 + both.1).sorted() == Self.numbers)
        }
    }

    @Test func refusesAMigrationThatWasChangedAfterItWasApplied() async throws {
        try await PostgresTestServer.withIndex { settings in
            let connection = try await PostgresConnection.connect(settings, name: "test")
            try await connection.execute("UPDATE mkds.migration SET sha256 = reverse(sha256) WHERE number = 2")
            let error = await #expect(throws: IndexError.self) { try await Migrator.migrate(settings) }
            #expect(error?.code == .migrationChanged)
        }
    }

    @Test func refusesADatabaseNewerThanTheProgram() async throws {
        try await PostgresTestServer.withIndex { settings in
            let connection = try await PostgresConnection.connect(settings, name: "test")
            try await connection.execute("INSERT INTO mkds.migration VALUES (999, 'future', '')")
            let error = await #expect(throws: IndexError.self) { try await Migrator.migrate(settings) }
            #expect(error?.code == .databaseNewer)
        }
    }

    @Test func everyTableAndColumnCarriesAComment() async throws {
        try await PostgresTestServer.withIndex { settings in
            let connection = try await PostgresConnection.connect(settings, name: "test")
            let bare = try await connection.query(
                """
                SELECT c.relname || '.' || a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                WHERE c.relnamespace = 'mkds'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                    AND a.attnum > 0 AND NOT a.attisdropped AND col_description(c.oid, a.attnum) IS NULL
                UNION ALL
                SELECT relname FROM pg_class WHERE relnamespace = 'mkds'::regnamespace AND relkind IN ('r', 'p')
                    AND NOT relispartition AND obj_description(oid, 'pg_class') IS NULL
                """)
            #expect(try bare.map { try $0.text("name") } == [])
        }
    }

    @Test func dayInsideAnIdIsReadAlikeByDatabaseAndProgram() async throws {
        try await PostgresTestServer.withIndex { settings in
            let connection = try await PostgresConnection.connect(settings, name: "test")
            let row = try await connection.query(
                "SELECT mkds.uuid_day($1) AS day", [.uuid(high: 0x019a_a01d_8000_7abc, low: 0x8000_0000_0000_0001)])[0]
            #expect(try row.date("day") == Int32(0x019a_a01d_8000 / 86_400_000))
        }
    }
}
