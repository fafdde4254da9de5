internal import MKDSCore

/// Makes the RTP and RTCP packets of one track, framed for RTSP over TCP (RFC 2326 § 10.12).
struct RTPSender {
    private static let payloadByteCount = 1_400

    var payloadType: UInt8
    private(set) var source: UInt32
    private var sequence: UInt16
    private var packetCount: UInt32 = 0
    private var byteCount: UInt32 = 0
    var channel: UInt8 = 0

    init(payloadType: UInt8 = 96, using random: inout SeededGenerator) {
        self.payloadType = payloadType
        source = .random(in: 1 ... .max, using: &random)
        sequence = .random(in: 0 ... .max, using: &random)
    }

    /// Goes on with another SSRC and sequence number.
    mutating func renumber(ahead: UInt16, source: UInt32) {
        sequence &+= ahead
        self.source = source
    }

    /// One picture: single NAL unit packets and FU-A fragments (RFC 6184 § 5.6, § 5.8), the marker on the last.
    mutating func packets(of units: [[UInt8]], timestamp: UInt32) -> [[UInt8]] {
        var packets: [[UInt8]] = []
        for (index, unit) in units.enumerated() {
            let isLast = index == units.count - 1
            if unit.count <= Self.payloadByteCount {
                packets.append(packet(unit, timestamp: timestamp, marker: isLast))
                continue
            }
            var rest = unit[1...]
            var isFirst = true
            while !rest.isEmpty {
                let part = rest.prefix(Self.payloadByteCount - 2)
                rest = rest.dropFirst(part.count)
                let edges: UInt8 = (isFirst ? 0x80 : 0) | (rest.isEmpty ? 0x40 : 0)
                let header = [unit[0] & 0xe0 | 28, edges | unit[0] & 0x1f]
                packets.append(packet(header + part, timestamp: timestamp, marker: isLast && rest.isEmpty))
                isFirst = false
            }
        }
        return packets
    }

    /// One payload cut into pieces, the marker on the last.
    mutating func packets(ofPayload bytes: [UInt8], pieceByteCount: Int, timestamp: UInt32) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: pieceByteCount).map { start in
            let end = min(start + pieceByteCount, bytes.count)
            return packet(Array(bytes[start..<end]), timestamp: timestamp, marker: end == bytes.count)
        }
    }

    private mutating func packet(_ payload: [UInt8], timestamp: UInt32, marker: Bool) -> [UInt8] {
        defer { sequence &+= 1 }
        packetCount &+= 1
        byteCount &+= UInt32(payload.count)
        let header = [0x80, payloadType | (marker ? 0x80 : 0)] + Self.bytes(sequence) + Self.bytes(timestamp)
        return framed(header + Self.bytes(source) + payload, channel: channel)
    }

    /// A sender report (RFC 3550 § 6.4.1): the camera's wall clock and the RTP timestamp of the same moment.
    func report(wall: UTCTime, timestamp: UInt32) -> [UInt8] {
        // NTP counts from 1900.
        let seconds = UInt32(truncatingIfNeeded: wall.microseconds / 1_000_000 + 2_208_988_800)
        let fraction = UInt32(truncatingIfNeeded: (UInt64(wall.microseconds % 1_000_000) << 32) / 1_000_000)
        let body = [source, seconds, fraction, timestamp, packetCount, byteCount].flatMap(Self.bytes)
        return framed([0x80, 200, 0, 6] + body, channel: channel + 1)
    }

    private func framed(_ packet: [UInt8], channel: UInt8) -> [UInt8] {
        [UInt8(ascii: "$"), channel] + Self.bytes(UInt16(packet.count)) + packet
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        Swift.withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
