internal import CFFmpeg
package import MKDSCore

/// What FFmpeg complained about on one camera's thread, counted; its texts are kept one at a time.
///
/// Not Sendable: made, attached and read on the camera's own thread. One camera has one for all its connections.
package final class LibraryLog {
    private let sink: UnsafeMutablePointer<mkds_log_sink>

    /// Bytes kept of a session description; FFmpeg itself reads no more.
    private static let descriptionByteCount = 16 << 10

    /// - Parameter keepsDescription: Whether ``sessionDescription`` is wanted.
    package init(keepsDescription: Bool = false) {
        sink = .allocate(capacity: 1)
        sink.initialize(to: mkds_log_sink())
        guard keepsDescription else { return }
        let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: Self.descriptionByteCount)
        bytes.initialize(repeating: 0, count: Self.descriptionByteCount)
        sink.pointee.description = bytes
        sink.pointee.description_size = Self.descriptionByteCount
    }

    deinit {
        mkds_log_detach(sink)
        sink.pointee.description?.deallocate()
        sink.deinitialize(count: 1)
        sink.deallocate()
    }

    /// Makes this log the receiver of the calling thread and forgets what belonged to an earlier opening.
    ///
    /// With `isTunnelled` an answer that sends us anywhere at all counts as a redirect: FFmpeg would leave the tunnel.
    func attach(host: String, address: String, isTunnelled: Bool = false) {
        let lines = sink.pointee.lines
        let missed = sink.pointee.missed_packets
        let (description, size) = (sink.pointee.description, sink.pointee.description_size)
        sink.pointee = mkds_log_sink()
        description?.pointee = 0
        sink.pointee.description = description
        sink.pointee.description_size = size
        sink.pointee.lines = lines
        sink.pointee.missed_packets = missed
        sink.pointee.tunnelled = isTunnelled ? 1 : 0
        withUnsafeMutableBytes(of: &sink.pointee.host) { bytes in
            bytes.copyBytes(from: host.utf8.prefix(bytes.count - 1))
        }
        withUnsafeMutableBytes(of: &sink.pointee.address) { bytes in
            bytes.copyBytes(from: address.utf8.prefix(bytes.count - 1))
        }
        mkds_log_attach(sink)
    }

    /// Lines at warning level or worse so far.
    package var lineCount: UInt64 { sink.pointee.lines }
    /// RTP packets FFmpeg found missing so far.
    package var missedPacketCount: UInt64 { sink.pointee.missed_packets }

    /// The camera numbers its RTP packets anew, from below, so FFmpeg would drop them for a long time.
    var beganAnew: Bool { sink.pointee.late_packets >= MKDS_LATE_PACKETS_LIMIT }

    /// A video packet was read.
    func noteVideo() { sink.pointee.late_packets = 0 }

    /// The last line kept, stripped of URLs, and makes room for the next one; nil when nothing was said since.
    package func takeLine() -> String? {
        withUnsafeMutableBytes(of: &sink.pointee.last) { bytes in
            guard bytes[0] != 0 else { return nil }
            let line = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            bytes[0] = 0
            return line
        }
    }

    /// What the camera last said it offers (RFC 8866); nil when it said nothing or nobody wanted to know.
    package var sessionDescription: String? {
        guard let bytes = sink.pointee.description, bytes.pointee != 0 else { return nil }
        return String(cString: bytes)
    }

    /// How the camera asked who one is, when it last did.
    package var challenges: [ProbeFacts.Authentication] {
        let asked = [
            (sink.pointee.asks_basic, ProbeFacts.Authentication.basic), (sink.pointee.asks_md5, .digest),
            (sink.pointee.asks_sha256, .digestSHA256),
        ]
        return asked.filter { $0.0 != 0 }.map(\.1)
    }

    /// The session description that came last lists data beside video and sound.
    var offersMetadata: Bool { sink.pointee.offers_metadata != 0 }
    var isTruncated: Bool { sink.pointee.truncated != 0 }
    var segmentFailed: Bool { sink.pointee.segment_failed != 0 }
    var formatRefused: Bool { sink.pointee.format_refused != 0 }
    var redirected: Bool { sink.pointee.redirected != 0 }
    /// The redirect was to another address of the same camera.
    var redirectedWithin: Bool { sink.pointee.redirected == MKDS_REDIRECTED_WITHIN }
    /// A playlist named what is not on its own server.
    var refusedByPlaylist: Bool { sink.pointee.redirected == MKDS_REDIRECTED_BY_PLAYLIST }
    var onlySHA256: Bool {
        sink.pointee.asks_sha256 != 0 && sink.pointee.asks_md5 == 0 && sink.pointee.asks_basic == 0
    }
    /// A picture above the pixel limit was met since this was last false.
    var oversized: Bool { sink.pointee.oversized != 0 }
}
