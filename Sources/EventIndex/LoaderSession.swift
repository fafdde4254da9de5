internal import Linux
internal import Logging
internal import MKDSCore
internal import Postgres
internal import Spool

/// The loader's work over one connection, until that breaks or the task is cancelled.
struct LoaderSession {
    /// Batches of one spool before the others get their turn.
    private static let turn = 16
    /// Days one transaction may touch. Each takes locks on a partition and its indexes out of a table the whole server
    /// shares; without a bound one spool of ids all over the calendar would hold up all the others for ever. Days
    /// without a partition of their own share one.
    private static let daysAtOnce = 32

    /// The batch touches more days than ``daysAtOnce``; it must be stored in parts.
    private struct TooManyDays: Error, CustomStringConvertible {
        let description = "it speaks of more days than one transaction may touch"
    }

    private let loader: Loader
    private let connection: PostgresConnection
    private var partitions: PartitionPlan
    private var samplePartitions: PartitionPlan
    private var places = PlacementCache()
    private var positions: [UUIDv7: JournalPosition] = [:]
    private var quiet: [UUIDv7: Quiet] = [:]
    /// Spools in trouble are left alone until then, so that a useless try does not load the server all the time.
    private var retries: [String: ContinuousClock.Instant] = [:]

    /// A spool whose writer was gone when its journal had been read up to ``position``.
    private struct Quiet {
        var position: JournalPosition
        var since: ContinuousClock.Instant
        var isClosed = false
    }

    /// Prepares the session: no plan over the partitions may be a scan of them all.
    init(_ loader: Loader, _ connection: PostgresConnection) async throws {
        self.loader = loader
        self.connection = connection
        partitions = PartitionPlan(daysAhead: loader.configuration.daysAhead)
        samplePartitions = PartitionPlan(
            daysAhead: loader.configuration.daysAhead, daysBack: PartitionPlan.sampleDaysBack)
        try await connection.listen("mkds_register")
        try await connection.execute(
            """
            SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
            SET client_min_messages = warning; \(LoaderRows.makeStaging);
            \(LoaderTransaction.makeDocumentStaging)
            """)
    }

    mutating func run() async throws {
        while true {
            try Task.checkCancellation()
            try await makePartitions(needed: [], samples: [])
            let directories = loader.directories
            let watcher = try? await loader.spools.watcher(directories)
            var moved = false
            for directory in directories where retries[directory].map({ $0 <= .now }) ?? true {
                retries[directory] = nil
                do {
                    moved = try await drain(directory) || moved
                    loader.note { $0.spoolTrouble[directory] = nil }
                } catch let error as SpoolError {
                    tell("\(error)", of: directory)
                    retries[directory] = .now + loader.configuration.longestDelay
                }
            }
            // A whole turn without an error: whatever held loading up is over.
            loader.note { status in
                status.trouble = nil
                status.awaySince = nil
                status.waiting = status.waiting.filter { directories.contains($0.key) }
                status.spoolTrouble = status.spoolTrouble.filter { directories.contains($0.key) }
            }
            if !moved { try await idle(watcher) }
        }
    }

    /// Notes what is wrong with a spool; logs it when it is news.
    private func tell(_ trouble: String, of directory: String) {
        if loader.status.spoolTrouble[directory] != trouble {
            loader.logger.error("cannot load a spool", metadata: ["spool": "\(directory)", "error": "\(trouble)"])
        }
        loader.note { $0.spoolTrouble[directory] = trouble }
    }

    /// Waits for the next entry, at most a second; then sees to it that the server is still there.
    private mutating func idle(_ watcher: JournalWatcher?) async throws {
        if let watcher {
            await withTaskCancellationHandler {
                await loader.spools.wait(watcher, upTo: .seconds(1))
            } onCancel: {
                watcher.wake()
            }
        } else {
            try await Task.sleep(for: .seconds(1))
        }
        try Task.checkCancellation()
        if try await !connection.notifications(waitingUpTo: .zero).isEmpty { places.invalidate() }
        guard await connection.isUsable else {
            throw PostgresError(.connection, "the connection broke while idle")
        }
    }

    // MARK: - One spool

    /// Loads what one spool holds, up to a turn; whether there was anything.
    private mutating func drain(_ directory: String) async throws -> Bool {
        let spool = try await loader.spools.spoolID(directory)
        var position = try await position(of: spool)
        let limit = loader.configuration.batchLimit
        var batch = try await loader.read(directory, after: position, limit: limit)
        if batch.end == position {
            loader.note { $0.waiting[directory] = nil }
            if let position { try await closeWhatIsLeft(spool, directory, at: position) }
            return false
        }
        for _ in 0..<Self.turn {
            let oldest = min(batch.records.first?.written ?? UTCTime.now, UTCTime.now)
            loader.note { $0.waiting[directory] = oldest }
            // The next batch is read while the server stores this one.
            let isFull = batch.isFull(limit: limit)
            let (loader, end) = (loader, batch.end)
            async let following = isFull ? loader.read(directory, after: end, limit: limit) : nil
            do {
                try await store(batch, from: position, spool, directory)
            } catch let moved as LoaderTransaction.PositionMoved {
                positions[spool] = moved.position
                loader.logger.warning("another loader moved this spool's position", metadata: ["spool": "\(spool)"])
                return true
            }
            position = batch.end
            positions[spool] = position
            try await loader.spools.acknowledge(directory, batch.end, keeping: loader.configuration.keeping)
            guard let next = try await following, next.end != position else {
                loader.note { $0.waiting[directory] = nil }
                break
            }
            batch = next
        }
        return true
    }

    /// Closes what a spool left open whose writer has been gone for a while: nobody else may ever do it. To be called
    /// when nothing follows `position`, which the look at the writer's lock in an *earlier* call makes the end of
    /// all that writer wrote.
    private mutating func closeWhatIsLeft(
        _ spool: UUIDv7, _ directory: String, at position: JournalPosition
    ) async throws {
        guard try await !loader.spools.hasWriter(directory) else {
            quiet[spool] = nil
            return
        }
        guard var left = quiet[spool], left.position == position else {
            quiet[spool] = Quiet(position: position, since: .now)
            return
        }
        guard !left.isClosed, ContinuousClock.now - left.since >= loader.configuration.leftAfter else { return }
        let transaction = LoaderTransaction(
            plan: LoadPlan([], now: UTCTime.now), spool: spool, directory: directory, from: position, to: position,
            places: places, expectedDays: partitions.expected(today: UTCTime.now.day),
            keptSamples: samplePartitions.expected(today: UTCTime.now.day), closesWhatIsOpen: true)
        do {
            let outcome = try await transaction.run(on: connection)
            loader.note { $0.updatedEvents += Int64(outcome.updated) }
            left.isClosed = true
            quiet[spool] = left
        } catch let moved as LoaderTransaction.PositionMoved {
            positions[spool] = moved.position
        }
    }

    /// Where the index stands with this spool: remembered, else asked; nil before its first batch.
    private mutating func position(of spool: UUIDv7) async throws -> JournalPosition? {
        if let position = positions[spool] { return position }
        let rows = try await connection.query(
            "SELECT file, byte_offset FROM mkds.journal_position WHERE spool = $1", [.id(spool)])
        guard let row = rows.first else { return nil }
        let position = try JournalPosition(row: row)
        positions[spool] = position
        return position
    }

    // MARK: - Storing

    private mutating func store(
        _ batch: JournalBatch, from position: JournalPosition?, _ spool: UUIDv7, _ directory: String
    ) async throws {
        do {
            try await commit(batch.records, from: position, to: batch.end, spool, directory)
        } catch let error as PostgresError where error.blamesTheRecord {
            try await loader.spools.checkRoomForRejected(directory)
            try await isolate(batch, from: position, spool, directory)
        } catch is TooManyDays {
            try await isolate(batch, from: position, spool, directory)
        }
    }

    /// Stores a batch in parts: finds the entries that cannot be stored by halving, puts them aside, stores the rest.
    private mutating func isolate(
        _ batch: JournalBatch, from position: JournalPosition?, _ spool: UUIDv7, _ directory: String
    ) async throws {
        var position = position
        var rest = batch.records.count
        var limit = max(1, rest / 2)
        while rest > 0 {
            try Task.checkCancellation()
            let part = try await loader.spools.read(directory, after: position, limit: min(limit, rest))
            guard part.end != position else { return }
            // What follows the last entry was passed over with the batch.
            let end = part.records.count == rest ? batch.end : part.end
            do {
                try await commit(part.records, from: position, to: end, spool, directory)
                limit = min(loader.configuration.batchLimit, limit * 2)
            } catch let error where Self.blamesARecord(error) {
                guard part.records.count == 1, let record = part.records.first else {
                    limit = max(1, part.records.count / 2)
                    continue
                }
                try await putAside(record, from: position, to: end, spool, directory, because: "\(error)")
            }
            rest -= part.records.count
            position = end
            positions[spool] = position
        }
    }

    private static func blamesARecord(_ error: any Error) -> Bool {
        error is TooManyDays || (error as? PostgresError)?.blamesTheRecord == true
    }

    /// Puts one entry that cannot be stored aside in its spool and moves the position past it.
    private mutating func putAside(
        _ record: JournalRecord, from position: JournalPosition?, to end: JournalPosition, _ spool: UUIDv7,
        _ directory: String, because reason: String
    ) async throws {
        try await loader.spools.reject(record, at: position, of: directory, because: reason)
        loader.logger.error(
            "a journal entry cannot be stored; it was put aside in the spool's rejected directory",
            metadata: ["spool": "\(directory)", "error": "\(reason)"])
        try await commit([], from: position, to: end, spool, directory)
        loader.note { $0.rejected += 1 }
    }

    private mutating func commit(
        _ records: [JournalRecord], from position: JournalPosition?, to end: JournalPosition, _ spool: UUIDv7,
        _ directory: String
    ) async throws {
        let now = UTCTime.now
        let plan = LoadPlan(records, now: now)
        let today = now.day
        guard plan.days.count(where: { partitions.isExpected($0, today: today) }) < Self.daysAtOnce else {
            throw TooManyDays()
        }
        try await makePartitions(needed: plan.days, samples: plan.sampleDays)
        try await readPlaces(plan.cameras)
        let expectedDays = partitions.expected(today: today)
        let keptSamples = samplePartitions.expected(today: today)
        func transaction(checksEveryID: Bool) -> LoaderTransaction {
            LoaderTransaction(
                plan: plan, spool: spool, directory: directory, from: position, to: end, places: places,
                checksEveryID: checksEveryID, expectedDays: expectedDays, keptSamples: keptSamples)
        }
        let outcome: LoaderTransaction.Outcome
        do {
            outcome = try await transaction(checksEveryID: false).run(on: connection)
        } catch let error as PostgresError where error.sqlState == "23505" {
            // A revision 0 that is stored already: the spool lost its id file, or the index its positions.
            outcome = try await transaction(checksEveryID: true).run(on: connection)
        }
        places.remember(outcome.spots)
        let misdated = plan.events.count { !partitions.isExpected($0.id.day, today: today) }
        if misdated > 0 {
            loader.logger.warning(
                "events of days far from today were stored; was a clock wrong?",
                metadata: ["spool": "\(directory)", "events": "\(misdated)"])
        }
        loader.note { status in
            status.misdated += Int64(misdated)
            status.records += Int64(records.count)
            status.insertedEvents += Int64(outcome.inserted)
            status.updatedEvents += Int64(outcome.updated)
            status.transactions += 1
            status.lastCommit = .now
            status.trouble = nil
            status.awaySince = nil
        }
    }

    private mutating func makePartitions(needed: Set<UTCDay>, samples: Set<UTCDay>) async throws {
        let today = UTCTime.now.day
        try await partitions.make("ensure_event_partition", today: today, needed: needed, connection)
        if try await samplePartitions.make("ensure_stream_minutes", today: today, needed: samples, connection) {
            // A new day began, or this session did: what is too old by now goes.
            let oldest = samplePartitions.expected(today: today).lowerBound
            try await connection.query(
                "SELECT mkds.drop_stream_minutes(date '1970-01-01' + $1::integer)",
                [.int8(Int64(oldest.daysSinceEpoch))])
        }
    }

    /// Brings in what the register says of cameras not met yet; forgets all when it has changed.
    private mutating func readPlaces(_ cameras: Set<CameraID>) async throws {
        if try await !connection.notifications(waitingUpTo: .zero).isEmpty { places.invalidate() }
        let missing = places.missing(cameras)
        guard !missing.isEmpty else { return }
        let read = try await connection.run { try PlacementCache.read(missing, $0) }
        places.add(read, for: missing)
    }
}
