internal import CLinux
internal import Glibc
internal import MKDSCore

/// The writing end of a spool directory: lock, counter, reserve and the file being written. Used by one thread at a time.
///
/// Order of steps when a file is made: counter durable → header written and synced under a temporary name → rename →
/// directory synced → first frame. So a journal file has a whole header and a number never used before, always.
final class JournalOutput {
    let directory: SpoolDirectory
    private let configuration: SpoolConfiguration
    /// Held for the lock alone.
    private let lock: FileDescriptor
    private let counter: SpoolCounter
    private var file: FileDescriptor?
    private(set) var number: UInt64
    private(set) var offset: UInt64 = 0
    /// Encoded frames of one write; kept for its capacity.
    private var buffer: [UInt8] = []

    /// Locks the directory and cuts the torn tail of the newest file. Makes no file yet: see ``openNext(fromReserve:)``.
    init(directory path: String, configuration: SpoolConfiguration) throws(SpoolError) {
        self.configuration = configuration
        directory = try SpoolDirectory(path: path)
        lock = try Self.takeLock(directory, configuration.lockTimeout)
        counter = try SpoolCounter(directory)
        let newest = try directory.fileNumbers().last ?? 0
        number = max(try counter.value(), newest)
        for name in [Self.nextName, Self.newReserveName] { try directory.remove(name) }
        if newest > 0 { try cutTornTail(newest) }
    }

    var position: JournalPosition { JournalPosition(file: number, offset: offset) }

    var wantsNextFile: Bool { file == nil || offset >= UInt64(configuration.fileByteLimit) }

    // MARK: - Files

    private static let nextName = "next.tmp"
    private static let newReserveName = "reserve.tmp"

    /// Goes on in the next file, made new or out of a reserve. The present file is complete and synced then.
    func openNext(from reserve: Reserve? = nil) throws(SpoolError) {
        guard number < SpoolDirectory.highestNumber else {
            throw SpoolError(code: .damaged, context: "\(directory.path) has used up its file numbers")
        }
        let next = max(number + 1, min(configuration.lowestFileNumber(), SpoolDirectory.highestNumber))
        let name = SpoolDirectory.fileName(next)
        try counter.set(next, configuration.onFatal)
        let source = reserve?.rawValue ?? Self.nextName
        let opened = try directory.openForWriting(source, truncated: reserve == nil)
        if reserve != nil, try opened.attributes(source).byteCount > 0, ftruncate(opened.raw, 0) != 0 {
            throw SpoolError.system("cannot empty \(directory.path(of: source))")
        }
        let header = JournalFrame.fileHeader(number: next, spoolID: directory.spoolID)
        let result = header.withUnsafeBytes { opened.write($0, at: 0) }
        guard result.errno == 0 else {
            throw SpoolError.system("cannot begin \(directory.path(of: name))", errno: result.errno)
        }
        sync(opened, name)
        try directory.rename(source, to: name)
        let error = directory.sync()
        if error != 0 { fatal("cannot sync the directory \(directory.path)", error) }
        file = consume opened
        number = next
        offset = UInt64(JournalFrame.fileHeaderByteCount)
    }

    // MARK: - Entries

    /// Writes the records at the end of the present file. Returns how many are in it whole, and what stopped the rest.
    /// Nothing of the others is left in the file.
    func write(_ records: some Collection<JournalRecord>) -> (count: Int, failure: SpoolError?) {
        guard let descriptor = file?.raw else {
            return (0, SpoolError(code: .file, context: "no journal file is open"))
        }
        buffer.removeAll(keepingCapacity: true)
        var ends: [Int] = []
        ends.reserveCapacity(records.count)
        for record in records {
            JournalFrame.append(record, number: number, offset: offset + UInt64(buffer.count), to: &buffer)
            ends.append(buffer.count)
        }
        let result = buffer.withUnsafeBytes { FileDescriptor.write(descriptor, $0, at: offset) }
        guard result.errno != 0 else {
            offset += UInt64(buffer.count)
            return (ends.count, nil)
        }
        let context = "cannot write \(directory.path(of: SpoolDirectory.fileName(number)))"
        if !SpoolError.isFull(result.errno) { fatal(context, result.errno) }
        // Part of a frame may be in the file: back to the last whole one, so that reader and successor see no damage.
        let whole = ends.prefix { $0 <= result.written }
        offset += UInt64(whole.last ?? 0)
        if ftruncate(descriptor, off_t(offset)) != 0 { fatal("cannot cut back \(context)", errno) }
        return (whole.count, SpoolError.system(context, errno: result.errno))
    }

    /// Makes what was written durable. Does not return when that fails.
    func sync() {
        guard let descriptor = file?.raw else { return }
        if fdatasync(descriptor) != 0 { fatal("cannot sync \(SpoolDirectory.fileName(number))", errno) }
        // What lies in a directory that nobody will open again is not safe. A new process begins a new spool.
        if !directory.isInPlace { fatal("the spool directory \(directory.path) was removed or moved away", ENOENT) }
    }

    private func sync(_ file: borrowing FileDescriptor, _ name: String) {
        if fdatasync(file.raw) != 0 { fatal("cannot sync \(directory.path(of: name))", errno) }
    }

    private func fatal(_ context: String, _ number: Int32) -> Never {
        let error = SpoolError.system(context, errno: number)
        configuration.onFatal("journal stopped, what the disk holds is unknown: \(error)")
    }

    // MARK: - Reserves

    /// Space set aside under its file name.
    enum Reserve: String, CaseIterable {
        /// For events and gaps while the disk is full.
        case lean = "reserve"
        /// For what still waits in memory when the writer is closed on a full disk.
        case closing = "reserve.close"
    }

    var hasAllReserves: Bool { Reserve.allCases.allSatisfy(has) }

    func has(_ reserve: Reserve) -> Bool {
        var status = stat()
        return fstatat(directory.descriptor, reserve.rawValue, &status, AT_SYMLINK_NOFOLLOW) == 0
    }

    /// Allocates the reserves that are not there. Without room for one nothing of it is left behind.
    func makeReserves() throws(SpoolError) {
        guard configuration.reserveByteCount > 0 else { return }
        let closing = configuration.reserveByteCount / 4
        try make(.lean, configuration.reserveByteCount - closing)
        try make(.closing, closing)
    }

    private func make(_ reserve: Reserve, _ byteCount: Int) throws(SpoolError) {
        guard !has(reserve) else { return }
        do throws(SpoolError) {
            let file = try directory.openForWriting(Self.newReserveName, truncated: true)
            if mkds_reserve_blocks(file.raw, Int64(byteCount)) != 0 {
                throw SpoolError.system("cannot set aside the reserve in \(directory.path)")
            }
            sync(file, Self.newReserveName)
            try directory.rename(Self.newReserveName, to: reserve.rawValue)
        } catch {
            try directory.remove(Self.newReserveName)
            throw error
        }
    }

    // MARK: - Start

    private static let lockName = "writer.lock"

    /// Whether a process holds the writer's lock. Takes it for a moment, which a starting writer waits for.
    static func isLocked(_ directory: SpoolDirectory) throws(SpoolError) -> Bool {
        guard let file = try directory.openForReading(lockName) else { return false }
        if mkds_flock_try_exclusive(file.raw) == 0 { return false }
        guard errno == EWOULDBLOCK || errno == EINTR else {
            throw SpoolError.system("cannot look at the lock \(directory.path(of: lockName))")
        }
        return true
    }

    private static func takeLock(_ directory: SpoolDirectory, _ timeout: Duration) throws(SpoolError) -> FileDescriptor
    {
        let file = try directory.openForWriting(lockName)
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        while mkds_flock_try_exclusive(file.raw) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw SpoolError.system("cannot lock \(directory.path(of: lockName))")
            }
            guard clock.now < deadline else {
                let owner = (try? SpoolDirectory.read(file, limit: 32, lockName)) ?? []
                let process = String(decoding: owner.prefix { (48...57).contains($0) }, as: UTF8.self)
                throw SpoolError(
                    code: .locked, context: "another process (\(process)) writes into the spool \(directory.path)")
            }
            // The system has no lock call with a deadline; a dying predecessor lets go within milliseconds.
            _ = mkds_wait_readable([], 0, 20)
        }
        // Only for the message above; a failure to write it does no harm.
        let text = Array("\(getpid())\n".utf8)
        ftruncate(file.raw, 0)
        _ = text.withUnsafeBytes { file.write($0, at: 0) }
        return file
    }

    /// Cuts what follows the last whole frame of the newest file, which its writer could not finish.
    private func cutTornTail(_ newest: UInt64) throws(SpoolError) {
        let name = SpoolDirectory.fileName(newest)
        let header = JournalFrame.fileHeaderByteCount
        let file = try directory.openForWriting(name)
        let size = try file.attributes(directory.path(of: name)).byteCount
        // A file this large was not written by us; the reader will say so.
        guard size > UInt64(header), size < 1 << 30 else { return }
        let bytes = try SpoolDirectory.read(file, limit: Int(size), directory.path(of: name))
        let end = bytes.withUnsafeBytes { buffer in
            header
                + JournalRecovery.lastWholeEnd(
                    UnsafeRawBufferPointer(rebasing: buffer[header...]), number: newest, offset: UInt64(header))
        }
        guard end < bytes.count else { return }
        guard ftruncate(file.raw, off_t(end)) == 0 else {
            throw SpoolError.system("cannot cut the torn tail of \(directory.path(of: name))")
        }
        sync(file, name)
    }
}
