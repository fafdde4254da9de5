package import MKDSCore

/// The true time of a picture inside the picture: an SEI message of unregistered user data (ITU-T H.264 § D.1.7), the
/// microseconds since 1970 as 16 hexadecimal digits behind a UUID of ours. Digits need no emulation prevention.
package enum TruthStamp {
    private static let identifier: [UInt8] = Array("mkdsd-truth-time".utf8)
    private static let digitCount = 16
    private static let searchByteCount = 1_024

    /// The NAL unit that says when the picture was taken.
    static func unit(_ time: UTCTime) -> [UInt8] {
        let digits = String(UInt64(bitPattern: time.microseconds), radix: 16)
        let padded = String(repeating: "0", count: digitCount - digits.utf8.count) + digits
        return [6, 5, UInt8(identifier.count + digitCount)] + identifier + Array(padded.utf8) + [0x80]
    }

    /// The true time of an encoded picture, nil when it carries none.
    package static func read(_ packet: UnsafeRawBufferPointer) -> UTCTime? {
        let length = identifier.count + digitCount
        guard packet.count >= length else { return nil }
        // It stands before the first slice; a long search would hold up who measures time.
        for start in 0...min(packet.count - length, searchByteCount)
        where packet[start] == identifier[0] && packet[start..<start + identifier.count].elementsEqual(identifier) {
            let digits = packet[(start + identifier.count)..<(start + length)]
            guard let value = UInt64(String(decoding: digits, as: UTF8.self), radix: 16) else { return nil }
            return UTCTime(microseconds: Int64(bitPattern: value))
        }
        return nil
    }
}
