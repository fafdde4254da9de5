internal import MKDSCore
internal import Postgres

/// Stores one journal batch in one transaction: its rows, the journal position behind it, the numbers of its changes.
struct LoaderTransaction: Sendable {
    struct Outcome: Sendable {
        var inserted = 0
        var updated = 0
        var hasStaged = false
        /// Days of which an event was changed.
        var days: Set<UTCDay> = []
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
    var checksEveryID = false
    /// Days whose events have, or get, a partition of their own.
    var expectedDays: ClosedRange<UTCDay>
    /// Days whose samples are kept; the others are too old, or of a clock far ahead.
    var keptSamples: ClosedRange<UTCDay>
    /// The spool has no writer any more and was read to its end: close what it left open.
    var closesWhatIsOpen = false

    func run(on connection: PostgresConnection) async throws -> Outcome {
        try await connection.transaction { connection in
            var change = try lock(connection)
            var outcome = Outcome()
            if closesWhatIsOpen { try closeOpen(&change, &outcome, connection) }
            for session in plan.sessions {
                if let start = session.start {
                    try closeOpen(&change, &outcome, connection)
                    try closeGaps(at: start.time, connection)
                }
                if !session.taken.isEmpty {
                    try closeElsewhere(session.taken, &change, &outcome, connection)
                }
                try store(session.events, &change, &outcome, connection)
                for run in session.runs {
                    try connection.query(LoaderRows.upsertRun, LoaderRows.parameters(run, spool: spool))
                }
                for gap in session.gaps {
                    try connection.query(LoaderRows.upsertGap, LoaderRows.parameters(gap, spool: spool))
                }
                let samples = session.samples.filter { keptSamples.contains($0.minute.day) }
                if !samples.isEmpty {
                    try connection.query(LoaderRows.insertSamples, LoaderRows.parameters(samples))
                }
            }
            try storeDocuments(connection)
            try finish(change, outcome.days, connection)
            return outcome
        }
    }

    /// Takes the counter's lock, under which all loaders pass one after another, and checks where the spool stands.
    private func lock(_ connection: isolated PostgresConnection) throws -> Int64 {
        let last = try connection.query("SELECT last FROM mkds.change_counter FOR UPDATE")[0].int("last")
        // A statement of its own: the one above saw the database as it was before it waited for the lock.
        let row = try connection.query(
            "SELECT file, byte_offset FROM mkds.journal_position WHERE spool = $1", [.id(spool)]
        ).first
        let stored = try row.map { try JournalPosition(row: $0) }
        guard stored == from else { throw PositionMoved(position: stored) }
        return last
    }

    /// Moves the position and the counter, notes which days have changed, and tells who listens once this commits.
    private func finish(_ change: Int64, _ days: Set<UTCDay>, _ connection: isolated PostgresConnection) throws {
        try connection.query(
            """
            WITH moved AS (
                INSERT INTO mkds.journal_position AS p (spool, file, byte_offset, records, directory, updated_at)
                VALUES ($1, $2, $3, $4, $5, now())
                ON CONFLICT (spool) DO UPDATE SET file = excluded.file, byte_offset = excluded.byte_offset,
                    records = p.records + excluded.records, directory = excluded.directory, updated_at = now()
            ), dated AS (
                INSERT INTO mkds.event_day (day, change) SELECT day, $6 FROM unnest($7::date[]) AS t (day)
                ON CONFLICT (day) DO UPDATE SET change = excluded.change
            ), counted AS (
                UPDATE mkds.change_counter SET last = $6 WHERE last < $6 RETURNING last
            )
            SELECT pg_notify('mkds_change', last::text) FROM counted
            """,
            [
                .id(spool), .int8(Int64(clamping: to.file)), .int8(Int64(clamping: to.offset)),
                .int8(Int64(plan.recordCount)), .text(directory), .int8(change),
                .days(Set(days.map { expectedDays.contains($0) ? $0 : .others })),
            ])
    }

    // MARK: - Events

    private func store(
        _ events: [LoadPlan.PlannedEvent], _ change: inout Int64, _ outcome: inout Outcome,
        _ connection: isolated PostgresConnection
    ) throws {
        guard !events.isEmpty else { return }
        outcome.days.formUnion(events.lazy.map(\.event.id.day))
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
        guard !ids.isEmpty else { return [] }
        // The days by name, not from first to last: each partition between would be locked, too.
        let rows = try connection.query(
            "SELECT id FROM mkds.event WHERE day = ANY ($1) AND id = ANY ($2::text[]::uuid[])",
            [.days(Set(ids.map(\.day))), .textArray(ids.map(\.description))])
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
        guard !events.isEmpty else { return }
        // Emptied by each commit; a second session of the same batch finds the first one's rows.
        if outcome.hasStaged { try connection.execute("DELETE FROM event_revision") }
        outcome.hasStaged = true
        try connection.copyIn(LoaderRows.stageEvents, rows: events) { row, writer in
            LoaderRows.stage(row.event, change: row.change, &writer)
        }
        let days = PostgresValue.days(Set(events.map(\.event.id.day)))
        outcome.updated += try connection.query(LoaderRows.applyStaged, [days]).affected
    }
}

extension UTCDay {
    /// Stands in `mkds.event_day` for all days whose events have no partition of their own.
    static let others = UTCDay(daysSinceEpoch: 0)
}

extension JournalPosition {
    /// As `mkds.journal_position` holds it: columns `file` and `byte_offset`.
    init(row: PostgresRow) throws(PostgresError) {
        self.init(file: UInt64(clamping: try row.int("file")), offset: UInt64(clamping: try row.int("byte_offset")))
    }
}
