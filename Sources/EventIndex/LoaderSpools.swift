internal import FoundationEssentials
internal import Glibc
internal import MKDSCore
internal import Postgres
internal import Spool

/// The spools of the loader on a thread of their own: reading and acknowledging block.
actor LoaderSpools {
    private let executor = ThreadExecutor(name: "spool-reader")
    private var readers: [String: JournalReader] = [:]
    private var watched: [String] = []
    private var watcher: JournalWatcher?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The spool's id; opens (and makes) the directory when that has not been done yet.
    ///
    /// A directory that was replaced is opened anew here and only here, so that what is read and acknowledged until the
    /// next call is the spool of the id given.
    func spoolID(_ directory: String) throws -> UUIDv7 {
        if let reader = readers[directory], !reader.isInPlace {
            readers[directory] = nil
            watcher = nil
        }
        return try reader(directory).spoolID
    }

    func read(_ directory: String, after position: JournalPosition?, limit: Int) throws -> JournalBatch {
        try reader(directory).read(after: position, limit: limit)
    }

    func acknowledge(_ directory: String, _ position: JournalPosition, keeping: Duration) throws {
        try reader(directory).acknowledge(position, keeping: keeping)
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
        let made = try JournalWatcher(directories: directories)
        watcher = made
        watched = directories
        return made
    }

    /// Blocks this actor's thread until something was written, `watcher` was woken or the time is over.
    func wait(_ watcher: JournalWatcher, upTo limit: Duration) {
        _ = watcher.wait(upTo: limit)
    }

    /// Puts an entry the database refused aside: `rejected/FILE-OFFSET.txt` with reason, text and bytes of the entry,
    /// synced before the position moves past it.
    func reject(
        _ record: JournalRecord, at position: JournalPosition?, of directory: String, because reason: String
    ) throws {
        let folder = directory + "/rejected"
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw SpoolError(code: .directory, context: folder, errno: errno)
        }
        // The spool belongs to the capture process, which may have been taken over: a link there could lead anywhere.
        let opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard opened >= 0 else { throw SpoolError(code: .directory, context: folder, errno: errno) }
        defer { close(opened) }
        var bytes: [UInt8] = []
        record.encode(into: &bytes)
        let digits = bytes.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        let text = "reason: \(reason)\nentry: \(record)\nbytes: \(digits.joined())\n"
        let name = "\(position?.file ?? 0)-\(position?.offset ?? 0).txt"
        // Made anew: what lies there already could be a second name of another file.
        unlinkat(opened, name, 0)
        let descriptor = openat(opened, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SpoolError(code: .file, context: name, errno: errno) }
        defer { close(descriptor) }
        let content = Array(text.utf8)
        let written = content.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == content.count, fsync(descriptor) == 0, fsync(opened) == 0 else {
            throw SpoolError(code: .file, context: name, errno: errno)
        }
    }
}
