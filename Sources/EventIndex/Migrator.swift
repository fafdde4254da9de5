package import Postgres

/// Brings a database's schema to what this program needs.
///
/// Numbered SQL files, built into the program, are each applied once, in order, in a transaction of their own, under an
/// advisory lock so that two programs never do it at the same time. The SHA-256 of each file is stored with it: a file
/// that was changed after it was applied is an error, and so is a database newer than the program.
package enum Migrator {
    struct Migration: Sendable {
        var number: Int32
        var name: String
        var sql: [UInt8]
    }

    /// The resource compiler turns a leading digit of a file's name into an underscore.
    static let migrations = [
        Migration(number: 1, name: "register", sql: PackageResources._001_register_sql),
        Migration(number: 2, name: "events", sql: PackageResources._002_events_sql),
        Migration(number: 3, name: "event_days", sql: PackageResources._003_event_days_sql),
        Migration(number: 4, name: "time", sql: PackageResources._004_time_sql),
        Migration(number: 5, name: "coverage", sql: PackageResources._005_coverage_sql),
        Migration(number: 6, name: "camera_trust", sql: PackageResources._006_camera_trust_sql),
        Migration(number: 7, name: "border_okrsek", sql: PackageResources._007_border_okrsek_sql),
        Migration(number: 8, name: "documents", sql: PackageResources._008_documents_sql),
        Migration(number: 9, name: "streams", sql: PackageResources._009_streams_sql),
        Migration(number: 10, name: "camera_inputs", sql: PackageResources._010_camera_inputs_sql),
        Migration(number: 11, name: "onvif", sql: PackageResources._011_onvif_sql),
        Migration(number: 12, name: "lasting_trouble", sql: PackageResources._012_lasting_trouble_sql),
        Migration(number: 13, name: "odd_events", sql: PackageResources._013_odd_events_sql),
    ]

    /// Any number will do as long as every version of the program takes the same: "mkds" in ASCII.
    private static let lockKey: Int64 = 0x6d6b_6473

    /// Applies what is missing; returns the numbers it applied.
    ///
    /// `settings` name a login that may create extensions and roles on the first run (a superuser, or one for which the
    /// database's administrator has made PostGIS and the roles beforehand). Throws ``IndexError`` when the database does
    /// not fit the program, ``PostgresError`` when the server refuses.
    @discardableResult
    package static func migrate(_ settings: ConnectionSettings) async throws -> [Int32] {
        try await migrate(settings, migrations)
    }

    static func migrate(_ settings: ConnectionSettings, _ migrations: [Migration]) async throws -> [Int32] {
        let connection = try await PostgresConnection.connect(settings, name: "migrate")
        return try await connection.run { connection in
            try connection.query("SELECT pg_advisory_lock($1)", [.int8(lockKey)], deadline: .seconds(300))
            defer { connection.close() }
            return try applyMissing(connection, migrations)
        }
    }

    private static func applyMissing(
        _ connection: isolated PostgresConnection, _ migrations: [Migration]
    ) throws -> [Int32] {
        let applied = try appliedChecksums(connection)
        if let newest = applied.keys.max(), newest > migrations.last?.number ?? 0 {
            throw IndexError(
                .databaseNewer,
                "the database's schema has migration \(newest), this program knows \(migrations.last?.number ?? 0); "
                    + "run the newer mkdsd again or restore the backup made before the upgrade")
        }
        if applied.isEmpty { try makeRoles(connection) }
        var done: [Int32] = []
        for migration in migrations {
            let checksum = try connection.query(
                "SELECT encode(sha256($1), 'hex') AS sum", [.bytes(migration.sql)])[0].text("sum")
            if let stored = applied[migration.number] {
                guard stored == checksum else {
                    throw IndexError(
                        .migrationChanged,
                        "migration \(migration.number) (\(migration.name)) was applied in another form than this program "
                            + "holds (SHA-256 \(stored.prefix(12))… there, \(checksum.prefix(12))… here)")
                }
            } else {
                try apply(migration, checksum: checksum, connection)
                done.append(migration.number)
            }
        }
        return done
    }

    /// Makes the roles before the first migration needs them. They belong to the whole server, and a transaction that
    /// waited for another database's migration to make them may not see them to its end (PostgreSQL keeps what it knows
    /// of a name until it is told otherwise, between statements); so each is made in a transaction of its own.
    private static func makeRoles(_ connection: isolated PostgresConnection) throws {
        for name in ["mkds_owner", "mkds_loader", "mkds_query"] {
            let found = try connection.query("SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", [.text(name)])
            guard found.isEmpty else { continue }
            do {
                try connection.execute("CREATE ROLE \(name) NOLOGIN")
            } catch {
                // Fine where another database's migration was faster.
                guard ["42710", "23505"].contains(error.sqlState ?? "") else { throw error }
            }
        }
    }

    private static func appliedChecksums(
        _ connection: isolated PostgresConnection
    ) throws -> [Int32: String] {
        let exists = try connection.query("SELECT to_regclass('mkds.migration') IS NOT NULL AS found")[0].bool("found")
        guard exists else { return [:] }
        var checksums: [Int32: String] = [:]
        for row in try connection.query("SELECT number, sha256 FROM mkds.migration") {
            checksums[Int32(truncatingIfNeeded: try row.int("number"))] = try row.text("sha256")
        }
        return checksums
    }

    private static func apply(
        _ migration: Migration, checksum: String, _ connection: isolated PostgresConnection
    ) throws {
        try connection.inTransaction {
            try connection.execute(String(decoding: migration.sql, as: UTF8.self), deadline: .seconds(3600))
            try connection.execute("RESET ROLE")
            try connection.execute(tableOfMigrations)
            try connection.query(
                "INSERT INTO mkds.migration (number, name, sha256) VALUES ($1, $2, $3)",
                [.int4(migration.number), .text(migration.name), .text(checksum)])
        }
    }

    private static let tableOfMigrations = """
        SET LOCAL client_min_messages = warning;
        CREATE TABLE IF NOT EXISTS mkds.migration (
            number integer PRIMARY KEY,
            name text NOT NULL,
            sha256 text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
        ALTER TABLE mkds.migration OWNER TO mkds_owner;
        GRANT SELECT ON mkds.migration TO mkds_query;
        COMMENT ON TABLE mkds.migration IS 'Migrations applied to this database; written by the migrator';
        COMMENT ON COLUMN mkds.migration.number IS 'Number of the migration file';
        COMMENT ON COLUMN mkds.migration.name IS 'Name of the migration file';
        COMMENT ON COLUMN mkds.migration.sha256 IS 'SHA-256 of the file, hexadecimal';
        COMMENT ON COLUMN mkds.migration.applied_at IS 'When it was applied';
        """
}
