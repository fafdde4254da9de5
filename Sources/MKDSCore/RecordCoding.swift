// The elements that the bytes of a journal record are made of. Limits are kept on both sides: what the writer would
// have to break, the reader refuses.

private let shortTextByteLimit = 64
private let detailByteLimit = 500

extension Duration {
    /// Beyond 10^12 s (30 000 years) sums with a time could overflow; no true span comes near.
    fileprivate static let storable = Duration.seconds(-1_000_000_000_000)...Duration.seconds(1_000_000_000_000)
}

extension [UInt8] {
    mutating func append(integer value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// Writes 0 for what is not a number or infinite.
    mutating func append(finite value: Float) {
        append(integer: value.isFinite ? value.bitPattern : 0)
    }

    mutating func append(_ time: UTCTime) {
        let range = UTCTime.storable
        append(integer: Swift.min(Swift.max(time, range.lowerBound), range.upperBound).microseconds)
    }

    mutating func append(_ id: UUIDv7) {
        append(integer: id.high)
        append(integer: id.low)
    }

    mutating func append(_ duration: Duration) {
        let limit = Duration.storable
        let (seconds, attoseconds) = Swift.min(Swift.max(duration, limit.lowerBound), limit.upperBound).components
        append(integer: seconds)
        append(integer: attoseconds)
    }

    /// Cuts the text to 64 bytes.
    mutating func append(shortText text: String) {
        let lengthIndex = count
        append(0)
        self[lengthIndex] = UInt8(append(text: text, limit: shortTextByteLimit))
    }

    /// Cuts the text to 500 bytes.
    mutating func append(detail text: String) {
        let lengthIndex = count
        append(0)
        append(0)
        let length = append(text: text, limit: detailByteLimit)
        self[lengthIndex] = UInt8(length & 0xff)
        self[lengthIndex + 1] = UInt8(length >> 8)
    }

    /// Appends whole characters of the text up to the limit; returns how many bytes that were.
    private mutating func append(text: String, limit: Int) -> Int {
        let from = count
        append(contentsOf: text.utf8.prefix(limit))
        if text.utf8.count > limit {
            // A cut must not leave part of a character: go back to before its first byte.
            let whole = text.utf8.index(text.utf8.startIndex, offsetBy: limit)
            if text.unicodeScalars.index(of: whole) == nil {
                while let last = popLast(), last & 0xc0 == 0x80 {}
            }
        }
        for index in from..<count where self[index] == 0 { self[index] = UInt8(ascii: " ") }
        return count - from
    }
}

extension String.UnicodeScalarView {
    /// The index when it lies between two scalars, nil when inside one.
    fileprivate func index(of position: String.Index) -> String.Index? { position.samePosition(in: self) }
}

/// Reads the elements in turn; never beyond the bytes it was given, which must outlive it.
struct RecordReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    func failure(_ code: JournalRecordError.Code) -> JournalRecordError {
        JournalRecordError(code: code, offset: offset)
    }

    mutating func byte() throws(JournalRecordError) -> UInt8 {
        guard offset < bytes.count else { throw failure(.truncated) }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>() throws(JournalRecordError) -> Integer {
        let size = MemoryLayout<Integer>.size
        guard bytes.count - offset >= size else { throw failure(.truncated) }
        defer { offset += size }
        return Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Integer.self))
    }

    mutating func flags(_ known: UInt8) throws(JournalRecordError) -> UInt8 {
        let flags = try byte()
        guard flags & ~known == 0 else { throw failure(.invalidField("flags")) }
        return flags
    }

    mutating func finite(_ field: String) throws(JournalRecordError) -> Float {
        let value = Float(bitPattern: try integer())
        guard value.isFinite else { throw failure(.invalidField(field)) }
        return value
    }

    mutating func time(_ field: String) throws(JournalRecordError) -> UTCTime {
        let time = UTCTime(microseconds: try integer())
        guard UTCTime.storable.contains(time) else { throw failure(.invalidField(field)) }
        return time
    }

    mutating func id() throws(JournalRecordError) -> UUIDv7 {
        UUIDv7(high: try integer(), low: try integer())
    }

    mutating func duration(_ field: String) throws(JournalRecordError) -> Duration {
        let seconds: Int64 = try integer()
        let attoseconds: Int64 = try integer()
        let unit: Int64 = 1_000_000_000_000_000_000
        let duration = Duration(secondsComponent: seconds, attosecondsComponent: attoseconds)
        // One duration has one form: both parts with the same sign, less than a second in the second one.
        guard attoseconds < unit, attoseconds > -unit,
            (seconds < 0 ? attoseconds <= 0 : attoseconds >= 0 || seconds == 0),
            Duration.storable.contains(duration)
        else { throw failure(.invalidField(field)) }
        return duration
    }

    mutating func enumeration<Value: RawRepresentable<UInt8>>(
        _ field: String
    ) throws(JournalRecordError) -> Value {
        guard let value = Value(rawValue: try byte()) else { throw failure(.invalidField(field)) }
        return value
    }

    mutating func bytes(_ count: Int) throws(JournalRecordError) -> [UInt8] {
        guard bytes.count - offset >= count else { throw failure(.truncated) }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    mutating func camera() throws(JournalRecordError) -> CameraID {
        guard let camera = CameraID(try shortText("camera")) else { throw failure(.invalidField("camera")) }
        return camera
    }

    mutating func shortText(_ field: String) throws(JournalRecordError) -> String {
        try text(field, byteCount: Int(try byte()), limit: shortTextByteLimit)
    }

    mutating func detail() throws(JournalRecordError) -> String {
        let byteCount: UInt16 = try integer()
        return try text("detail", byteCount: Int(byteCount), limit: detailByteLimit)
    }

    private mutating func text(
        _ field: String, byteCount: Int, limit: Int
    ) throws(JournalRecordError) -> String {
        guard byteCount <= limit else { throw failure(.invalidField(field)) }
        guard bytes.count - offset >= byteCount else { throw failure(.truncated) }
        let part = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + byteCount])
        // PostgreSQL text holds every character but NUL.
        guard !part.contains(0), let text = String(validating: part, as: UTF8.self) else {
            throw failure(.invalidField(field))
        }
        offset += byteCount
        return text
    }
}
