internal import Glibc
internal import Testing

/// A socket that somebody could connect or send to, for as long as the object lives.
final class LocalSocket {
    enum Kind {
        case stream, datagram, abstract, internet
    }

    let path: String
    private let descriptor: Int32

    init(_ kind: Kind, path: String) throws {
        self.path = path
        let type = kind == .datagram ? SOCK_DGRAM : SOCK_STREAM
        descriptor = socket(kind == .internet ? AF_INET : AF_UNIX, Int32(type.rawValue), 0)
        try #require(descriptor >= 0)
        if kind == .internet {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            try #require(Self.bind(descriptor, &address, MemoryLayout<sockaddr_in>.size) == 0)
        } else {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let bytes = (kind == .abstract ? [0] : []) + Array(path.utf8)
            try #require(bytes.count < 108)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            try #require(Self.bind(descriptor, &address, 2 + bytes.count) == 0)
        }
        if kind != .datagram { try #require(listen(descriptor, 4) == 0) }
    }

    deinit { close(descriptor) }

    /// The port the kernel chose.
    var port: UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
    }

    private static func bind<Address>(_ descriptor: Int32, _ address: inout Address, _ length: Int) -> Int32 {
        withUnsafeBytes(of: &address) { bytes in
            guard let base = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress else { return -1 }
            return Glibc.bind(descriptor, base, socklen_t(length))
        }
    }
}
