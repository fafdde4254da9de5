/// Puts a track of KLV metadata into an MPEG transport stream of one programme (ISO/IEC 13818-1), as MISB ST 1402 has
/// it: private data with the registration `KLVA`.
enum TransportStream {
    private static let packetByteCount = 188
    private static let metadataPID = 0x1f0

    /// Spreads KLV packets of at most 150 bytes evenly over a stream that ffmpeg wrote.
    static func adding(_ sets: [[UInt8]], to stream: [UInt8]) -> [UInt8] {
        let packets = stride(from: 0, to: stream.count - packetByteCount + 1, by: packetByteCount).map {
            Array(stream[$0..<$0 + packetByteCount])
        }
        let mapPID = packets.first { pid($0) == 0 }.map { Int($0[15] & 0x1f) << 8 | Int($0[16]) }
        // Not before the first programme map: nobody would know what they are.
        let first = (packets.firstIndex { pid($0) == mapPID } ?? 0) + 1
        let distance = max(1, (packets.count - first) / max(1, sets.count))
        var result: [UInt8] = []
        var next = 0
        for (index, packet) in packets.enumerated() {
            result += pid(packet) == mapPID ? announcing(packet) : packet
            if index >= first, (index - first) % distance == 0, next < sets.count {
                result += carrying(sets[next], counter: next)
                next += 1
            }
        }
        return result
    }

    private static func pid(_ packet: [UInt8]) -> Int { Int(packet[1] & 0x1f) << 8 | Int(packet[2]) }

    /// A programme map with one more elementary stream.
    private static func announcing(_ packet: [UInt8]) -> [UInt8] {
        let begin = 5 + Int(packet[4])
        let length = Int(packet[begin + 1] & 0x0f) << 8 | Int(packet[begin + 2])
        var section = Array(packet[begin..<begin + 3 + length - 4])
        section +=
            [0x06, 0xe0 | UInt8(metadataPID >> 8), UInt8(metadataPID & 0xff), 0xf0, 6, 0x05, 4] + Array("KLVA".utf8)
        let total = section.count - 3 + 4
        section[1] = section[1] & 0xf0 | UInt8(total >> 8)
        section[2] = UInt8(total & 0xff)
        let sum = checkSum(section)
        section += (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * UInt32($0))) }
        let whole = packet[..<begin] + section
        return whole + [UInt8](repeating: 0xff, count: packetByteCount - whole.count)
    }

    /// One packet with one whole PES packet, stuffed by an adaptation field.
    private static func carrying(_ set: [UInt8], counter: Int) -> [UInt8] {
        let length = set.count + 3
        let packet = [0, 0, 1, 0xbd, UInt8(length >> 8), UInt8(length & 0xff), 0x84, 0, 0] + set
        let stuffing = packetByteCount - 4 - 2 - packet.count
        let head: [UInt8] = [
            0x47, 0x40 | UInt8(metadataPID >> 8), UInt8(metadataPID & 0xff), 0x30 | UInt8(counter & 15),
        ]
        return head + [UInt8(stuffing + 1), 0] + [UInt8](repeating: 0xff, count: stuffing) + packet
    }

    /// CRC-32 of ISO/IEC 13818-1 annex A.
    private static func checkSum(_ bytes: [UInt8]) -> UInt32 {
        bytes.reduce(0xffff_ffff) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte) << 24) { value, _ in
                value & 0x8000_0000 != 0 ? value << 1 ^ 0x04c1_1db7 : value << 1
            }
        }
    }
}
