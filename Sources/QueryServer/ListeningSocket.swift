internal import Glibc

/// Why the query socket cannot be opened, fit for an operator.
package struct ListenError: Error, Hashable, CustomStringConvertible {
    package var description: String
}

/// A listening Unix socket of our own: made under a temporary name, given its mode and group, then renamed into place,
/// so that nobody ever meets it with wider rights than it should have.
struct ListeningSocket: Sendable {
    /// To be closed by whoever takes it: the event loop.
    let descriptor: Int32
    private let path: String
    private let inode: UInt

    /// Binds and listens.
    /// - Throws: ``ListenError`` when the path is too long, another server answers there, or a system call fails.
    init(path: String, groupID: UInt32?) throws(ListenError) {
        let temporary = "\(path).new"
        guard temporary.utf8.count <= 107 else {
            throw ListenError(description: "the path of the query socket is longer than 103 bytes: \(path)")
        }
        try Self.clear(path)
        unlink(temporary)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure("open", path) }
        var bound = false
        do throws(ListenError) {
            guard Self.withAddress(temporary, { Glibc.bind(descriptor, $0, $1) }) == 0 else {
                throw Self.failure("bind", path)
            }
            bound = true
            if let groupID, chown(temporary, .max, groupID) != 0 { throw Self.failure("give to its group", path) }
            guard chmod(temporary, 0o660) == 0 else { throw Self.failure("set the mode of", path) }
            guard listen(descriptor, 256) == 0 else { throw Self.failure("listen on", path) }
            var status = stat()
            guard stat(temporary, &status) == 0, rename(temporary, path) == 0 else {
                throw Self.failure("put into place", path)
            }
            inode = status.st_ino
        } catch {
            close(descriptor)
            if bound { unlink(temporary) }
            throw error
        }
        self.descriptor = descriptor
        self.path = path
    }

    /// Removes the path again if it is still this socket's.
    func removePath() {
        var status = stat()
        if stat(path, &status) == 0, status.st_ino == inode { unlink(path) }
    }

    /// Removes a socket that a dead server left; refuses when a live one answers or something else lies there.
    private static func clear(_ path: String) throws(ListenError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw ListenError(description: "\(path) exists and is no socket; remove it or configure another path")
        }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard probe >= 0 else { throw failure("test", path) }
        defer { close(probe) }
        let answer = withAddress(path) { connect(probe, $0, $1) }
        guard answer != 0, errno == ECONNREFUSED else {
            throw ListenError(description: "another server already listens on \(path)")
        }
    }

    private static func failure(_ doing: String, _ path: String) -> ListenError {
        let reason = String(cString: strerror(errno))
        return ListenError(description: "cannot \(doing) the query socket \(path): \(reason)")
    }

    private static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// Checks a descriptor that systemd handed over.
enum InheritedSocket {
    /// - Throws: ``ListenError`` unless it is a listening Unix stream socket.
    static func check(_ descriptor: Int32) throws(ListenError) {
        guard option(SO_DOMAIN, descriptor) == AF_UNIX, option(SO_TYPE, descriptor) == Int32(SOCK_STREAM.rawValue),
            option(SO_ACCEPTCONN, descriptor) == 1
        else {
            throw ListenError(
                description: "descriptor \(descriptor) handed over by systemd is no listening Unix socket")
        }
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            throw ListenError(description: "descriptor \(descriptor) handed over by systemd cannot be used")
        }
    }

    private static func option(_ name: Int32, _ descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
    }
}
