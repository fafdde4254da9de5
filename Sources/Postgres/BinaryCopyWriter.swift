/// Encodes rows in PostgreSQL's binary COPY format into a raw buffer.
///
/// Each row is ``beginRow(columns:)`` followed by exactly that many values in the order of the COPY's column list. The
/// buffer grows to the largest piece between two sends and is used again.
package struct BinaryCopyWriter: ~Copyable {
    private var buffer: UnsafeMutableRawBufferPointer
    /// Bytes written since the last ``removeAll()``.
    package private(set) var byteCount = 0

    package init(capacity: Int = 128 * 1024) {
        buffer = .allocate(byteCount: max(64, capacity), alignment: 8)
    }

    deinit { buffer.deallocate() }

    /// The bytes written so far; the pointer is valid within `body` only.
    package borrowing func withBytes<T, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> T) throws(E) -> T {
        try body(UnsafeRawBufferPointer(rebasing: buffer[..<byteCount]))
    }

    package mutating func removeAll() { byteCount = 0 }

    // MARK: - Framing

    /// Signature, flags and an empty extension: what every binary COPY begins with.
    package mutating func header() {
        bytes([0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00])
        store(UInt32(0))
        store(UInt32(0))
    }

    package mutating func trailer() { store(Int16(-1)) }

    package mutating func beginRow(columns: Int) { store(Int16(columns)) }

    // MARK: - Values

    package mutating func null() { store(Int32(-1)) }

    package mutating func bool(_ value: Bool) {
        store(Int32(1))
        store(UInt8(value ? 1 : 0))
    }

    package mutating func int2(_ value: Int16) {
        store(Int32(2))
        store(value)
    }

    package mutating func int4(_ value: Int32) {
        store(Int32(4))
        store(value)
    }

    package mutating func int8(_ value: Int64) {
        store(Int32(8))
        store(value)
    }

    package mutating func float4(_ value: Float) {
        store(Int32(4))
        store(value.bitPattern)
    }

    package mutating func float8(_ value: Double) {
        store(Int32(8))
        store(value.bitPattern)
    }

    package mutating func uuid(high: UInt64, low: UInt64) {
        store(Int32(16))
        store(high)
        store(low)
    }

    /// Days since 1970-01-01.
    package mutating func date(_ days: Int32) { int4(days &- PostgresType.epochDays) }

    /// Microseconds since 1970-01-01T00:00:00Z.
    package mutating func timestamp(_ microseconds: Int64) { int8(microseconds &- PostgresType.epochMicroseconds) }

    package mutating func text(_ value: String) {
        var value = value
        value.withUTF8 { utf8 in
            store(Int32(utf8.count))
            raw(UnsafeRawBufferPointer(utf8))
        }
    }

    /// A `bytea`, or the ready binary form of any other type.
    package mutating func bytea(_ value: [UInt8]) {
        store(Int32(value.count))
        bytes(value)
    }

    /// Fields encoded before, lengths included: what several rows have in common.
    package mutating func fields(_ encoded: [UInt8]) { bytes(encoded) }

    package mutating func int2Array(_ values: [Int16]) {
        array(of: PostgresType.int2, count: values.count, elementByteCount: 2)
        for value in values {
            int2(value)
        }
    }

    package mutating func float4Array(_ values: [Float]) {
        array(of: PostgresType.float4, count: values.count, elementByteCount: 4)
        for value in values {
            float4(value)
        }
    }

    package mutating func int8Array(_ values: [Int64]) {
        array(of: PostgresType.int8, count: values.count, elementByteCount: 8)
        for value in values {
            int8(value)
        }
    }

    /// Length and head of an array (`array_recv`); its elements follow as values.
    private mutating func array(of element: UInt32, count: Int, elementByteCount: Int) {
        let dimensions = count == 0 ? 0 : 1
        store(Int32(12 + dimensions * 8 + count * (4 + elementByteCount)))
        store(Int32(dimensions))
        store(Int32(0))
        store(element)
        guard dimensions == 1 else { return }
        store(Int32(count))
        store(Int32(1))
    }

    // MARK: - Bytes

    private mutating func bytes(_ value: [UInt8]) {
        value.withUnsafeBytes { raw($0) }
    }

    private mutating func raw(_ source: UnsafeRawBufferPointer) {
        reserve(source.count)
        UnsafeMutableRawBufferPointer(rebasing: buffer[byteCount...]).copyMemory(from: source)
        byteCount += source.count
    }

    private mutating func store<T: FixedWidthInteger>(_ value: T) {
        reserve(MemoryLayout<T>.size)
        buffer.storeBytes(of: value.bigEndian, toByteOffset: byteCount, as: T.self)
        byteCount += MemoryLayout<T>.size
    }

    private mutating func reserve(_ count: Int) {
        guard byteCount + count > buffer.count else { return }
        let grown = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(buffer.count * 2, byteCount + count), alignment: 8)
        grown.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<byteCount]))
        buffer.deallocate()
        buffer = grown
    }
}
