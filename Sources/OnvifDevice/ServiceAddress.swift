internal import Glibc

/// Where a service of a camera answers: an `http` or `https` URL without credentials, taken apart.
package struct ServiceAddress: Hashable, Sendable {
    package static let byteLimit = 2000

    package let isEncrypted: Bool
    /// Name or address, without the brackets of an IPv6 address, lower case.
    package let host: String
    package let port: UInt16
    /// Path and query, beginning with `/`.
    package let path: String

    init(isEncrypted: Bool, host: String, port: UInt16, path: String) {
        self.isEncrypted = isEncrypted
        self.host = host
        self.port = port
        self.path = path
    }

    /// Reads a URL; nil when it is none of these or holds a user name.
    package init?(_ url: String) {
        guard url.utf8.count <= Self.byteLimit, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            let parts = URLParts(url), !parts.hasUser, let host = parts.host
        else { return nil }
        switch parts.scheme {
        case "http": isEncrypted = false
        case "https": isEncrypted = true
        default: return nil
        }
        self.host = host
        port = parts.port ?? (isEncrypted ? 443 : 80)
        path = parts.path.hasPrefix("/") ? parts.path : "/\(parts.path)"
    }

    /// Where to send what is meant for an address that the camera itself named.
    ///
    /// A camera behind a router names its inner address, and a hostile one could name anybody's: requests, and the
    /// credentials that go with them, are sent to the camera's own host and to no other. On another host, or where
    /// the camera would step down from https to http, only path and query of what it named are kept.
    func following(_ named: String) -> ServiceAddress? {
        guard let named = ServiceAddress(named) else { return nil }
        if named.host == host, named.isEncrypted || !isEncrypted { return named }
        return ServiceAddress(isEncrypted: isEncrypted, host: host, port: port, path: named.path)
    }

    /// The host is a name, which has to be looked up.
    package var needsResolver: Bool { host.contains { $0.isLetter } && !host.contains(":") }

    /// The URL, with the host as it was written.
    var url: String {
        "\(isEncrypted ? "https" : "http")://\(bracketed(host)):\(port)\(path)"
    }
}

/// The pieces of a URL (RFC 3986 § 3) that has an authority.
struct URLParts {
    var scheme: String
    var hasUser: Bool
    /// Nil when there is none or it is neither a name nor an address.
    var host: String?
    /// Nil when not given.
    var port: UInt16?
    /// Path and query, without the fragment.
    var path: String

    init?(_ url: String) {
        guard let mark = url.firstRange(of: "://") else { return nil }
        scheme = url[..<mark.lowerBound].lowercased()
        let rest = url[mark.upperBound...]
        var authority = rest.prefix { !"/?#".contains($0) }
        path = String(rest[authority.endIndex...].prefix { $0 != "#" })
        let at = authority.lastIndex(of: "@")
        hasUser = at != nil
        if let at { authority = authority[authority.index(after: at)...] }
        let end = authority.lastIndex(of: "]").map { authority.index(after: $0) } ?? authority.startIndex
        if let colon = authority[end...].firstIndex(of: ":") {
            guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else { return nil }
            port = number
            authority = authority[..<colon]
        }
        if authority.hasPrefix("["), authority.hasSuffix("]") { authority = authority.dropFirst().dropLast() }
        let isHost = authority.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":")].contains(byte)
        }
        host = isHost && !authority.isEmpty && authority.utf8.count <= 253 ? authority.lowercased() : nil
    }
}

/// A host as it stands in a URL.
func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
