internal import Glibc

/// systemd's notification socket (sd_notify(3)): one datagram a message, never waiting.
struct NotifySocket: Sendable {
    private let path: String

    /// `address` is `$NOTIFY_SOCKET`: a path, or a name of the abstract space with `@` in front. Nil outside systemd.
    init?(address: String?) {
        guard let address, address.hasPrefix("/") || address.hasPrefix("@"), (2...107).contains(address.utf8.count)
        else { return nil }
        path = address
    }

    /// Sends lines `NAME=value`; false when nobody took them.
    @discardableResult
    func send(_ lines: [String]) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        if path.hasPrefix("@") { address.sun_path.0 = 0 }
        let size = MemoryLayout<sa_family_t>.size + path.utf8.count
        let message = Array(lines.map { $0.filter { !$0.isNewline } }.joined(separator: "\n").utf8)
        let sent = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                sendto(
                    descriptor, message, message.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), address,
                    socklen_t(size))
            }
        }
        return sent == message.count
    }

    /// `MONOTONIC_USEC=` of now, which a reload must carry.
    static var monotonicMicroseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
    }
}
