package import MKDSCore

/// The ONVIF metadata track of a simulated camera: which payloads it sends when, and how they are cut.
package struct MetadataTrack: Sendable {
    /// One payload, usually a whole document.
    package struct Payload: Sendable {
        /// Counted from PLAY; it goes out with the next picture.
        package var after: Duration
        /// Makes the bytes, given what the camera's wall clock shows then.
        package var bytes: @Sendable (UTCTime) -> [UInt8]
        /// Which of its RTP packets are lost, from 0.
        package var lost: Set<Int>

        package init(after: Duration, losing lost: Set<Int> = [], _ bytes: @escaping @Sendable (UTCTime) -> [UInt8]) {
            self.after = after
            self.lost = lost
            self.bytes = bytes
        }
    }

    /// The encoding name in the session's description.
    package var encoding: String
    package var clockRate: Int
    /// Bytes of one RTP payload.
    package var pieceByteCount: Int
    /// SETUP of the track is answered 503.
    package var isRefused: Bool
    package var payloads: [Payload]

    package init(
        encoding: String = "vnd.onvif.metadata", clockRate: Int = 90_000, pieceByteCount: Int = 1_400,
        isRefused: Bool = false, payloads: [Payload]
    ) {
        self.encoding = encoding
        self.clockRate = clockRate
        self.pieceByteCount = pieceByteCount
        self.isRefused = isRefused
        self.payloads = payloads.sorted { $0.after < $1.after }
    }

    /// What the session's description says of it (ONVIF Streaming Specification § 5.1.2.1.1).
    var description: String {
        [
            "m=application 0 RTP/AVP 107", "a=rtpmap:107 \(encoding)/\(clockRate)", "a=control:track1", "",
        ].joined(separator: "\r\n")
    }
}

/// Sends the track of one session: RTP packets on the third interleaved channel, reports on the fourth.
struct MetadataSender {
    private let track: MetadataTrack
    private var rest: ArraySlice<MetadataTrack.Payload>
    private var sender: RTPSender

    init(_ track: MetadataTrack, using random: inout SeededGenerator) {
        self.track = track
        rest = track.payloads[...]
        sender = RTPSender(payloadType: 107, using: &random)
        sender.channel = 2
    }

    /// What is due: RTP packets of every payload up to `elapsed`, the marker on the last of each.
    mutating func packets(until elapsed: Duration, wall: UTCTime) -> [[UInt8]] {
        var packets: [[UInt8]] = []
        while let payload = rest.first, payload.after <= elapsed {
            rest.removeFirst()
            let all = sender.packets(
                ofPayload: payload.bytes(wall), pieceByteCount: track.pieceByteCount, timestamp: timestamp(at: elapsed))
            packets += all.indices.filter { !payload.lost.contains($0) }.map { all[$0] }
        }
        return packets
    }

    func report(wall: UTCTime, at elapsed: Duration) -> [UInt8] {
        sender.report(wall: wall, timestamp: timestamp(at: elapsed))
    }

    private func timestamp(at elapsed: Duration) -> UInt32 {
        UInt32(truncatingIfNeeded: Int64((elapsed.inSeconds * Double(track.clockRate)).rounded()))
    }
}
