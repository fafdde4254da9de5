package import MKDSCore
package import Postgres

/// How to reach the index's database.
package typealias IndexConnectionSettings = ConnectionSettings

/// The roles the index works under. Each connection takes one right after login and keeps it.
package enum IndexRole: String, Sendable {
    /// Owns the schema: migrations and the register.
    case owner = "mkds_owner"
    /// Stores events.
    case loader = "mkds_loader"
    /// Reads for others; cannot write.
    case query = "mkds_query"
}

extension ConnectionSettings {
    /// Connects and takes `role`; its statements may take `statementTimeout`, also by the server's own watch.
    package func connect(
        as role: IndexRole, name: String, statementTimeout: Duration = .seconds(60)
    ) async throws -> PostgresConnection {
        let connection = try await PostgresConnection.connect(self, name: name)
        // Readers' routes all have their index. Without statistics (a partition of today, just made) the planner may take
        // a scan of the whole partition for cheaper; this keeps it from that. Tables without an index are read as ever.
        let milliseconds = max(1, statementTimeout.inMicroseconds / 1000)
        try await connection.execute(
            """
            SET SESSION ROLE \(role.rawValue);
            SET statement_timeout = \(milliseconds);
            SET idle_in_transaction_session_timeout = '60s';
            SET lock_timeout = '30s';
            SET timezone = 'UTC';
            SET jit = off;
            SET max_parallel_workers_per_gather = 0;
            \(role == .query ? "SET default_transaction_read_only = on; SET enable_seqscan = off;" : "")
            """)
        // Ours is the second watch: it also ends a wait for a server that no longer answers.
        await connection.setStatementDeadline(statementTimeout + .seconds(5))
        return connection
    }
}

extension PostgresValue {
    package static func time(_ time: UTCTime) -> PostgresValue { .timestamp(time.microseconds) }
    package static func day(_ day: UTCDay) -> PostgresValue { .date(day.daysSinceEpoch) }
    static func days(_ days: Set<UTCDay>) -> PostgresValue { .dateArray(days.map(\.daysSinceEpoch).sorted()) }
    package static func id(_ id: UUIDv7) -> PostgresValue { .uuid(high: id.high, low: id.low) }
}

extension PostgresRow {
    package func time(_ column: String) throws(PostgresError) -> UTCTime {
        UTCTime(microseconds: try timestamp(column))
    }

    package func optionalTime(_ column: String) throws(PostgresError) -> UTCTime? {
        try optionalTimestamp(column).map(UTCTime.init(microseconds:))
    }

    package func id(_ column: String) throws(PostgresError) -> UUIDv7 {
        let (high, low) = try uuid(column)
        return UUIDv7(high: high, low: low)
    }
}
