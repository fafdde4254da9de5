internal import MKDSCore
internal import Postgres
internal import Spool
internal import Synchronization

/// The spools of the loader on a thread of their own: reading and acknowledging block.
actor LoaderSpools {
    private let executor = ThreadExecutor.required(name: "spool-reader")
    private var readers: [String: JournalReader] = [:]
    private var watched: [String] = []
    private var watcher: JournalWatcher?
    private var acknowledged: [String: (file: UInt64, at: ContinuousClock.Instant)] = [:]
    private nonisolated let busy = Mutex<ContinuousClock.Instant?>(nil)

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Since when the thread is at one piece of work, nil while it has none. Never blocks.
    nonisolated var busySince: ContinuousClock.Instant? { busy.withLock { $0 } }

    /// Does a piece of work that may block on the disk, seen through ``busySince`` meanwhile.
    func work<T>(_ body: () throws -> T) rethrows -> T {
        busy.withLock { $0 = .now }
        defer { busy.withLock { $0 = nil } }
        return try body()
    }

    /// The spool's id; opens (and makes) the directory when that has not been done yet.
    ///
    /// A directory that was replaced is opened anew here and only here, so that what is read and acknowledged until the
    /// next call is the spool of the id given.
    func spoolID(_ directory: String) throws -> UUIDv7 {
        try work {
            if let reader = readers[directory], !reader.isInPlace {
                readers[directory] = nil
                watcher = nil
            }
            let id = try reader(directory).spoolID
            // Two spools of one id would take each other's positions for their own and skip entries.
            for (other, reader) in readers where other != directory && reader.spoolID == id && reader.isInPlace {
                readers[directory] = nil
                throw SpoolError(
                    code: .damaged,
                    context: "the spool \(directory) has the id of the spool \(other); one is a copy: move it away")
            }
            return id
        }
    }

    func read(_ directory: String, after position: JournalPosition?, limit: Int) throws -> JournalBatch {
        try work { try reader(directory).read(after: position, limit: limit) }
    }

    func acknowledge(_ directory: String, _ position: JournalPosition, keeping: Duration) throws {
        // Files go when a new one was begun, or with time; not at each commit.
        if let last = acknowledged[directory], last.file == position.file, ContinuousClock.now - last.at < .seconds(60)
        {
            return
        }
        try work { try reader(directory).acknowledge(position, keeping: keeping) }
        acknowledged[directory] = (position.file, .now)
    }

    func hasWriter(_ directory: String) throws -> Bool {
        try work { try reader(directory).hasWriter() }
    }

    private func reader(_ directory: String) throws -> JournalReader {
        if let reader = readers[directory] { return reader }
        let reader = try JournalReader(directory: directory)
        readers[directory] = reader
        return reader
    }

    /// A watcher over `directories`, the same one while they stay the same.
    func watcher(_ directories: [String]) throws -> JournalWatcher {
        if let watcher, watched == directories { return watcher }
        let made = try work { try JournalWatcher(directories: directories) }
        watcher = made
        watched = directories
        // Spools that are no longer asked for give their descriptors back.
        readers = readers.filter { directories.contains($0.key) }
        acknowledged = acknowledged.filter { directories.contains($0.key) }
        return made
    }

    /// Blocks this actor's thread until something was written, `watcher` was woken or the time is over.
    func wait(_ watcher: JournalWatcher, upTo limit: Duration) {
        _ = watcher.wait(upTo: limit)
    }

    /// Throws when nothing more of this spool can be put aside: then trying to load it is useless.
    func checkRoomForRejected(_ directory: String) throws {
        try work { try reader(directory).checkRoomForRejected() }
    }

    /// Puts an entry the database refused aside, synced before the position moves past it.
    func reject(
        _ record: JournalRecord, at position: JournalPosition?, of directory: String, because reason: String
    ) throws {
        try work { try reader(directory).reject(record, at: position, because: reason) }
    }
}
