internal import Glibc
internal import NIOCore

/// Who is at the other end of a Unix socket, as the kernel noted when the peer connected (`SO_PEERCRED`, unix(7)).
package struct PeerCredentials: Hashable, Sendable {
    package var pid: Int32
    package var uid: UInt32
    package var gid: UInt32

    package init(pid: Int32, uid: UInt32, gid: UInt32) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
    }

    /// Asks the kernel about a connected channel; nil when it is no Unix socket. Call on the channel's event loop.
    static func read(from channel: any Channel) -> EventLoopFuture<PeerCredentials?> {
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(nil)
        }
        let answer: EventLoopFuture<RawCredentials> = provider.unsafeGetSocketOption(
            level: .socket, name: .init(rawValue: SO_PEERCRED))
        return answer.map { raw in
            // The kernel writes uid and gid -1 for a socket that has no peer credentials.
            raw.uid == .max ? nil : PeerCredentials(pid: raw.pid, uid: raw.uid, gid: raw.gid)
        }
        .recover { _ in nil }
    }

    /// The layout of the kernel's `struct ucred`: three 32-bit words.
    private struct RawCredentials: Sendable {
        var pid: Int32 = 0
        var uid: UInt32 = .max
        var gid: UInt32 = .max
    }
}
