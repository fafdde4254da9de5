package import MKDSCore

/// What to open: a checked URL or path, and the credentials to put in at the last moment.
///
/// It masks itself: neither description shows URL or password.
package struct MediaInput: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// RTSP over TCP, plain or inside TLS.
        case rtsp
        /// `multipart/x-mixed-replace` of JPEG pictures.
        case httpMultipart
        /// A live playlist over HTTP (RFC 8216) and its segments.
        case hls
        /// FLV pulled over RTMP.
        case rtmp
        /// MPEG-TS pulled over SRT; we call.
        case srt
        case file
    }

    package let kind: Kind
    /// Host name or address without brackets; empty for a file.
    let host: String
    let port: UInt16
    /// Path and query of a URL, or the path of a file.
    let path: String
    /// Whether the camera is reached through TLS only.
    let isEncrypted: Bool
    /// Whom to expect at the end of the encryption.
    private(set) var trust: CameraTrust?
    /// What else an `srt://` URL says.
    private(set) var srt: SRTParameters?
    private let user: String?
    private let password: String?

    /// A local file.
    package init(path: String) throws(MediaError) {
        guard !path.isEmpty, path.utf8.count <= MediaLimits.urlByteCount, !path.utf8.contains(0) else {
            throw MediaError(.unsupported, "the path is empty or too long")
        }
        self.init(
            kind: .file, host: "", port: 0, path: path, isEncrypted: false, trust: nil, user: nil, password: nil)
    }

    /// A camera: `rtsp://`, `rtsps://`, `http://` (HLS where the path ends in `.m3u8`, else MJPEG), `rtmp://`, `srt://` or
    /// `file:///`, without credentials in it. Where it says `{user}` and `{password}`, they are put in when it is opened.
    ///
    /// `trust` is for `rtsps://`; such a camera without it is refused, with its fingerprint, when it is opened. The
    /// passphrase of an `srt://` camera is the password.
    package init(
        url: String, user: String? = nil, password: String? = nil, trust: CameraTrust? = nil
    ) throws(MediaError) {
        guard url.utf8.count <= MediaLimits.urlByteCount, url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw MediaError(.unsupported, "the URL is too long or holds blanks or control characters")
        }
        guard let mark = url.range(of: "://") else { throw MediaError(.unsupported, "the URL has no scheme") }
        let rest = url[mark.upperBound...]
        switch url[..<mark.lowerBound].lowercased() {
        case "file":
            guard rest.hasPrefix("/"), let path = String(percentEncoded: rest) else {
                throw MediaError(.unsupported, "a file URL must read file:///absolute/path")
            }
            try self.init(path: path)
        case "rtsp":
            try self.init(kind: .rtsp, rest: rest, defaultPort: 554, user: user, password: password)
        case "rtsps":
            try self.init(
                kind: .rtsp, rest: rest, defaultPort: 322, isEncrypted: true, trust: trust, user: user,
                password: password)
        case "http":
            let kind: Kind = Self.namesPlaylist(rest) ? .hls : .httpMultipart
            try self.init(kind: kind, rest: rest, defaultPort: 80, user: user, password: password)
        case "rtmp":
            try self.init(kind: .rtmp, rest: rest, defaultPort: 1935, user: user, password: password)
            try checkRTMP()
        case "srt":
            try self.init(kind: .srt, rest: rest, defaultPort: 0, user: user, password: password)
            srt = try SRTParameters(query: path, passphrase: password, port: port)
        case "folder":
            throw MediaError(.unsupported, "a folder of recordings is no single stream; name one of its files")
        case "https":
            throw MediaError(
                .unsupported, "https is not read; take the camera's rtsps stream, or http in a closed network")
        default:
            throw MediaError(.unsupported, "the URL's scheme is none of rtsp, rtsps, http, rtmp, srt, file")
        }
    }

    /// Whether the path of what follows a URL's scheme ends as a playlist's does.
    private static func namesPlaylist(_ rest: Substring) -> Bool {
        let path = rest.prefix { $0 != "?" && $0 != "#" }.lowercased()
        return path.hasSuffix(".m3u8") || path.hasSuffix(".m3u")
    }

    /// FFmpeg takes user and password of an RTMP URL as they stand, so some cannot be written.
    private func checkRTMP() throws(MediaError) {
        guard path.dropFirst().contains(where: { $0 != "/" }) else {
            throw MediaError(.unsupported, "an RTMP URL must read rtmp://host/application/stream")
        }
        guard !takesPlaceholders, let user else { return }
        let letters = (user + (password ?? "")).utf8
        guard !user.contains(":"), letters.allSatisfy({ $0 > 0x20 && $0 != 0x7f && !"/?#".utf8.contains($0) }) else {
            throw MediaError(
                .credentialsRefused, "RTMP cannot carry blanks or / ? # in a user name or password")
        }
    }

    private init(
        kind: Kind, rest: Substring, defaultPort: UInt16, isEncrypted: Bool = false, trust: CameraTrust? = nil,
        user: String?, password: String?
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
            kind: kind, host: String(host), port: port, path: String(path), isEncrypted: isEncrypted, trust: trust,
            user: user, password: password)
    }

    private init(
        kind: Kind, host: String, port: UInt16, path: String, isEncrypted: Bool, trust: CameraTrust?, user: String?,
        password: String?
    ) {
        self.kind = kind
        self.host = host
        self.port = port
        self.path = path
        self.isEncrypted = isEncrypted
        self.trust = trust
        self.user = user
        self.password = password
    }

    /// The same camera, expected to show this certificate.
    package func pinned(to fingerprint: CertificateFingerprint) -> MediaInput {
        var input = self
        input.trust = .pin(fingerprint)
        return input
    }

    package var hasPassword: Bool { user != nil || password != nil }

    /// The URL for FFmpeg with `address` in place of the host name, and `port` in place of the port if given, and the
    /// credentials inside: never to be shown.
    func secretURL(address: String, port: UInt16? = nil) -> String {
        switch kind {
        case .file: return "file:\(path)"
        case .srt: return "srt://\(authority(address, port))"
        case .rtsp: return "rtsp://\(credentials)\(authority(address, port))\(secretPath)"
        case .rtmp: return "rtmp://\(credentials)\(authority(address, port))\(secretPath)"
        case .httpMultipart, .hls: return secretHTTP(address: address, port: port, path: secretPath)
        }
    }

    /// The URL of something else on the same server, with credentials: never to be shown.
    func secretHTTP(address: String, port: UInt16? = nil, path: String) -> String {
        "http://\(credentials)\(authority(address, port))\(path)"
    }

    private func authority(_ address: String, _ port: UInt16?) -> String {
        "\(address.contains(":") ? "[\(address)]" : address):\(port ?? self.port)"
    }

    private var credentials: String {
        guard let user, !takesPlaceholders else { return "" }
        // RTMP's are not decoded by FFmpeg; what would need it was refused.
        let parts = [user] + (password.map { [$0] } ?? [])
        return (kind == .rtmp ? parts : parts.map(Self.percentEncoded)).joined(separator: ":") + "@"
    }

    private var takesPlaceholders: Bool { path.contains("{user}") || path.contains("{password}") }

    private var secretPath: String {
        path.replacing("{user}", with: Self.percentEncoded(user ?? ""))
            .replacing("{password}", with: Self.percentEncoded(password ?? ""))
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
}

extension MediaInput: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String {
        switch kind {
        case .rtsp: "an RTSP camera"
        case .httpMultipart: "an HTTP-MJPEG camera"
        case .hls: "an HLS camera"
        case .rtmp: "an RTMP camera"
        case .srt: "an SRT camera"
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
