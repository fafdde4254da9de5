/// Reads the payload of one NAL unit bit by bit, leaving out the bytes that prevent start codes (ITU-T H.264 § 7.4.1,
/// H.265 § 7.4.2): the 03 of every 00 00 03.
///
/// Never reads beyond the bytes it was given, which must outlive it. Reading past their end is remembered rather than
/// thrown: all further reads answer 0 and ``isExhausted`` says so, so that a parser asks once where it matters.
struct PayloadReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var zeroCount = 0
    private var current: UInt8 = 0
    private var bitsLeft = 0
    /// More was asked for than there was.
    private(set) var isExhausted = false

    /// - Parameter bytes: The NAL unit behind its header.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The next byte of the payload; for use at byte boundaries. Nil at the end.
    mutating func byte() -> UInt8? {
        guard position < bytes.count else { return nil }
        if zeroCount >= 2, bytes[position] == 3 {
            position += 1
            zeroCount = 0
            guard position < bytes.count else { return nil }
        }
        let byte = bytes[position]
        position += 1
        zeroCount = byte == 0 ? zeroCount + 1 : 0
        return byte
    }

    mutating func flag() -> Bool { bits(1) == 1 }

    /// An unsigned number of up to 32 bits: u(n).
    mutating func bits(_ count: Int) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            if bitsLeft == 0 {
                guard let next = byte() else {
                    isExhausted = true
                    return 0
                }
                current = next
                bitsLeft = 8
            }
            bitsLeft -= 1
            value = value << 1 | UInt32(current >> bitsLeft & 1)
        }
        return value
    }

    mutating func skip(bits count: Int) {
        var left = count
        while left > 0, !isExhausted {
            _ = bits(min(32, left))
            left -= 32
        }
    }

    /// An Exp-Golomb code: ue(v) of § 9.1. A code of more than 32 bits is no number and exhausts the reader.
    mutating func unsigned() -> UInt32 {
        var zeros = 0
        while !flag() {
            zeros += 1
            if isExhausted || zeros > 31 {
                isExhausted = true
                return 0
            }
        }
        return (1 << UInt32(zeros)) - 1 + bits(zeros)
    }

    /// A signed Exp-Golomb code: se(v).
    mutating func signed() -> Int32 {
        let code = unsigned()
        let magnitude = Int32(bitPattern: code / 2)
        return code & 1 == 1 ? magnitude + 1 : -magnitude
    }
}
