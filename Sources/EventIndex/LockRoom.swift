internal import Postgres

/// How many locks fit into a server's table of locks, which all its connections share.
struct LockRoom: Hashable {
    /// Ten statements at once that look into all partitions of a year, each with its indexes (nine locks).
    static let wanted: Int64 = 30_000

    var locks: Int64
    var isEnough: Bool { locks >= Self.wanted }

    static func read(_ connection: PostgresConnection) async throws -> LockRoom {
        let row = try await connection.query(
            """
            SELECT current_setting('max_locks_per_transaction')::bigint * (current_setting('max_connections')::bigint
                + current_setting('max_prepared_transactions')::bigint) AS locks
            """)[0]
        return LockRoom(locks: try row.int("locks"))
    }
}
