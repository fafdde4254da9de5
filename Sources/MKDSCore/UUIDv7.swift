/// A UUID version 7 (RFC 9562 § 5.7): 48 bits of Unix milliseconds, then random bits.
///
/// Events, runs and gaps are named by it once, in capture. The day it carries is the day of the partition its row lives
/// in, so the same id always leads to the same partition.
package struct UUIDv7: Hashable, Comparable, Sendable {
    /// The 16 bytes of the UUID, big endian.
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Mints an id for a moment. Moments before 1970 count as 1970.
    package init(at time: UTCTime, using random: inout some RandomNumberGenerator) {
        let milliseconds = UInt64(max(0, time.microseconds) / 1000)
        high = milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0x0fff, using: &random)
        low = 0x8000_0000_0000_0000 | UInt64.random(in: 0...0x3fff_ffff_ffff_ffff, using: &random)
    }

    package init(at time: UTCTime) {
        var random = SystemRandomNumberGenerator()
        self.init(at: time, using: &random)
    }

    /// The moment of minting, to the millisecond.
    package var time: UTCTime { UTCTime(microseconds: Int64(high >> 16) * 1000) }

    /// The UTC day of minting.
    package var day: UTCDay { time.day }

    package static func < (left: UUIDv7, right: UUIDv7) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension UUIDv7: CustomStringConvertible, LosslessStringConvertible {
    /// The canonical text: lower case, hyphenated.
    package var description: String {
        let digits = Self.hexadecimal(high) + Self.hexadecimal(low)
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(decoding: digits[$0], as: UTF8.self) }
        return parts.joined(separator: "-")
    }

    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [8, 4, 4, 4, 12], !text.contains("+"),
            let high = UInt64(parts[0...2].joined(), radix: 16), let low = UInt64(parts[3...4].joined(), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    private static func hexadecimal(_ word: UInt64) -> [UInt8] {
        (0..<16).map { index in
            let digit = UInt8(truncatingIfNeeded: word >> (60 - 4 * UInt64(index))) & 15
            return digit < 10 ? 48 + digit : 87 + digit
        }
    }
}

extension UUIDv7: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = UUIDv7(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a UUID: \(text)"))
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
