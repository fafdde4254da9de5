internal import Glibc

/// Reads whole files, with a limit.
enum FileBytes {
    enum Failure: Error, Hashable {
        /// `errno` of the call that failed.
        case system(Int32)
        case notAFile
        case tooLarge(limit: Int)
    }

    /// The bytes of a file, or of standard input for `-`. A pipe is read to its end; a directory is refused.
    static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno) }
        defer { if path != "-" { close(descriptor) } }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw .system(errno) }
        guard facts.st_mode & S_IFMT != S_IFDIR else { throw .notAFile }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw .system(errno)
            }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        }
    }
}
