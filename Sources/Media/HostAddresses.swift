internal import Glibc
package import MKDSCore
internal import Synchronization

/// The door every connection to a camera goes through: turns a host name into numeric addresses and lets only those pass
/// that lie in the networks cameras may be in.
///
/// Whoever connects must connect to what came out of here, not to the name: it could mean another address the next time.
/// FFmpeg and libcurl moreover cannot be interrupted while they resolve.
package enum HostAddresses {
    /// What ``MediaError/underlying`` says of an address outside the networks.
    static let outside = "outside capture.networks"
    private static let confinement = Mutex<CameraNetworks?>(nil)

    /// From here on, for this whole process and for ever, only addresses in `networks` pass. Before, all do: for a
    /// person who tries a camera by hand.
    package static func confine(to networks: CameraNetworks) {
        confinement.withLock { confinement in
            precondition(confinement == nil, "the networks are set once, before the first camera")
            confinement = networks
        }
    }

    /// At most four addresses of `host` that may be connected to, in the resolver's order. `host` is a name or an address
    /// without brackets.
    ///
    /// Blocks its thread for as long as the system's resolver takes: call it on a thread of the camera's own.
    package static func resolve(_ host: String) throws(MediaError) -> [String] {
        let addresses = try lookUp(host)
        let networks = confinement.withLock { $0 }
        let inside = networks.map { networks in
            addresses.filter { IPAddress($0).map(networks.contains) ?? false }
        }
        if let inside, inside.isEmpty {
            let told = addresses.prefix(4).joined(separator: ", ")
            throw MediaError(
                .unreachable, "the camera is outside the networks cameras may be in (capture.networks): \(told)",
                underlying: outside)
        }
        return Array((inside ?? addresses).prefix(4))
    }

    private static func lookUp(_ host: String) throws(MediaError) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard code == 0 else {
            throw MediaError(.unreachable, "the camera's host name cannot be resolved", underlying: "EAI \(code)")
        }
        var addresses: [String] = []
        var entry = list
        while let current = entry?.pointee, addresses.count < 64 {
            entry = current.ai_next
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let failed = getnameinfo(
                current.ai_addr, current.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            guard failed == 0 else { continue }
            let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            if !addresses.contains(address) { addresses.append(address) }
        }
        guard !addresses.isEmpty else { throw MediaError(.unreachable, "the camera's host name has no address") }
        return addresses
    }
}
