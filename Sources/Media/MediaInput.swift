internal import MKDSCore

/// What to open: a checked URL or path, and the credentials to put in at the last moment.
///
/// It masks itself: neither description shows URL or password.
package struct MediaInput: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// RTSP over TCP.
        case rtsp
        /// `multipart/x-mixed-replace` of JPEG pictures.
        case httpMultipart
        case file
    }

    package let kind: Kind
    /// Host name or address without brackets; empty for a file.
    let host: String
    let port: UInt16
    /// Path and query of a URL, or the path of a file.
    let path: String
    private let user: String?
    private let password: String?

    /// A local file.
    package init(path: String) throws(MediaError) {
        guard !path.isEmpty, path.utf8.count <= MediaLimits.urlByteCount, !path.utf8.contains(0) else {
            throw MediaError(.unsupported, "the path is empty or too long")
        }
        self.init(kind: .file, host: "", port: 0, path: path, user: nil, password: nil)
    }

    /// A camera: `rtsp://`, `http://` (MJPEG) or `file:///`, without credentials in it.
    package init(url: String, user: String? = nil, password: String? = nil) throws(MediaError) {
        guard url.utf8.count <= MediaLimits.urlByteCount, url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw MediaError(.unsupported, "the URL is too long or holds blanks or control characters")
        }
        guard let mark = url.range(of: "://") else { throw MediaError(.unsupported, "the URL has no scheme") }
        let rest = url[mark.upperBound...]
        switch url[..<mark.lowerBound].lowercased() {
        case "file":
            guard rest.hasPrefix("/"), let path = Self.percentDecoded(rest) else {
                throw MediaError(.unsupported, "a file URL must read file:///absolute/path")
            }
            try self.init(path: path)
        case "rtsp":
            try self.init(kind: .rtsp, rest: rest, defaultPort: 554, user: user, password: password)
        case "http":
            try self.init(kind: .httpMultipart, rest: rest, defaultPort: 80, user: user, password: password)
        case "rtsps", "https":
            throw MediaError(
                .unsupported, "encrypted camera URLs need a tunnel: certificates could not be checked here")
        default:
            throw MediaError(.unsupported, "the URL's scheme is none of rtsp, http, file")
        }
    }

    private init(
        kind: Kind, rest: Substring, defaultPort: UInt16, user: String?, password: String?
    ) throws(MediaError) {
        let authority = rest.prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else {
            throw MediaError(.unsupported, "the URL holds credentials; they belong into a credential file")
        }
        var host = authority
        var port = defaultPort
        let afterAddress = authority.lastIndex(of: "]").map { authority.index(after: $0) } ?? authority.startIndex
        if let colon = authority[afterAddress...].firstIndex(of: ":") {
            guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else {
                throw MediaError(.unsupported, "the URL's port is not a number")
            }
            port = number
            host = authority[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, host.utf8.count <= 253, host.utf8.allSatisfy(Self.isHostByte) else {
            throw MediaError(.unsupported, "the URL's host is not a name or address")
        }
        let path = rest[authority.endIndex...].prefix { $0 != "#" }
        self.init(
            kind: kind, host: String(host), port: port, path: String(path), user: user, password: password)
    }

    private init(kind: Kind, host: String, port: UInt16, path: String, user: String?, password: String?) {
        self.kind = kind
        self.host = host
        self.port = port
        self.path = path
        self.user = user
        self.password = password
    }

    package var hasPassword: Bool { user != nil || password != nil }

    /// The URL for FFmpeg with `address` in place of the host name and the credentials inside: never to be shown.
    func secretURL(address: String) -> String {
        if kind == .file { return "file:\(path)" }
        var credentials = ""
        if let user {
            credentials = Self.percentEncoded(user)
            if let password { credentials += ":" + Self.percentEncoded(password) }
            credentials += "@"
        }
        let host = address.contains(":") ? "[\(address)]" : address
        return "\(kind == .rtsp ? "rtsp" : "http")://\(credentials)\(host):\(port)\(path)"
    }

    // MARK: - Text

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    private static func percentEncoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122: result.unicodeScalars.append(UnicodeScalar(byte))
            default: result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, !digits.contains("+"), let value = UInt8(digits, radix: 16), value != 0 else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension MediaInput: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String {
        switch kind {
        case .rtsp: "an RTSP camera"
        case .httpMultipart: "an HTTP-MJPEG camera"
        case .file: "a file"
        }
    }
    package var debugDescription: String { description }
}

extension String {
    fileprivate func range(of mark: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(mark) { return start..<index(start, offsetBy: mark.count) }
            start = index(after: start)
        }
        return nil
    }
}
