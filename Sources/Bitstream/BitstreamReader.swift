/// Reads what H.264 and H.265 streams say of themselves, without decoding a picture. Pure: bytes in, facts out.
///
/// Bounded for hostile input: it looks at the first ``byteLimit`` bytes of a packet and no further than its first
/// slice, takes memory for nothing but the facts, and passes over what it cannot read.
package struct BitstreamReader: Sendable {
    /// Parameter sets and SEI messages stand before the picture; the longest known, the hashes of a long GOP that ONVIF
    /// Media Signing carries, take some ten kilobytes.
    package static let byteLimit = 65_536

    private let syntax: NALSyntax
    /// How the units of a packet are told apart.
    package let framing: NALFraming
    /// What the stream's description (SDP, container) says of its pictures.
    package let described: PacketContents

    /// Makes a reader for a stream; nil for a codec without NAL units.
    ///
    /// - Parameters:
    ///   - codec: FFmpeg's name.
    ///   - description: What came with the stream's description: NAL units behind start codes, or a decoder
    ///     configuration record (ISO/IEC 14496-15 § 5.3.3, § 8.3.3). May be empty.
    package init?(codec: String, description: UnsafeRawBufferPointer) {
        switch codec {
        case "h264": syntax = .h264
        case "hevc": syntax = .h265
        default: return nil
        }
        // A record begins with its version, 1; start codes begin with 0.
        guard description.first == 1, let record = Self.record(description, syntax) else {
            framing = .startCodes
            described = Self.contents(
                of: NALUnits(Self.head(description), framing: .startCodes, syntax: syntax), syntax)
            return
        }
        framing = .lengths(byteCount: record.lengthByteCount)
        described = Self.contents(of: record.units, syntax)
    }

    /// What a packet of the stream says before its first slice.
    package func read(_ packet: UnsafeRawBufferPointer) -> PacketContents {
        Self.contents(of: NALUnits(Self.head(packet), framing: framing, syntax: syntax), syntax)
    }

    private static func head(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes.prefix(byteLimit))
    }

    private static func contents(
        of units: some Sequence<UnsafeRawBufferPointer>, _ syntax: NALSyntax
    ) -> PacketContents {
        var contents = PacketContents()
        for unit in units {
            switch syntax {
            case .h264:
                switch unit[0] & 0x1f {
                case 6: contents.addMessages(UnsafeRawBufferPointer(rebasing: unit[1...]))
                case 7: contents.parameters = SequenceParameters(h264: unit) ?? contents.parameters
                default: break
                }
            case .h265:
                switch unit[0] >> 1 & 0x3f {
                case 33: contents.parameters = SequenceParameters(h265: unit) ?? contents.parameters
                case 39 where unit.count > 2: contents.addMessages(UnsafeRawBufferPointer(rebasing: unit[2...]))
                default: break
                }
            }
        }
        return contents
    }

    // MARK: - Decoder configuration records

    private static func record(
        _ bytes: UnsafeRawBufferPointer, _ syntax: NALSyntax
    ) -> (lengthByteCount: Int, units: [UnsafeRawBufferPointer])? {
        switch syntax {
        case .h264:
            guard bytes.count > 5 else { return nil }
            var position = 6
            let units = takeUnits(bytes, &position, count: Int(bytes[5] & 0x1f))
            return (Int(bytes[4] & 3) + 1, units)
        case .h265:
            guard bytes.count > 22 else { return nil }
            var units: [UnsafeRawBufferPointer] = []
            var position = 23
            for _ in 0..<bytes[22] where bytes.count - position >= 3 {
                let count = Int(bytes[position + 1]) << 8 | Int(bytes[position + 2])
                position += 3
                units += takeUnits(bytes, &position, count: count)
            }
            return (Int(bytes[21] & 3) + 1, units)
        }
    }

    /// Units behind lengths of two bytes; ends where the record does.
    private static func takeUnits(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, count: Int
    ) -> [UnsafeRawBufferPointer] {
        var units: [UnsafeRawBufferPointer] = []
        for _ in 0..<count {
            guard bytes.count - position > 2 else { break }
            let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
            position += 2
            guard length <= bytes.count - position else {
                position = bytes.count
                break
            }
            if length > 0 { units.append(UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])) }
            position += length
        }
        return units
    }
}
