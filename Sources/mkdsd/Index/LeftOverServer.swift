internal import CLinux
internal import Glibc

/// A PostgreSQL server that runs on our data directory but is not our child.
final class LeftOverServer {
    let identifier: pid_t
    /// Readable when it ended.
    let descriptor: Int32

    /// Nil when no such server runs. What `postmaster.pid` names is believed only if that process is a `postgres` whose
    /// working directory is the data directory (a server goes there at its start).
    init?(directory: String) {
        guard let bytes = try? StateFile.read(directory + "/postmaster.pid", byteLimit: 4096),
            let line = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first,
            let identifier = pid_t(line), identifier > 1
        else { return nil }
        // First take hold of the process, then look at it: the number cannot be given to another in between.
        let descriptor = mkds_pidfd_open(identifier)
        guard descriptor >= 0 else { return nil }
        let own = realpath(directory, nil).map { path in
            defer { free(path) }
            return String(cString: path)
        }
        let program = Self.link("/proc/\(identifier)/exe").split(separator: "/").last
        guard Self.link("/proc/\(identifier)/cwd") == own, program?.hasPrefix("postgres") == true else {
            close(descriptor)
            return nil
        }
        self.identifier = identifier
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    var isAlive: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) == 0
    }

    func send(signal: Int32) {
        kill(identifier, signal)
    }

    private static func link(_ path: String) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
