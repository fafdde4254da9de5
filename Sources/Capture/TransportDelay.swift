internal import MKDSCore
package import Media

/// How long a way may hold back a stream, which the receiving end cannot see: the assumption under every stated
/// uncertainty (docs/design/time.md).
package struct TransportDelay: Hashable, Sendable {
    /// Longest that encoder and way hold back even the promptest packets of a connection.
    package var unseen: Duration
    /// The same in the first seconds, when a server may send what it had kept.
    package var unseenAtFirst: Duration

    package init(unseen: Duration, unseenAtFirst: Duration) {
        self.unseen = unseen
        self.unseenAtFirst = unseenAtFirst
    }

    /// RTSP and HTTP-MJPEG, from the camera itself.
    package static let direct = TransportDelay(unseen: .milliseconds(500), unseenAtFirst: .seconds(3))
    /// RTMP and SRT: mostly through a recorder or relay that keeps some pictures; SRT besides waits for what was lost.
    package static let relayed = TransportDelay(unseen: .seconds(3), unseenAtFirst: .seconds(10))
    /// HLS: a segment comes when it is whole, and the playlist is asked for it once a segment's length. Thirty seconds hold
    /// segments of 10 s by all that RFC 8216 section 6.2.1 and 6.3.4 allow.
    package static let segmented = TransportDelay(unseen: .seconds(30), unseenAtFirst: .seconds(30))

    package init(of kind: MediaInput.Kind) {
        switch kind {
        case .rtsp, .httpMultipart, .file: self = .direct
        case .rtmp, .srt: self = .relayed
        case .hls: self = .segmented
        }
    }

    /// An arrival this much too early, once settled, means that media time jumped.
    var earliest: Duration { max(.seconds(1), unseen) }
    /// So does one this much too late; packets of a segment come in a rush and then none.
    var latest: Duration { .seconds(15) + unseen * 2 }
}
