package import MKDSCore

/// What a packet of key-length-value metadata (SMPTE ST 336) in an MPEG transport stream says of itself; its values are
/// not decoded.
package struct KeyLengthValue: Hashable, Sendable {
    /// The universal label of its set: 16 bytes that begin 06 0E 2B 34.
    package var label: StreamIdentifier
    /// The precision time stamp of a set of MISB ST 0601, item 2: microseconds since 1970 by the camera's clock.
    package var timestamp: UTCTime?

    private static let timestampTag = 2
    private static let itemLimit = 1_024

    /// Reads the first set of a packet; nil when no set begins there.
    ///
    /// - Parameter bytes: The packet; a header of five bytes before the set, that of a metadata access unit (ISO/IEC
    ///   13818-1 § 2.12.4), is passed over.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard let begin = [0, 5].first(where: { Self.hasLabel(bytes, at: $0) }) else { return nil }
        var reader = Reader(bytes: UnsafeRawBufferPointer(rebasing: bytes[begin...]))
        guard let high = reader.number(byteCount: 8), let low = reader.number(byteCount: 8) else { return nil }
        label = StreamIdentifier(high: high, low: low)
        guard label == .datalinkSet, let length = reader.length() else { return }
        let end = reader.position + Swift.min(length, reader.left)
        for _ in 0..<Self.itemLimit where reader.position < end {
            guard let tag = reader.tag(), let size = reader.length(), size <= end - reader.position else { return }
            if tag == Self.timestampTag {
                guard size == 8, let value = reader.number(byteCount: 8), let time = Int64(exactly: value) else {
                    return
                }
                let told = UTCTime(microseconds: time)
                timestamp = UTCTime.storable.contains(told) ? told : nil
                return
            }
            reader.skip(size)
        }
    }

    private static func hasLabel(_ bytes: UnsafeRawBufferPointer, at begin: Int) -> Bool {
        bytes.count - begin >= 16 && bytes[begin..<begin + 4].elementsEqual([0x06, 0x0e, 0x2b, 0x34])
    }

    /// Never reads beyond its bytes.
    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var position = 0

        var left: Int { bytes.count - position }

        mutating func number(byteCount: Int) -> UInt64? {
            guard left >= byteCount else { return nil }
            defer { position += byteCount }
            return bytes[position..<position + byteCount].reduce(0) { $0 << 8 | UInt64($1) }
        }

        mutating func skip(_ byteCount: Int) {
            position += Swift.min(byteCount, left)
        }

        /// A length of the basic encoding rules: short, or long with up to four bytes.
        mutating func length() -> Int? {
            guard let first = number(byteCount: 1) else { return nil }
            guard first >= 0x80 else { return Int(first) }
            let byteCount = Int(first & 0x7f)
            guard (1...4).contains(byteCount) else { return nil }
            return number(byteCount: byteCount).map { Int($0) }
        }

        /// A tag of an object identifier's encoding: seven bits a byte, the last without the high bit.
        mutating func tag() -> Int? {
            var tag = 0
            for _ in 0..<3 {
                guard let byte = number(byteCount: 1) else { return nil }
                tag = tag << 7 | Int(byte & 0x7f)
                if byte < 0x80 { return tag }
            }
            return nil
        }
    }
}
