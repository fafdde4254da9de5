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
    /// shares; without a bound one spool of ids all over the calendar would hold up all the others for ever.
    private static let daysAtOnce = 32

    /// The batch touches more days than ``daysAtOnce``; it must be stored in parts.
    private struct TooManyDays: Error {}

    private let loader: Loader
    private let connection: PostgresConnection
    private var partitions: PartitionPlan
    private var places = PlacementCache()
    private var positions: [UUIDv7: JournalPosition] = [:]

    /// Prepares the session: no plan over the partitions may be a scan of them all.
    init(_ loader: Loader, _ connection: PostgresConnection) async throws {
        self.loader = loader
        self.connection = connection
        partitions = PartitionPlan(daysAhead: loader.configuration.daysAhead)
        try await connection.listen("mkds_register")
        try await connection.execute(
            """
            SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
            SET client_min_messages = warning; \(LoaderRows.makeStaging)
            """)
    }

    mutating func run() async throws {
        while true {
            try Task.checkCancellation()
            try await makePartitions(needed: [])
            let directories = loader.directories
            let watcher = try? await loader.spools.watcher(directories)
            var moved = false
            for directory in directories {
                do {
                    moved = try await drain(directory) || moved
                    loader.note { $0.spoolTrouble[directory] = nil }
                } catch let error as SpoolError {
                    loader.logger.error(
                        "cannot read a spool", metadata: ["spool": "\(directory)", "error": "\(error)"])
                    loader.note { $0.spoolTrouble[directory] = "\(error)" }
                }
            }
            guard !moved else { continue }
            loader.note { $0.waitingSince = nil }
            try await idle(watcher)
        }
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
        var moved = false
        for _ in 0..<Self.turn {
            guard batch.end != position else { break }
            moved = true
            loader.note { $0.waitingSince = $0.waitingSince ?? UTCTime.now }
            // The next batch is read while the server stores this one.
            let isFull = batch.records.count >= limit
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
            guard let next = try await following else { break }
            batch = next
        }
        return moved
    }

    /// Where the index stands with this spool: remembered, else asked; nil before its first batch.
    private mutating func position(of spool: UUIDv7) async throws -> JournalPosition? {
        if let position = positions[spool] { return position }
        let rows = try await connection.query(
            "SELECT file, byte_offset FROM mkds.journal_position WHERE spool = $1", [.id(spool)])
        guard let row = rows.first else { return nil }
        let position = JournalPosition(
            file: UInt64(clamping: try row.int("file")), offset: UInt64(clamping: try row.int("byte_offset")))
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
            try await isolate(batch, from: position, spool, directory)
        } catch is TooManyDays {
            try await isolate(batch, from: position, spool, directory)
        }
    }

    /// Stores a batch in parts: finds the entries the database refuses by halving, puts them aside, stores the rest.
    private mutating func isolate(
        _ batch: JournalBatch, from position: JournalPosition?, _ spool: UUIDv7, _ directory: String
    ) async throws {
        var position = position
        var limit = max(1, batch.records.count / 2)
        while position != batch.end {
            let part = try await loader.spools.read(directory, after: position, limit: limit)
            guard part.end != position else { return }
            do {
                try await commit(part.records, from: position, to: part.end, spool, directory)
                position = part.end
                limit = min(loader.configuration.batchLimit, limit * 2)
            } catch is TooManyDays {
                limit = max(1, part.records.count / 2)
            } catch let error as PostgresError where error.blamesTheRecord {
                if part.records.count > 1 {
                    limit = max(1, part.records.count / 2)
                    continue
                }
                for record in part.records {
                    try await loader.spools.reject(record, at: position, of: directory, because: "\(error)")
                }
                loader.logger.error(
                    "the database refuses a journal entry; it was put aside in the spool's rejected directory",
                    metadata: ["spool": "\(directory)", "error": "\(error)"])
                try await commit([], from: position, to: part.end, spool, directory)
                loader.note { $0.rejected += 1 }
                position = part.end
            }
            positions[spool] = position
        }
    }

    private mutating func commit(
        _ records: [JournalRecord], from position: JournalPosition?, to end: JournalPosition, _ spool: UUIDv7,
        _ directory: String
    ) async throws {
        let plan = LoadPlan(records)
        guard plan.days.count <= Self.daysAtOnce else { throw TooManyDays() }
        try await makePartitions(needed: plan.days)
        try await readPlaces(plan.cameras)
        func transaction(checksEveryID: Bool) -> LoaderTransaction {
            LoaderTransaction(
                plan: plan, spool: spool, directory: directory, from: position, to: end, places: places,
                checksEveryID: checksEveryID)
        }
        let outcome: LoaderTransaction.Outcome
        do {
            outcome = try await transaction(checksEveryID: false).run(on: connection)
        } catch let error as PostgresError where error.sqlState == "23505" {
            // A revision 0 that is stored already: the spool lost its id file, or the index its positions.
            outcome = try await transaction(checksEveryID: true).run(on: connection)
        }
        places.remember(outcome.spots)
        loader.note { status in
            status.records += Int64(records.count)
            status.insertedEvents += Int64(outcome.inserted)
            status.updatedEvents += Int64(outcome.updated)
            status.transactions += 1
            status.lastCommit = .now
            status.waitingSince = nil
            status.trouble = nil
        }
    }

    private mutating func makePartitions(needed: Set<UTCDay>) async throws {
        let days = partitions.missing(today: UTCTime.now.day, needed: needed)
        guard !days.isEmpty else { return }
        try await connection.query(
            "SELECT mkds.ensure_event_partition(date '1970-01-01' + day::integer) FROM unnest($1) AS day",
            [.int8Array(days.map { Int64($0.daysSinceEpoch) })])
        partitions.made(days)
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

extension PostgresError {
    /// Whether the server refused what a row holds (classes 22, 23 and 54 of SQLSTATE), so that only that row is to
    /// blame. Anything else, a missing right or table above all, must hold up the spool instead of emptying it.
    fileprivate var blamesTheRecord: Bool {
        guard code == .server, let sqlState else { return false }
        return ["22", "23", "54"].contains(String(sqlState.prefix(2)))
    }
}
