internal import MKDSCore
internal import Postgres

/// What somebody left open is closed. `mkds.odd_event` names the open events, so that only the partitions of their days
/// are planned and locked.
extension LoaderTransaction {
    /// Most events closed by one statement.
    private static let closingLimit = 65_536

    /// Cameras `$2` with the moments `$3` from which on spool `$1` looks after them.
    private static let taken = """
        (SELECT camera, timestamptz 'epoch' + since * interval '1 microsecond' AS since
            FROM unnest($2::text[], $3::bigint[]) AS t (camera, since)) AS taken
        """

    static let openElsewhere = """
        SELECT day, id FROM mkds.odd_event JOIN \(taken) USING (camera)
        WHERE until IS NULL AND spool <> $1 AND start_time < taken.since
        ORDER BY start_time, id LIMIT \(closingLimit)
        """

    /// Closes the events of days `$2` and ids `$3`; `$1` are the same days, by name so that no other partition is locked.
    static func closeNamed(revisionStep: Int) -> String {
        """
        UPDATE mkds.event AS e SET end_time = e.last_seen, end_reason = \(EndReason.recovered.rawValue),
            revision = e.revision + \(revisionStep), change = $4 + open.number
        FROM unnest($2::date[], $3::text[]) WITH ORDINALITY AS open (day, id, number)
        WHERE e.day = ANY ($1) AND e.day = open.day AND e.id = open.id::uuid AND e.end_time IS NULL
        """
    }

    /// What an earlier session of this spool left open is closed at the last moment known.
    func closeOpen(
        _ change: inout Int64, _ outcome: inout Outcome, _ connection: isolated PostgresConnection
    ) throws {
        try closeEvents(
            """
            SELECT day, id FROM mkds.odd_event WHERE until IS NULL AND spool = $1
            ORDER BY start_time, id LIMIT \(Self.closingLimit)
            """, [.id(spool)], revisionStep: 1, &change, &outcome, connection)
        try connection.query(
            """
            UPDATE mkds.stream_run SET end_reason = \(EndReason.recovered.rawValue), revision = revision + 1
            WHERE end_reason IS NULL AND spool = $1
            """, [.id(spool)])
    }

    /// Nobody looked until capture came back, so that is where the gaps it left open end.
    func closeGaps(at start: UTCTime, _ connection: isolated PostgresConnection) throws {
        try connection.query(
            """
            UPDATE mkds.gap SET end_time = greatest(start_time, $2), revision = revision + 1
            WHERE end_time IS NULL AND spool = $1
            """, [.id(spool), .time(start)])
    }

    /// Cameras this spool looks after from a moment on: what other spools have open of them from before is closed, for
    /// such a spool may be gone for good. Revisions stay, so that the next word of a spool that is not gone wins.
    func closeElsewhere(
        _ taken: [CameraID: UTCTime], _ change: inout Int64, _ outcome: inout Outcome,
        _ connection: isolated PostgresConnection
    ) throws {
        let cameras = taken.sorted { $0.key.rawValue < $1.key.rawValue }
        let parameters: [PostgresValue] = [
            .id(spool), .textArray(cameras.map(\.key.rawValue)), .int8Array(cameras.map(\.value.microseconds)),
        ]
        try closeEvents(Self.openElsewhere, parameters, revisionStep: 0, &change, &outcome, connection)
        try connection.query(
            """
            UPDATE mkds.stream_run AS r SET end_reason = \(EndReason.recovered.rawValue) FROM \(Self.taken)
            WHERE r.end_reason IS NULL AND r.spool <> $1 AND r.camera = taken.camera AND r.first_packet < taken.since
            """, parameters)
        try connection.query(
            """
            UPDATE mkds.gap AS g SET end_time = taken.since FROM \(Self.taken)
            WHERE g.end_time IS NULL AND g.spool <> $1 AND g.camera = taken.camera AND g.start_time < taken.since
            """, parameters)
    }

    /// Closes the open events a question names, in its order, until it names none: those closed are no longer open.
    private func closeEvents(
        _ question: String, _ parameters: [PostgresValue], revisionStep: Int, _ change: inout Int64,
        _ outcome: inout Outcome, _ connection: isolated PostgresConnection
    ) throws {
        while true {
            let ids = try connection.query(question, parameters).map { try $0.id("id") }
            guard !ids.isEmpty else { return }
            let days = Set(ids.map(\.day))
            let named: [PostgresValue] = [
                .dateArray(ids.map(\.day.daysSinceEpoch)), .textArray(ids.map(\.description)),
            ]
            let closed = try connection.query(
                Self.closeNamed(revisionStep: revisionStep), [.days(days)] + named + [.int8(change)]
            ).affected
            change += Int64(ids.count)
            outcome.updated += closed
            outcome.days.formUnion(days)
            guard closed < ids.count else { continue }
            // Named but not there: their partition was dropped. They would be named again for ever.
            try connection.query(
                """
                DELETE FROM mkds.odd_event AS o USING unnest($1::date[], $2::text[]) AS named (day, id)
                WHERE o.day = named.day AND o.id = named.id::uuid AND o.until IS NULL
                """, named)
        }
    }
}
