package import MKDSCore
internal import Postgres

extension IndexReader {
    /// One camera's samples put together in steps, by time; steps in which nothing came are left out.
    ///
    /// - Parameters:
    ///   - camera: Whose.
    ///   - from: Where the first step begins; a full minute.
    ///   - to: Minutes that begin before this moment count.
    ///   - step: Length of a step; a multiple of a minute.
    /// - Returns: A row for each step in which anything came.
    /// - Throws: `PostgresError`.
    package func rates(
        camera: CameraID, from: UTCTime, to: UTCTime, step: Duration
    ) async throws -> [StreamRates] {
        try await pool.withConnection { connection in
            try connection.query(Self.ratesStatement, Self.values(camera, from, to, step)).map { row in
                func span(_ column: String) throws -> Duration? {
                    try row.optionalInt(column).map { .milliseconds($0) }
                }
                return StreamRates(
                    start: try row.time("start"), covered: .milliseconds(try row.int("covered_ms")),
                    bytes: try row.int("bytes"), packets: try row.int("packets"), keyframes: try row.int("keyframes"),
                    missed: try row.int("missed"), longestPause: try span("longest_pause_ms"),
                    meanGroup: try span("mean_gop_ms"), longestGroup: try span("longest_gop_ms"))
            }
        }
    }

    /// The server's plan of ``rates(camera:from:to:step:)`` as JSON. For tests and measurements.
    package func plan(ratesOf camera: CameraID, from: UTCTime, to: UTCTime, step: Duration) async throws -> String {
        try await pool.withConnection { connection in
            let rows = try connection.query(
                "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) \(Self.ratesStatement)", Self.values(camera, from, to, step))
            return try rows[0].text("QUERY PLAN")
        }
    }

    private static func values(_ camera: CameraID, _ from: UTCTime, _ to: UTCTime, _ step: Duration) -> [PostgresValue]
    {
        [.text(camera.rawValue), .time(from), .time(to), .int8(step.inMicroseconds / 1_000_000)]
    }

    /// The mean distance of keyframes is weighted by how many there were.
    private static let ratesStatement = """
        SELECT date_bin($4 * interval '1 second', minute, $2) AS start, sum(covered_ms)::bigint AS covered_ms,
            sum(bytes)::bigint AS bytes, sum(packets)::bigint AS packets, sum(keyframes)::bigint AS keyframes,
            sum(missed)::bigint AS missed, max(longest_pause_ms)::bigint AS longest_pause_ms,
            (sum(mean_gop_ms::bigint * keyframes)
                / nullif(sum(keyframes) FILTER (WHERE mean_gop_ms IS NOT NULL), 0))::bigint AS mean_gop_ms,
            max(longest_gop_ms)::bigint AS longest_gop_ms
        FROM mkds.stream_minute
        WHERE camera = $1 AND minute >= $2 AND minute < $3
        GROUP BY 1 ORDER BY 1
        """
}
