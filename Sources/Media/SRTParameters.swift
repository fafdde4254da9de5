internal import MKDSCore

/// What an `srt://` URL may say behind its port, and the passphrase: `streamid` (which stream of a server) and `latency`
/// (milliseconds in which lost packets may be sent again). Anything else, listening above all, is refused.
struct SRTParameters: Hashable, Sendable {
    /// Twice libsrt's own: cameras hang on town networks, not in one rack.
    static let defaultLatency: Duration = .milliseconds(240)
    private static let longestLatency = 2_000
    /// Bytes of a stream id (libsrt's limit).
    private static let streamIDLimit = 512

    private(set) var streamID: String?
    private(set) var latency = Self.defaultLatency
    private(set) var passphrase: String?

    init(query path: String, passphrase: String?, port: UInt16) throws(MediaError) {
        guard port > 0 else { throw MediaError(.unsupported, "an SRT URL must name the port: srt://host:port") }
        if let passphrase {
            guard (10...79).contains(passphrase.utf8.count) else {
                throw MediaError(.credentialsRefused, "an SRT passphrase has 10 to 79 characters")
            }
            self.passphrase = passphrase
        }
        let rest = path.drop { $0 == "/" }
        guard rest.isEmpty || rest.hasPrefix("?") else {
            throw MediaError(.unsupported, "an SRT URL has no path; the stream is named by ?streamid=")
        }
        for item in rest.dropFirst().split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            try take(String(parts[0]), parts.count == 2 ? parts[1] : "")
        }
    }

    private mutating func take(_ name: String, _ value: Substring) throws(MediaError) {
        switch name {
        case "streamid":
            guard let text = String(percentEncoded: value), (1...Self.streamIDLimit).contains(text.utf8.count) else {
                throw MediaError(.unsupported, "the SRT URL's streamid is empty, too long or wrongly encoded")
            }
            streamID = text
        case "latency":
            guard let milliseconds = Int(value), (0...Self.longestLatency).contains(milliseconds) else {
                throw MediaError(
                    .unsupported, "the SRT URL's latency must be 0 to \(Self.longestLatency) milliseconds")
            }
            latency = .milliseconds(milliseconds)
        case "mode" where value == "caller": break
        case "passphrase":
            throw MediaError(.unsupported, "the SRT URL holds a passphrase; it belongs into a credential file")
        default:
            throw MediaError(.unsupported, "the SRT URL may say streamid and latency only")
        }
    }
}
