internal import CLibpq

/// The rows of one answer, copied out of libpq: values in binary, one buffer for all.
package struct PostgresRows: Sendable {
    /// Start and length of one value in ``bytes``; length −1 is NULL.
    private struct Slot: Sendable {
        var start: Int
        var length: Int
    }

    /// What all rows share.
    fileprivate final class Storage: Sendable {
        let names: [String: Int]
        let types: [UInt32]
        let bytes: [UInt8]
        private let slots: [Slot]

        init(_ result: OpaquePointer) {
            let columns = Int(PQnfields(result))
            let rows = Int(PQntuples(result))
            var names: [String: Int] = [:]
            var types: [UInt32] = []
            for column in 0..<columns {
                names[String(cString: PQfname(result, Int32(column)))] = column
                types.append(PQftype(result, Int32(column)))
            }
            var slots: [Slot] = []
            slots.reserveCapacity(rows * columns)
            var bytes: [UInt8] = []
            for row in 0..<Int32(rows) {
                for column in 0..<Int32(columns) {
                    guard PQgetisnull(result, row, column) == 0, let value = PQgetvalue(result, row, column) else {
                        slots.append(Slot(start: 0, length: -1))
                        continue
                    }
                    let length = Int(PQgetlength(result, row, column))
                    slots.append(Slot(start: bytes.count, length: length))
                    bytes.append(contentsOf: UnsafeRawBufferPointer(start: value, count: length))
                }
            }
            self.names = names
            self.types = types
            self.bytes = bytes
            self.slots = slots
        }

        func range(row: Int, column: Int) -> Range<Int>? {
            let slot = slots[row * types.count + column]
            return slot.length < 0 ? nil : slot.start..<slot.start + slot.length
        }
    }

    private let storage: Storage
    /// Rows the statement returned.
    package let count: Int
    /// Rows an INSERT, UPDATE, DELETE or COPY touched; 0 for others.
    package let affected: Int

    init(copying result: OpaquePointer) {
        storage = Storage(result)
        count = Int(PQntuples(result))
        affected = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    }
}

extension PostgresRows: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { count }
    package subscript(index: Int) -> PostgresRow {
        precondition((0..<count).contains(index), "row outside the answer")
        return PostgresRow(storage: storage, row: index)
    }
}

/// One row of an answer. Columns are read by name; each reader checks that the column has the type it reads.
package struct PostgresRow: Sendable {
    fileprivate let storage: PostgresRows.Storage
    fileprivate let row: Int

    /// - Throws: `protocolBreach` when the column does not exist, is NULL or has another type; so do all readers below.
    package func bool(_ column: String) throws(PostgresError) -> Bool { try some(column, optionalBool(column)) }

    package func optionalBool(_ column: String) throws(PostgresError) -> Bool? {
        try read(column, [PostgresType.bool]) { bytes, _ in bytes.first.map { $0 != 0 } }
    }

    /// Reads `smallint`, `integer` and `bigint` alike.
    package func int(_ column: String) throws(PostgresError) -> Int64 { try some(column, optionalInt(column)) }

    package func optionalInt(_ column: String) throws(PostgresError) -> Int64? {
        try read(column, [PostgresType.int2, PostgresType.int4, PostgresType.int8]) { bytes, _ in
            switch bytes.count {
            case 2: Int64(Int16(truncatingIfNeeded: bytes.bigEndian()))
            case 4: Int64(Int32(truncatingIfNeeded: bytes.bigEndian()))
            case 8: Int64(bitPattern: bytes.bigEndian())
            default: nil
            }
        }
    }

    /// Reads `real` and `double precision`.
    package func double(_ column: String) throws(PostgresError) -> Double { try some(column, optionalDouble(column)) }

    package func optionalDouble(_ column: String) throws(PostgresError) -> Double? {
        try read(column, [PostgresType.float4, PostgresType.float8]) { bytes, _ in
            switch bytes.count {
            case 4: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bytes.bigEndian())))
            case 8: Double(bitPattern: bytes.bigEndian())
            default: nil
            }
        }
    }

    /// Reads any type whose binary form is its text (`text`, `varchar`, `name`, `json`, enums) and `jsonb`.
    package func text(_ column: String) throws(PostgresError) -> String { try some(column, optionalText(column)) }

    package func optionalText(_ column: String) throws(PostgresError) -> String? {
        try read(column, nil) { bytes, type in
            // jsonb travels as a version byte and the text.
            let text = type == PostgresType.jsonb ? bytes.dropFirst() : bytes
            return String(validating: text, as: UTF8.self)
        }
    }

    package func bytes(_ column: String) throws(PostgresError) -> [UInt8] { try some(column, optionalBytes(column)) }

    package func optionalBytes(_ column: String) throws(PostgresError) -> [UInt8]? {
        try read(column, nil) { bytes, _ in Array(bytes) }
    }

    package func uuid(_ column: String) throws(PostgresError) -> (high: UInt64, low: UInt64) {
        let halves: [UInt64]? = try read(column, [PostgresType.uuid]) { bytes, _ in
            bytes.count == 16 ? [bytes.prefix(8).bigEndian(), bytes.suffix(8).bigEndian()] : nil
        }
        let pair = try some(column, halves)
        return (pair[0], pair[1])
    }

    /// Microseconds since 1970-01-01T00:00:00Z of a `timestamptz`.
    package func timestamp(_ column: String) throws(PostgresError) -> Int64 {
        try some(column, optionalTimestamp(column))
    }

    /// Infinity is clamped to the ends of `Int64`.
    package func optionalTimestamp(_ column: String) throws(PostgresError) -> Int64? {
        try read(column, [PostgresType.timestamptz]) { bytes, _ in
            guard bytes.count == 8 else { return nil }
            let value = Int64(bitPattern: bytes.bigEndian())
            let (sum, overflow) = value.addingReportingOverflow(PostgresType.epochMicroseconds)
            return value == .min || overflow ? value : sum
        }
    }

    /// Days since 1970-01-01.
    package func date(_ column: String) throws(PostgresError) -> Int32 {
        try some(column, optionalDate(column))
    }

    package func optionalDate(_ column: String) throws(PostgresError) -> Int32? {
        try read(column, [PostgresType.date]) { bytes, _ in
            bytes.count == 4
                ? Int32(truncatingIfNeeded: bytes.bigEndian()).addingReportingOverflow(PostgresType.epochDays)
                    .partialValue
                : nil
        }
    }

    /// Reads `bigint[]` without NULLs.
    package func intArray(_ column: String) throws(PostgresError) -> [Int64] {
        try some(
            column,
            read(column, [PostgresType.int8Array]) { bytes, _ in
                bytes.arrayItems?.map { Int64(bitPattern: $0.bigEndian()) }
            })
    }

    /// Reads `text[]` without NULLs.
    package func textArray(_ column: String) throws(PostgresError) -> [String] {
        try some(
            column,
            read(column, [PostgresType.textArray]) { bytes, _ in
                bytes.arrayItems?.map { String(decoding: $0, as: UTF8.self) }
            })
    }

    package func isNull(_ column: String) throws(PostgresError) -> Bool {
        storage.range(row: row, column: try index(column)) == nil
    }

    // MARK: - Reading

    private func index(_ column: String) throws(PostgresError) -> Int {
        guard let index = storage.names[column] else {
            throw PostgresError(.protocolBreach, "the answer has no column \(column)")
        }
        return index
    }

    private func some<T>(_ column: String, _ value: T?) throws(PostgresError) -> T {
        guard let value else { throw PostgresError(.protocolBreach, "column \(column) is NULL") }
        return value
    }

    private func read<T>(
        _ column: String, _ accepted: [UInt32]?, _ decode: (ArraySlice<UInt8>, UInt32) -> T?
    ) throws(PostgresError) -> T? {
        let index = try index(column)
        let type = storage.types[index]
        if let accepted, !accepted.contains(type) {
            throw PostgresError(.protocolBreach, "column \(column) is of type \(type), expected \(accepted)")
        }
        guard let range = storage.range(row: row, column: index) else { return nil }
        guard let value = decode(storage.bytes[range], type) else {
            throw PostgresError(.protocolBreach, "column \(column) cannot be read")
        }
        return value
    }
}

extension Collection<UInt8> {
    fileprivate func bigEndian() -> UInt64 {
        reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension ArraySlice<UInt8> {
    /// Elements of an array of one dimension in its binary form; nil when it has more, or a NULL inside.
    fileprivate var arrayItems: [ArraySlice<UInt8>]? {
        guard count >= 12 else { return nil }
        let dimensions = prefix(4).bigEndian()
        if dimensions == 0 { return [] }
        guard dimensions == 1, count >= 20 else { return nil }
        let number = dropFirst(12).prefix(4).bigEndian()
        var rest = dropFirst(20)
        var items: [ArraySlice<UInt8>] = []
        for _ in 0..<number {
            guard rest.count >= 4 else { return nil }
            let length = Int(Int32(truncatingIfNeeded: rest.prefix(4).bigEndian()))
            rest = rest.dropFirst(4)
            guard length >= 0, rest.count >= length else { return nil }
            items.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return items
    }
}
