internal import Glibc

/// An IPv4 or IPv6 address.
///
/// An IPv4 address inside an IPv6 one (`::ffff:10.0.0.1`, RFC 4291 section 2.5.5.2) is the IPv4 address: that is where the
/// kernel connects to. A zone (`%eth0`) says which way to go, not where, and is left out.
package struct IPAddress: Hashable, Sendable {
    /// 4 or 16, in network order.
    package let bytes: [UInt8]

    /// Nil unless `text` is an address in numbers, as inet_pton(3) reads it; without brackets.
    package init?(_ text: some StringProtocol) {
        let number = String(text.prefix { $0 != "%" })
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, number, &bytes) == 1 {
            self.init(bytes: Array(bytes[..<4]))
        } else if inet_pton(AF_INET6, number, &bytes) == 1 {
            self.init(bytes: bytes)
        } else {
            return nil
        }
    }

    private init(bytes: [UInt8]) {
        let isMapped = bytes.count == 16 && bytes[..<10].allSatisfy { $0 == 0 } && bytes[10...11] == [0xff, 0xff]
        self.bytes = isMapped ? Array(bytes[12...]) : bytes
    }

    /// This address with all bits after the first `length` cleared.
    fileprivate func prefix(_ length: Int) -> IPAddress {
        var bytes = bytes
        for index in bytes.indices {
            let kept = min(8, max(0, length - index * 8))
            bytes[index] &= UInt8(truncatingIfNeeded: 0xff00 >> kept)
        }
        return IPAddress(bytes: bytes)
    }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        _ = inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// A range of addresses in CIDR notation (RFC 4632 section 3.1): `10.20.0.0/16`, `fd00:20::/48`.
package struct IPNetwork: Hashable, Sendable {
    package let address: IPAddress
    package let prefixLength: Int

    /// Why `text` is no network, fit to stand after its name: "must be …"; nil when it is one.
    package static func complaint(about text: String) -> String? {
        let allowed = "must be a network as in 10.20.0.0/16 or fd00:20::/48"
        guard let parsed = parse(text) else { return "\(allowed), not \"\(text.prefix(50))\"" }
        let whole = parsed.address.prefix(parsed.length)
        return whole == parsed.address
            ? nil : "\(allowed); \(text) is an address in \(whole)/\(parsed.length)"
    }

    /// Nil unless `text` is a network; an address alone is the network of that one address.
    package init?(_ text: String) {
        guard let parsed = Self.parse(text), parsed.address.prefix(parsed.length) == parsed.address else { return nil }
        (address, prefixLength) = parsed
    }

    package func contains(_ other: IPAddress) -> Bool {
        other.bytes.count == address.bytes.count && other.prefix(prefixLength) == address
    }

    private static func parse(_ text: String) -> (address: IPAddress, length: Int)? {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard !text.contains("%"), let address = IPAddress(parts[0]) else { return nil }
        let bits = address.bytes.count * 8
        guard parts.count == 2 else { return (address, bits) }
        guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1]),
            (0...bits).contains(length)
        else { return nil }
        return (address, length)
    }
}

extension IPNetwork: CustomStringConvertible {
    package var description: String { "\(address)/\(prefixLength)" }
}
