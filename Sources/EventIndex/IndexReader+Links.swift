package import MKDSCore
internal import Postgres

/// Which events tell of one happening: those of the camera's own chip and ours that overlap in time.
///
/// It is worked out when asked: both events grow while they last, so a stored link would have to follow every revision of
/// either. A camera's motion, objects and rules go with our motion, its tampering with ours; health goes with nothing.
extension IndexReader {
    /// Events of the other source named with one event.
    private static var linkLimit: Int { 16 }
    /// Motion, objects and rules are split at ten minutes; tampering lasts.
    private static let motionLookBack: Duration = .seconds(900)
    private static let tamperLookBack: Duration = .seconds(86_400)
    private static var dayLimit: Int { 400 }
    /// Half-widths above this say that the time is not known, not that everything is one happening.
    private static let largestSlack: Duration = .seconds(5)

    /// The same events, each with the ids of those of the other source that overlap it.
    func linked(_ events: [IndexedEvent], _ connection: isolated PostgresConnection) throws -> [IndexedEvent] {
        let asked = events.indices.filter { events[$0].event.kind != .health }
        guard !asked.isEmpty else { return events }
        var linked = events
        for row in try connection.query(Self.linkSQL, Self.parameters(asked.map { ($0, events[$0].event) })) {
            linked[Int(try row.int("number"))].linked.append(try row.id("id"))
        }
        return linked
    }

    private static func parameters(_ events: [(index: Int, event: Event)]) -> [PostgresValue] {
        func times(_ time: (Event) -> UTCTime) -> PostgresValue {
            .int8Array(events.map { time($0.event).microseconds })
        }
        let slack = { (event: Event) in min(event.uncertainty ?? .seconds(1), largestSlack) }
        let since = { (event: Event) in
            event.start - (event.kind == .tamper ? tamperLookBack : motionLookBack)
        }
        return [
            .int8Array(events.map { Int64($0.index) }), .textArray(events.map(\.event.camera.rawValue)),
            .int2Array(events.map { Int16($0.event.source.rawValue) }),
            .int2Array(events.map { $0.event.kind == .tamper ? 1 : 0 }),
            times { since($0) }, times { $0.start - slack($0) }, times { ($0.end ?? $0.lastSeen) + slack($0) },
            .int8(largestSlack.inMicroseconds), .days(days(since, events.map(\.event))),
        ]
    }

    /// The days in which what overlaps may lie: named one by one, so that no other partition is locked or looked at.
    private static func days(_ since: (Event) -> UTCTime, _ events: [Event]) -> Set<UTCDay> {
        var days: Set<UTCDay> = []
        for event in events {
            let last = max(event.end ?? event.lastSeen, event.start).day.advanced(by: 1)
            var day = since(event).day.advanced(by: -1)
            // An event of years is a wrong clock's; its first days will do.
            while day <= last, days.count < dayLimit {
                days.insert(day)
                day = day.advanced(by: 1)
            }
        }
        return days
    }

    private static let linkSQL = """
        SELECT a.number, other.id FROM (
            SELECT number, camera, source, tamper = 1 AS tamper, timestamptz 'epoch' + since * interval '1 microsecond' AS since,
                timestamptz 'epoch' + begun * interval '1 microsecond' AS begun,
                timestamptz 'epoch' + ended * interval '1 microsecond' AS ended
            FROM unnest($1::bigint[], $2::text[], $3::smallint[], $4::smallint[], $5::bigint[], $6::bigint[], $7::bigint[])
                AS t (number, camera, source, tamper, since, begun, ended)
        ) AS a CROSS JOIN LATERAL (
            SELECT id, start_time FROM (
                SELECT id, start_time FROM mkds.event AS e
                WHERE e.camera = a.camera AND e.start_time >= a.since
                    AND e.start_time <= a.ended + $8 * interval '1 microsecond'
                    AND e.day = ANY ($9) AND e.day >= (a.since AT TIME ZONE 'UTC')::date - 1
                    AND e.day <= (a.ended AT TIME ZONE 'UTC')::date + 1
                    AND e.source <> a.source AND e.kind <= 4 AND (e.kind = 4) = a.tamper
                    AND e.start_time - least(coalesce(e.uncertainty_us, 1000000), $8) * interval '1 microsecond' <= a.ended
                    AND (e.end_time IS NULL OR
                        e.last_seen + least(coalesce(e.uncertainty_us, 1000000), $8) * interval '1 microsecond' >= a.begun)
                OFFSET 0
            ) AS overlapping ORDER BY start_time, id LIMIT \(linkLimit)
        ) AS other ORDER BY a.number, other.start_time, other.id
        """

    /// The server's plan of looking for the links of events, as JSON. For tests.
    package func plan(linksOf events: [Event]) async throws -> String {
        try await pool.withConnection { connection in
            let parameters = Self.parameters(events.enumerated().map { ($0.offset, $0.element) })
            let rows = try connection.query("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) \(Self.linkSQL)", parameters)
            return try rows[0].text("QUERY PLAN")
        }
    }
}
