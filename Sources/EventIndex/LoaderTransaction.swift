internal import MKDSCore
internal import Postgres

/// Stores one journal batch in one transaction: its rows, the journal position behind it, the numbers of its changes.
struct LoaderTransaction: Sendable {
    struct Outcome: Sendable {
        var inserted = 0
        var updated = 0
        var hasStaged = false
        var spots: Set<PlacementCache.Spot> = []
    }

    /// The position in the database is not the one the batch was read from: another loader, or a restored backup.
    struct PositionMoved: Error {
        var position: JournalPosition?
    }

    let plan: LoadPlan
    let spool: UUIDv7
    let directory: String
    let from: JournalPosition?
    let to: JournalPosition
    let places: PlacementCache
    /// Trust no revision 0: ask for each id whether it is stored already.
    let checksEveryID: Bool

    func run(on connection: PostgresConnection) async throws -> Outcome {
        try await connection.transaction { connection in
            var change = try lock(connection)
            var outcome = Outcome()
            for session in plan.sessions {
                if let start = session.start { try recover(start, &change, &outcome, connection) }
                try store(session.events, &change, &outcome, connection)
                for run in session.runs {
                    try connection.query(LoaderRows.upsertRun, LoaderRows.parameters(run, spool: spool))
                }
                for gap in session.gaps {
                    try connection.query(LoaderRows.upsertGap, LoaderRows.parameters(gap, spool: spool))
                }
            }
            try finish(change, connection)
            return outcome
        }
    }

    /// Takes the counter's lock, under which all loaders pass one after another, and checks where the spool stands.
    private func lock(_ connection: isolated PostgresConnection) throws -> Int64 {
        let row = try connection.query(
            """
            SELECT c.last, p.file, p.byte_offset FROM mkds.change_counter AS c
            LEFT JOIN mkds.journal_position AS p ON p.spool = $1 FOR UPDATE OF c
            """, [.id(spool)])[0]
        var stored: JournalPosition?
        if let file = try row.optionalInt("file"), let offset = try row.optionalInt("byte_offset") {
            stored = JournalPosition(file: UInt64(clamping: file), offset: UInt64(clamping: offset))
        }
        guard stored == from else { throw PositionMoved(position: stored) }
        return try row.int("last")
    }

    /// Moves the position and the counter, and tells who listens once this commits.
    private func finish(_ change: Int64, _ connection: isolated PostgresConnection) throws {
        try connection.query(
            """
            WITH moved AS (
                INSERT INTO mkds.journal_position AS p (spool, file, byte_offset, records, directory, updated_at)
                VALUES ($1, $2, $3, $4, $5, now())
                ON CONFLICT (spool) DO UPDATE SET file = excluded.file, byte_offset = excluded.byte_offset,
                    records = p.records + excluded.records, directory = excluded.directory, updated_at = now()
            ), counted AS (
                UPDATE mkds.change_counter SET last = $6 WHERE last < $6 RETURNING last
            )
            SELECT pg_notify('mkds_change', last::text) FROM counted
            """,
            [
                .id(spool), .int8(Int64(clamping: to.file)), .int8(Int64(clamping: to.offset)),
                .int8(Int64(plan.recordCount)), .text(directory), .int8(change),
            ])
    }

    // MARK: - Recovery

    /// A capture session begins: what an earlier one of this spool left open is closed at the last moment known.
    private func recover(
        _ start: CaptureStart, _ change: inout Int64, _ outcome: inout Outcome,
        _ connection: isolated PostgresConnection
    ) throws {
        let closed = try connection.query(
            """
            WITH open AS (
                SELECT day, id, row_number() OVER (ORDER BY start_time, id) AS number FROM mkds.event
                WHERE end_time IS NULL AND spool = $1
            )
            UPDATE mkds.event AS e SET end_time = e.last_seen, end_reason = \(EndReason.recovered.rawValue),
                revision = e.revision + 1, change = $2 + open.number
            FROM open WHERE e.day = open.day AND e.id = open.id
            """, [.id(spool), .int8(change)]
        ).affected
        change += Int64(closed)
        outcome.updated += closed
        try connection.query(
            """
            UPDATE mkds.stream_run SET end_reason = \(EndReason.recovered.rawValue), revision = revision + 1
            WHERE end_reason IS NULL AND spool = $1
            """, [.id(spool)])
        // Nobody looked until capture came back, so that is where the gap ends.
        try connection.query(
            """
            UPDATE mkds.gap SET end_time = greatest(start_time, $2), revision = revision + 1
            WHERE end_time IS NULL AND spool = $1
            """, [.id(spool), .time(start.time)])
    }

    // MARK: - Events

    private func store(
        _ events: [LoadPlan.PlannedEvent], _ change: inout Int64, _ outcome: inout Outcome,
        _ connection: isolated PostgresConnection
    ) throws {
        guard !events.isEmpty else { return }
        let stored = try storedIDs(events.filter { checksEveryID || !$0.isNew }.map(\.event.id), connection)
        var numbered: [(event: Event, change: Int64)] = []
        var later: [(event: Event, change: Int64)] = []
        for planned in events {
            change += 1
            if stored.contains(planned.event.id) {
                later.append((planned.event, change))
            } else {
                numbered.append((planned.event, change))
            }
        }
        try insert(numbered, &outcome, connection)
        try update(later, &outcome, connection)
    }

    private func storedIDs(
        _ ids: [UUIDv7], _ connection: isolated PostgresConnection
    ) throws -> Set<UUIDv7> {
        guard let first = ids.map(\.day).min(), let last = ids.map(\.day).max() else { return [] }
        let rows = try connection.query(
            "SELECT id FROM mkds.event WHERE day BETWEEN $1 AND $2 AND id = ANY ($3::text[]::uuid[])",
            [.day(first), .day(last), .textArray(ids.map(\.description))])
        return Set(try rows.map { try $0.id("id") })
    }

    private func insert(
        _ events: [(event: Event, change: Int64)], _ outcome: inout Outcome,
        _ connection: isolated PostgresConnection
    ) throws {
        guard !events.isEmpty else { return }
        var spots: [PlacementCache.Spot: (Event, Int64)] = [:]
        var last: (camera: CameraID, place: Placement)?
        outcome.inserted += try connection.copyIn(LoaderRows.insertEvents, rows: events) { row, writer in
            let place = places.place(of: row.event.camera, at: row.event.start)
            LoaderRows.insert(row.event, place: place, spool: spool, change: row.change, &writer)
            // Events come in runs of one camera; only a change of place can be a new spot.
            guard place.isPlaced, last?.camera != row.event.camera || last?.place != place else { return }
            last = (row.event.camera, place)
            let spot = PlacementCache.Spot(
                camera: row.event.camera, validFrom: place.validFrom, encoded: place.encoded)
            if !places.knownSpots.contains(spot), spots[spot] == nil { spots[spot] = (row.event, row.change) }
        }
        for (spot, (event, _)) in spots {
            try connection.query(
                """
                INSERT INTO mkds.event_spot (camera, point, okrsek, touched)
                SELECT camera, point, okrsek, touched FROM mkds.event AS e
                WHERE day = $1 AND id = $2 AND NOT EXISTS (
                    SELECT FROM mkds.event_spot AS s WHERE s.camera = e.camera AND s.okrsek IS NOT DISTINCT FROM e.okrsek
                        AND s.touched = e.touched AND ST_OrderingEquals(s.point, e.point))
                """, [.day(event.id.day), .id(event.id)])
            outcome.spots.insert(spot)
        }
    }

    private func update(
        _ events: [(event: Event, change: Int64)], _ outcome: inout Outcome,
        _ connection: isolated PostgresConnection
    ) throws {
        guard let first = events.map(\.event.id.day).min(), let last = events.map(\.event.id.day).max() else { return }
        // Emptied by each commit; a second session of the same batch finds the first one's rows.
        if outcome.hasStaged { try connection.execute("DELETE FROM event_revision") }
        outcome.hasStaged = true
        try connection.copyIn(LoaderRows.stageEvents, rows: events) { row, writer in
            LoaderRows.stage(row.event, change: row.change, &writer)
        }
        outcome.updated += try connection.query(LoaderRows.applyStaged, [.day(first), .day(last)]).affected
    }
}
