internal import MKDSCore
internal import Postgres

extension PartitionPlan {
    /// Makes the partitions that are missing by a function of the schema that makes one day's.
    ///
    /// - Parameters:
    ///   - function: Its name in schema `mkds`.
    ///   - today: The UTC day it is.
    ///   - needed: Days that something to be stored speaks of.
    ///   - connection: The loader's.
    /// - Returns: Whether there were any.
    /// - Throws: `PostgresError`.
    @discardableResult
    mutating func make(
        _ function: String, today: UTCDay, needed: Set<UTCDay>, _ connection: PostgresConnection
    ) async throws -> Bool {
        let days = missing(today: today, needed: needed)
        guard !days.isEmpty else { return false }
        try await connection.query(
            "SELECT mkds.\(function)(date '1970-01-01' + day::integer) FROM unnest($1) AS day",
            [.int8Array(days.map { Int64($0.daysSinceEpoch) })])
        made(days)
        return true
    }
}
