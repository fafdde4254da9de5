import MKDSCore

/// Writes NAL units bit by bit, as an encoder does.
struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var bitCount = 0

    mutating func bits(_ value: UInt32, _ count: Int) {
        for index in stride(from: count - 1, through: 0, by: -1) {
            if bitCount % 8 == 0 { bytes.append(0) }
            bytes[bytes.count - 1] |= UInt8(value >> UInt32(index) & 1) << UInt8(7 - bitCount % 8)
            bitCount += 1
        }
    }

    mutating func flag(_ value: Bool) { bits(value ? 1 : 0, 1) }

    mutating func unsigned(_ value: UInt32) {
        let length = 32 - (value + 1).leadingZeroBitCount
        bits(0, length - 1)
        bits(value + 1, length)
    }

    /// The stop bit and zeros up to a whole byte.
    mutating func trailing() {
        bits(1, 1)
        while bitCount % 8 != 0 { bits(0, 1) }
    }
}

enum Sample {
    /// Puts 03 where the payload would look like a start code (ITU-T H.264 § 7.4.1).
    static func escaped(_ payload: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var zeros = 0
        for byte in payload {
            if zeros >= 2, byte <= 3 {
                result.append(3)
                zeros = 0
            }
            result.append(byte)
            zeros = byte == 0 ? zeros + 1 : 0
        }
        return result
    }

    /// An H.264 parameter set of a 1920×1080 High stream of 25 pictures a second, with every optional part there is.
    static func richParameters(fields: Bool = false) -> [UInt8] {
        var writer = BitWriter()
        writer.bits(0x67, 8)
        writer.bits(100, 8)
        writer.bits(0, 8)
        writer.bits(41, 8)
        for value: UInt32 in [0, 1, 0, 0] { writer.unsigned(value) }
        writer.flag(false)
        // One scaling list that is all deltas of 0, one that ends at once (delta -8), six absent.
        writer.flag(true)
        writer.flag(true)
        for _ in 0..<16 { writer.unsigned(0) }
        writer.flag(true)
        writer.unsigned(16)
        for _ in 0..<6 { writer.flag(false) }
        writer.unsigned(4)
        // Picture order of type 1 with two offsets.
        writer.unsigned(1)
        writer.flag(false)
        for value: UInt32 in [3, 4, 2, 5, 6] { writer.unsigned(value) }
        writer.unsigned(4)
        writer.flag(false)
        writer.unsigned(119)
        writer.unsigned(fields ? 33 : 67)
        writer.flag(!fields)
        if fields { writer.flag(false) }
        writer.flag(true)
        writer.flag(true)
        for value: UInt32 in [0, 0, 0, fields ? 2 : 4] { writer.unsigned(value) }
        writer.flag(true)
        writeVideoUsability(&writer)
        writer.trailing()
        return escaped(writer.bytes)
    }

    /// Aspect ratio by numbers, video signal with colours, place of chroma, timing: 25 pictures a second.
    private static func writeVideoUsability(_ writer: inout BitWriter) {
        writer.flag(true)
        writer.bits(255, 8)
        writer.bits(1, 16)
        writer.bits(1, 16)
        writer.flag(true)
        writer.flag(false)
        writer.flag(true)
        writer.bits(5, 3)
        writer.flag(false)
        writer.flag(true)
        writer.bits(0x010101, 24)
        writer.flag(true)
        writer.unsigned(0)
        writer.unsigned(0)
        writer.flag(true)
        writer.bits(1, 32)
        writer.bits(50, 32)
        writer.flag(true)
    }

    /// SEI messages of H.264, each a type and a payload.
    static func messages(_ messages: [(type: Int, payload: [UInt8])]) -> [UInt8] {
        var payload: [UInt8] = []
        for message in messages {
            for number in [message.type, message.payload.count] {
                payload += [UInt8](repeating: 0xff, count: number / 255) + [UInt8(number % 255)]
            }
            payload += message.payload
        }
        return [6] + escaped(payload + [0x80])
    }

    static func bytes(_ identifier: StreamIdentifier) -> [UInt8] {
        [identifier.high, identifier.low].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
        }
    }

    /// Units behind start codes of four bytes and three in turn.
    static func stream(_ units: [[UInt8]]) -> [UInt8] {
        units.enumerated().flatMap { ($0 % 2 == 0 ? [0, 0, 0, 1] : [0, 0, 1]) + $1 }
    }

    /// A KLV packet of the UAS Datalink set with a checksum item before and a time stamp behind it.
    static func klv(_ time: UInt64, longLength: Bool = false) -> [UInt8] {
        let stamp = (0..<8).map { UInt8(truncatingIfNeeded: time >> (56 - 8 * UInt64($0))) }
        // Item 65 (version), a two-byte tag (129), item 2.
        let items: [UInt8] = [65, 1, 12] + [0x81, 0x01, 2, 0xca, 0xfe] + [2, 8] + stamp
        let length: [UInt8] = longLength ? [0x82, 0, UInt8(items.count)] : [UInt8(items.count)]
        return bytes(.datalinkSet) + length + items
    }
}
