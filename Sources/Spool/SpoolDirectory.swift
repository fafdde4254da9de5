internal import CLinux
internal import Glibc
internal import Linux
internal import MKDSCore

/// The directory of one spool: names of its files, its identity, its counter. Shared by the writing and the reading side.
///
/// Nothing in it is trusted by the reader: links are not followed, only regular files are read.
final class SpoolDirectory: Sendable {
    let path: String
    let spoolID: UUIDv7
    private let directory: FileDescriptor

    /// Opens the directory, makes it (not its parents) when it is missing, and mints `spool.id` in a new one.
    init(path: String) throws(SpoolError) {
        self.path = path
        if mkdir(path, 0o750) != 0 && errno != EEXIST {
            throw SpoolError.system("cannot make the spool directory \(path)", code: .directory)
        }
        directory = try FileDescriptor(
            adopting: open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "cannot open the spool directory \(path)",
            code: .directory)
        spoolID = try Self.identity(in: directory, path)
    }

    var descriptor: Int32 { directory.raw }

    func path(of name: String) -> String { "\(path)/\(name)" }

    /// Whether the path still leads to the directory that was opened: false once it was removed, moved or replaced.
    var isInPlace: Bool {
        var opened = stat()
        var named = stat()
        return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_dev == named.st_dev
            && opened.st_ino == named.st_ino
    }

    // MARK: - Files

    /// No file has a higher number: names keep their width, and numbers fit PostgreSQL's bigint.
    static let highestNumber: UInt64 = 9_999_999_999_999_999

    /// Files looked at in one folder. Journal files of a terabyte are fewer.
    private static let nameLimit = 100_000

    /// `0000000000000042.journal`.
    static func fileName(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 16 - digits.count)) + digits + ".journal"
    }

    /// Nil for a name that is not exactly what ``fileName(_:)`` gives.
    static func fileNumber(_ name: String) -> UInt64? {
        guard name.hasSuffix(".journal"), let number = UInt64(name.dropLast(8)), fileName(number) == name,
            number <= highestNumber
        else { return nil }
        return number
    }

    /// Numbers of the journal files there are, upward.
    func fileNumbers() throws(SpoolError) -> [UInt64] {
        try names(in: ".").compactMap(Self.fileNumber).sorted()
    }

    /// Names of the files in a folder of the spool; empty when there is no such folder.
    func names(in folder: String) throws(SpoolError) -> [String] {
        let folderDescriptor = openat(descriptor, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if folderDescriptor < 0 && errno == ENOENT { return [] }
        guard folderDescriptor >= 0, let stream = fdopendir(folderDescriptor) else {
            throw SpoolError.system("cannot list \(path(of: folder))", code: .directory)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
            guard names.count <= Self.nameLimit else {
                throw SpoolError(
                    code: .damaged, context: "\(path(of: folder)) holds more than \(Self.nameLimit) files")
            }
        }
        return names
    }

    /// Opens a file of the spool for reading; nil when there is none of that name.
    func openForReading(_ name: String) throws(SpoolError) -> FileDescriptor? {
        let raw = openat(descriptor, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        if raw < 0 && errno == ENOENT { return nil }
        return try FileDescriptor(adopting: raw, "cannot open \(path(of: name))")
    }

    /// Opens a file of the spool for reading and writing, made when missing.
    func openForWriting(_ name: String, truncated: Bool = false) throws(SpoolError) -> FileDescriptor {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (truncated ? O_TRUNC : 0)
        return try FileDescriptor(
            adopting: openat(descriptor, name, flags, 0o640), "cannot open \(path(of: name)) for writing")
    }

    /// Gives a file another name, replacing what had it. Durable after ``sync()``.
    func rename(_ from: String, to: String) throws(SpoolError) {
        guard renameat(descriptor, from, descriptor, to) == 0 else {
            throw SpoolError.system("cannot rename \(path(of: from)) to \(to)")
        }
    }

    /// Removes a file; one that is not there is no error.
    func remove(_ name: String) throws(SpoolError) {
        guard unlinkat(descriptor, name, 0) == 0 || errno == ENOENT else {
            throw SpoolError.system("cannot remove \(path(of: name))")
        }
    }

    /// Makes names durable. Returns the errno of a failure, 0 when it worked.
    func sync() -> Int32 {
        fsync(descriptor) == 0 ? 0 : errno
    }

    /// Gives a journal file a second name in `damaged/`, where no acknowledgement deletes it. Of these the newest
    /// ``keptAsideLimit`` stay.
    func keepAside(_ number: UInt64) throws(SpoolError) {
        let folder = "damaged"
        guard mkdirat(descriptor, folder, 0o750) == 0 || errno == EEXIST else {
            throw SpoolError.system("cannot make \(path(of: folder))")
        }
        let folderDescriptor = try FileDescriptor(
            adopting: openat(descriptor, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
            "cannot open \(path(of: folder))")
        let name = Self.fileName(number)
        guard linkat(descriptor, name, folderDescriptor.raw, name, 0) == 0 || errno == EEXIST else {
            throw SpoolError.system("cannot link \(path(of: name)) into \(folder)")
        }
        let kept = try names(in: folder).filter { Self.fileNumber($0) != nil }.sorted()
        for old in kept.dropLast(Self.keptAsideLimit) { unlinkat(folderDescriptor.raw, old, 0) }
    }

    private static let keptAsideLimit = 16

    // MARK: - Identity

    private static func identity(in directory: borrowing FileDescriptor, _ path: String) throws(SpoolError) -> UUIDv7 {
        // Two processes may meet here: only one link succeeds, both then read what it put there.
        for _ in 0..<2 {
            let raw = openat(directory.raw, "spool.id", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            if raw >= 0 {
                let file = try FileDescriptor(adopting: raw, "")
                return try readIdentity(file, "\(path)/spool.id")
            }
            guard errno == ENOENT else { throw SpoolError.system("cannot open \(path)/spool.id") }
            try mintIdentity(in: directory, path)
        }
        throw SpoolError(code: .file, context: "\(path)/spool.id vanishes while it is made")
    }

    private static func readIdentity(_ file: borrowing FileDescriptor, _ path: String) throws(SpoolError) -> UUIDv7 {
        _ = try file.attributes(path)
        let bytes = try read(file, limit: 64, path)
        guard bytes.last == UInt8(ascii: "\n"), let id = UUIDv7(String(decoding: bytes.dropLast(), as: UTF8.self))
        else { throw SpoolError(code: .damaged, context: "\(path) does not hold the id of a spool") }
        return id
    }

    private static func mintIdentity(in directory: borrowing FileDescriptor, _ path: String) throws(SpoolError) {
        let id = UUIDv7(at: .now)
        let temporary = "spool.id.\(id)"
        let context = "cannot write \(path)/spool.id"
        let raw = openat(directory.raw, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        let file = try FileDescriptor(adopting: raw, context)
        defer { unlinkat(directory.raw, temporary, 0) }
        let result = Array("\(id)\n".utf8).withUnsafeBytes { file.write($0, at: 0) }
        guard result.errno == 0 else { throw SpoolError.system(context, errno: result.errno) }
        guard fsync(file.raw) == 0 else { throw SpoolError.system(context) }
        guard linkat(directory.raw, temporary, directory.raw, "spool.id", 0) == 0 || errno == EEXIST else {
            throw SpoolError.system(context)
        }
        guard fsync(directory.raw) == 0 else { throw SpoolError.system(context) }
    }

    static func read(_ file: borrowing FileDescriptor, limit: Int, _ path: String) throws(SpoolError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: limit, alignment: 1)
        defer { buffer.deallocate() }
        let count = try file.read(at: 0, into: buffer, path)
        return Array(buffer[..<count])
    }
}
