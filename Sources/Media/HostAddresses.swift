internal import Glibc
internal import MKDSCore

/// Turns a host name into numeric addresses before FFmpeg sees it: FFmpeg cannot be interrupted while it resolves.
///
/// Blocks its thread for as long as the system's resolver takes, which is why only the camera's own thread calls it.
enum HostAddresses {
    /// At most four addresses in the resolver's order.
    static func resolve(_ host: String) throws(MediaError) -> [String] {
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
        while let current = entry?.pointee, addresses.count < 4 {
            entry = current.ai_next
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let failed = getnameinfo(
                current.ai_addr, current.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            guard failed == 0 else { continue }
            let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            if !addresses.contains(address) { addresses.append(address) }
        }
        guard !addresses.isEmpty else {
            throw MediaError(.unreachable, "the camera's host name has no address")
        }
        return addresses
    }
}
