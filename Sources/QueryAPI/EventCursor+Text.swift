package import MKDSCore

/// A cursor on the wire: opaque, versioned, checked. Clients hand it back as they got it.
///
/// Inside: a version byte, the start in microseconds, the id, a check sum; base64url without padding.
extension EventCursor: LosslessStringConvertible {
    private static let version: UInt8 = 1
    private static let byteCount = 29

    package var description: String {
        var bytes = [Self.version]
        bytes.append(bigEndian: UInt64(bitPattern: start.microseconds))
        bytes.append(bigEndian: id.high)
        bytes.append(bigEndian: id.low)
        bytes.append(bigEndian: Self.checkSum(bytes))
        return Base64URL.text(bytes)
    }

    /// Nil for anything that ``description`` did not write.
    package init?(_ description: String) {
        guard description.utf8.count <= 64, let bytes = Base64URL.bytes(description), bytes.count == Self.byteCount,
            bytes[0] == Self.version, bytes.integer(at: 25) as UInt32 == Self.checkSum(bytes[..<25])
        else { return nil }
        self.init(
            start: UTCTime(microseconds: Int64(bitPattern: bytes.integer(at: 1))),
            id: UUIDv7(high: bytes.integer(at: 9), low: bytes.integer(at: 17)))
    }

    /// FNV-1a: it finds damage, it is no secret.
    private static func checkSum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        bytes.reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }
}

/// RFC 4648 § 5 without padding; only the canonical text is accepted.
private enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        var pending: UInt32 = 0
        var bits = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                result.append(alphabet[Int(pending >> UInt32(bits) & 63)])
            }
        }
        if bits > 0 { result.append(alphabet[Int(pending << UInt32(6 - bits) & 63)]) }
        return String(decoding: result, as: UTF8.self)
    }

    static func bytes(_ text: String) -> [UInt8]? {
        var result: [UInt8] = []
        var pending: UInt32 = 0
        var bits = 0
        for letter in text.utf8 {
            guard let value = alphabet.firstIndex(of: letter) else { return nil }
            pending = pending << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                result.append(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
            }
        }
        guard bits < 6, pending & (1 << UInt32(bits) - 1) == 0 else { return nil }
        return result
    }
}

extension [UInt8] {
    fileprivate mutating func append<Word: FixedWidthInteger>(bigEndian word: Word) {
        for shift in stride(from: Word.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: word >> Word(shift)))
        }
    }

    fileprivate func integer<Word: FixedWidthInteger>(at offset: Int) -> Word {
        self[offset..<offset + Word.bitWidth / 8].reduce(0) { $0 << 8 | Word($1) }
    }
}
