internal import CFFmpeg

/// What FFmpeg complained about on one camera's thread, counted; its texts are kept one at a time.
///
/// Not Sendable: made, attached and read on the camera's own thread. One camera has one for all its connections.
package final class LibraryLog {
    private let sink: UnsafeMutablePointer<mkds_log_sink>

    package init() {
        sink = .allocate(capacity: 1)
        sink.initialize(to: mkds_log_sink())
    }

    deinit {
        mkds_log_attach(nil)
        sink.deinitialize(count: 1)
        sink.deallocate()
    }

    /// Makes this log the receiver of the calling thread and forgets what belonged to an earlier opening.
    func attach(host: String, address: String) {
        let lines = sink.pointee.lines
        let missed = sink.pointee.missed_packets
        sink.pointee = mkds_log_sink()
        sink.pointee.lines = lines
        sink.pointee.missed_packets = missed
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

    /// The last line kept, stripped of URLs, and makes room for the next one; nil when nothing was said since.
    package func takeLine() -> String? {
        withUnsafeMutableBytes(of: &sink.pointee.last) { bytes in
            guard bytes[0] != 0 else { return nil }
            let line = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            bytes[0] = 0
            return line
        }
    }

    var isTruncated: Bool { sink.pointee.truncated != 0 }
    var formatRefused: Bool { sink.pointee.format_refused != 0 }
    var redirected: Bool { sink.pointee.redirected != 0 }
    var onlySHA256: Bool {
        sink.pointee.asks_sha256 != 0 && sink.pointee.asks_md5 == 0 && sink.pointee.asks_basic == 0
    }
    /// A picture above the pixel limit was met since this was last false.
    var oversized: Bool { sink.pointee.oversized != 0 }
}
