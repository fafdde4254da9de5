internal import Glibc
internal import Linux

/// Small files of the daemon's own: mode 0600, replaced whole or not at all. Blocking.
enum StateFile {
    /// The content, nil when there is no such file.
    static func read(_ path: String, byteLimit: Int) throws(SystemError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw SystemError("open \(path)")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read \(path)") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= byteLimit else { throw SystemError("read \(path)", code: EFBIG) }
        }
    }

    /// Writes beside the file, syncs, renames, syncs the directory.
    static func write(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemError("write \(temporary)") }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError("write \(temporary)") }
            rest = rest.dropFirst(count)
        }
        guard fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0, rename(temporary, path) == 0 else {
            throw SystemError("replace \(path)")
        }
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let directory = open(parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw SystemError("open \(parent)") }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw SystemError("sync \(parent)") }
    }
}
