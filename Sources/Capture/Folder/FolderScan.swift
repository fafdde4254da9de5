internal import Glibc
internal import MKDSCore
internal import Media

/// One look at all files below a recorder's folder. Links are not followed, neither to files nor to folders.
struct FolderScan {
    /// Names looked at; the rest waits until files were deleted, and is told.
    static let nameLimit = 200_000
    private static let depthLimit = 5
    /// Files handed out at a time, the oldest.
    private static let fileLimit = 1_000
    private static let endings: Set<String> = ["mp4", "m4v", "mov", "mkv", "ts", "m2ts", "mts", "avi"]

    /// What is to be read, oldest first.
    private(set) var files: [RecordingFile] = []
    /// The newest file of all, read or not.
    private(set) var newest: UTCTime?
    private(set) var nameCount = 0
    private let isWanted: (RecordingFile) -> Bool
    private let order: (RecordingName.Stamp?, UTCTime) -> UTCTime

    /// Looks at the folder; blocking.
    ///
    /// - Parameters:
    ///   - path: The folder; itself it may be reached through links.
    ///   - order: Puts a file in order, by the time in its name and by its last change.
    ///   - isWanted: Whether a file is to be read.
    /// - Throws: ``MediaError`` when the folder cannot be read.
    init(
        _ path: String, order: @escaping (RecordingName.Stamp?, UTCTime) -> UTCTime,
        isWanted: @escaping (RecordingFile) -> Bool
    ) throws(MediaError) {
        self.order = order
        self.isWanted = isWanted
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            let detail =
                switch code {
                case EACCES: "the folder may not be read; it must lie in one of capture.file_directories"
                case ENOTDIR: "the path is no folder"
                default: "the folder does not exist"
                }
            throw MediaError(.unreachable, detail, underlying: "errno \(code)")
        }
        walk(descriptor, "", depth: 0)
        cut()
    }

    var isCut: Bool { nameCount >= Self.nameLimit }

    /// Takes over the descriptor.
    private mutating func walk(_ descriptor: Int32, _ prefix: String, depth: Int) {
        guard let stream = fdopendir(descriptor) else {
            close(descriptor)
            return
        }
        defer { closedir(stream) }
        while nameCount < Self.nameLimit, let entry = readdir(stream) {
            nameCount += 1
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard let name = String(validating: bytes, as: UTF8.self), !name.hasPrefix("."),
                bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
            else { continue }
            let isMedia = name.split(separator: ".").last.map { Self.endings.contains($0.lowercased()) } ?? false
            guard isMedia || entry.pointee.d_type != UInt8(DT_REG) else { continue }
            look(at: name, in: descriptor, prefix, isMedia: isMedia, depth: depth)
        }
    }

    private mutating func look(at name: String, in descriptor: Int32, _ prefix: String, isMedia: Bool, depth: Int) {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR, depth < Self.depthLimit {
            let below = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            if below >= 0 { walk(below, prefix + name + "/", depth: depth + 1) }
        } else if status.st_mode & S_IFMT == S_IFREG, isMedia, status.st_size > 0 {
            take(prefix + name, status)
        }
    }

    private mutating func take(_ path: String, _ status: stat) {
        let modified = UTCTime(
            microseconds: Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1_000)
        let stamp = RecordingName.stamp(of: path)
        let file = RecordingFile(
            path: path, byteCount: Int64(status.st_size), modified: modified, stamp: stamp,
            order: order(stamp, modified))
        newest = max(newest ?? file.order, file.order)
        guard isWanted(file) else { return }
        files.append(file)
        if files.count >= 2 * Self.fileLimit { cut() }
    }

    private mutating func cut() {
        files.sort { ($0.order, $0.path) < ($1.order, $1.path) }
        files.removeLast(max(0, files.count - Self.fileLimit))
    }
}
