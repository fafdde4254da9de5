/// How NAL units follow each other in a packet.
package enum NALFraming: Hashable, Sendable {
    /// Start codes 00 00 01 (ITU-T H.264 and H.265 Annex B), which every camera stream has.
    case startCodes
    /// A length before each unit (ISO/IEC 14496-15): MP4, Matroska, RTMP.
    case lengths(byteCount: Int)
}

/// Which of the two standards NAL units follow.
enum NALSyntax: Sendable {
    case h264
    case h265

    /// Whether a unit with this first byte holds a part of a picture (H.264 table 7-1, H.265 table 7-1).
    func isSlice(_ header: UInt8) -> Bool {
        switch self {
        case .h264: (1...5).contains(header & 0x1f)
        case .h265: header >> 1 & 0x3f <= 31
        }
    }
}

/// The NAL units of a packet one after another, as stretches of its bytes without start code or length.
///
/// Whatever the bytes are, it ends: each step takes at least a byte. A length that reaches beyond the packet ends it, and
/// so does the first slice: a picture is not searched for its end.
struct NALUnits: Sequence, IteratorProtocol {
    private let bytes: UnsafeRawBufferPointer
    private let framing: NALFraming
    private let syntax: NALSyntax
    private var position: Int

    init(_ bytes: UnsafeRawBufferPointer, framing: NALFraming, syntax: NALSyntax) {
        self.bytes = bytes
        self.framing = framing
        self.syntax = syntax
        position = 0
        if framing == .startCodes { position = Self.afterStartCode(bytes, from: 0) ?? bytes.count }
    }

    mutating func next() -> UnsafeRawBufferPointer? {
        switch framing {
        case .startCodes: nextBehindStartCode()
        case .lengths(let byteCount): nextBehindLength(byteCount)
        }
    }

    private mutating func nextBehindStartCode() -> UnsafeRawBufferPointer? {
        while position < bytes.count, !syntax.isSlice(bytes[position]) {
            let begin = position
            var end = bytes.count
            if let next = Self.afterStartCode(bytes, from: begin) {
                position = next
                end = next - 3
            } else {
                position = bytes.count
            }
            // The zero of a four-byte start code and trailing zeros belong to no unit.
            while end > begin, bytes[end - 1] == 0 { end -= 1 }
            if end > begin { return UnsafeRawBufferPointer(rebasing: bytes[begin..<end]) }
        }
        return nil
    }

    private mutating func nextBehindLength(_ byteCount: Int) -> UnsafeRawBufferPointer? {
        while (1...4).contains(byteCount), bytes.count - position > byteCount {
            let length = bytes[position..<position + byteCount].reduce(0) { $0 << 8 | Int($1) }
            let begin = position + byteCount
            guard length <= bytes.count - begin, !syntax.isSlice(bytes[begin]) else { break }
            position = begin + length
            if length > 0 { return UnsafeRawBufferPointer(rebasing: bytes[begin..<begin + length]) }
        }
        position = bytes.count
        return nil
    }

    /// Where the byte behind the next 00 00 01 stands; nil when there is none, or nothing behind it.
    private static func afterStartCode(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var index = start + 2
        while index < bytes.count {
            // The third byte tells how far the next start code is away at least.
            switch bytes[index] {
            case 0: index += 1
            case 1:
                if bytes[index - 1] == 0, bytes[index - 2] == 0 { return index + 1 }
                index += 3
            default: index += 3
            }
        }
        return nil
    }
}
