internal import CLinux
internal import MKDSCore

/// Framing of journal entries, pure: bytes in, bytes out.
///
/// A file begins with a header: `MKDSJRN1`, u64 file number, 16 bytes spool id, u32 CRC-32C of these. Then come frames:
/// u32 length of the payload, u32 CRC-32C, payload. All numbers are little endian. The checksum covers the number of the
/// file, the offset of the frame, its length and its payload: a frame is valid at its own place only, so blocks of an
/// older file that a crash left behind, or that were written to the wrong place, do not count.
enum JournalFrame {
    static let fileHeaderByteCount = 36
    static let headerByteCount = 8
    /// Longer than any record can be; keeps the search for the next whole frame cheap.
    static let payloadByteLimit = 4096

    private static let magic = Array("MKDSJRN1".utf8)

    // MARK: - File header

    static func fileHeader(number: UInt64, spoolID: UUIDv7) -> [UInt8] {
        var bytes = magic
        append(number, to: &bytes)
        append(spoolID.high.byteSwapped, to: &bytes)
        append(spoolID.low.byteSwapped, to: &bytes)
        append(bytes.withUnsafeBytes { mkds_crc32c(0, $0.baseAddress, $0.count) }, to: &bytes)
        return bytes
    }

    // MARK: - Frames

    /// Appends one record as a frame. `offset` is where in file `number` the frame will begin.
    static func append(_ record: JournalRecord, number: UInt64, offset: UInt64, to bytes: inout [UInt8]) {
        let from = bytes.count
        append(UInt64(0), to: &bytes)
        record.encode(into: &bytes)
        let payloadByteCount = UInt32(bytes.count - from - headerByteCount)
        bytes.withUnsafeMutableBytes { buffer in
            let frame = UnsafeMutableRawBufferPointer(rebasing: buffer[from...])
            let payload = UnsafeRawBufferPointer(rebasing: frame[headerByteCount...])
            let checksum = checksum(of: payload, number: number, offset: offset)
            frame.storeBytes(of: payloadByteCount.littleEndian, as: UInt32.self)
            frame.storeBytes(of: checksum.littleEndian, toByteOffset: 4, as: UInt32.self)
        }
    }

    /// What stands at the beginning of `bytes`, which lie at `offset` of file `number`.
    static func look(at bytes: UnsafeRawBufferPointer, number: UInt64, offset: UInt64) -> Finding {
        guard bytes.count >= headerByteCount else { return .incomplete }
        let length = Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
        guard length > 0, length <= payloadByteLimit else { return .invalid }
        guard bytes.count >= headerByteCount + length else { return .incomplete }
        let payload = UnsafeRawBufferPointer(rebasing: bytes[headerByteCount..<headerByteCount + length])
        let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        guard checksum(of: payload, number: number, offset: offset) == stored else { return .invalid }
        return .whole(payload: payload, byteCount: headerByteCount + length)
    }

    /// The beginning of a stretch of bytes, as a frame.
    enum Finding {
        /// `payload` points into the bytes that were looked at.
        case whole(payload: UnsafeRawBufferPointer, byteCount: Int)
        /// More bytes are needed to tell.
        case incomplete
        case invalid
    }

    /// Where, from `start` on, the next whole frame begins; nil when the bytes hold none.
    ///
    /// No text in a record can pass for a frame: texts hold no NUL, and a valid length always does.
    static func nextWhole(
        in bytes: UnsafeRawBufferPointer, from start: Int, number: UInt64, offset: UInt64
    ) -> Int? {
        guard start >= 0, bytes.count - start > headerByteCount else { return nil }
        for index in start..<bytes.count - headerByteCount {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[index...])
            if case .whole = look(at: rest, number: number, offset: offset + UInt64(index)) { return index }
        }
        return nil
    }

    // MARK: -

    private static func checksum(of payload: UnsafeRawBufferPointer, number: UInt64, offset: UInt64) -> UInt32 {
        let place = (number.littleEndian, offset.littleEndian, UInt64(payload.count).littleEndian)
        let seed = withUnsafeBytes(of: place) { mkds_crc32c(0, $0.baseAddress, $0.count) }
        return mkds_crc32c(seed, payload.baseAddress, payload.count)
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
