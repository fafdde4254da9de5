/// A parameter of a statement with its PostgreSQL type; it is always bound, never pasted into SQL.
package enum PostgresValue: Hashable, Sendable {
    /// NULL of a type the server infers.
    case null
    case bool(Bool)
    case int2(Int16)
    case int4(Int32)
    case int8(Int64)
    case float4(Float)
    case float8(Double)
    case text(String)
    /// Text whose type the server infers from its place (jsonb, geometry from WKT, name …).
    case untyped(String)
    case bytes([UInt8])
    case uuid(high: UInt64, low: UInt64)
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64)
    /// Days since 1970-01-01.
    case dateArray([Int32])
    case int2Array([Int16])
    case int8Array([Int64])
    case textArray([String])

    /// The value, or NULL when there is none.
    package static func optional<T>(_ value: T?, _ make: (T) -> PostgresValue) -> PostgresValue {
        value.map(make) ?? .null
    }
}

extension PostgresValue {
    /// Object id of the type, 0 where the server shall infer it.
    var oid: UInt32 {
        switch self {
        case .null, .untyped: 0
        case .bool: PostgresType.bool
        case .int2: PostgresType.int2
        case .int4: PostgresType.int4
        case .int8: PostgresType.int8
        case .float4: PostgresType.float4
        case .float8: PostgresType.float8
        case .text: PostgresType.text
        case .bytes: PostgresType.bytea
        case .uuid: PostgresType.uuid
        case .date: PostgresType.date
        case .timestamp: PostgresType.timestamptz
        case .dateArray: PostgresType.dateArray
        case .int2Array: PostgresType.int2Array
        case .int8Array: PostgresType.int8Array
        case .textArray: PostgresType.textArray
        }
    }

    var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// Untyped values travel as text, all others in binary.
    var isText: Bool {
        if case .untyped = self { true } else { false }
    }

    /// The bytes of the value in the format ``isText`` names; text ends with a zero byte as libpq wants it.
    var encoded: [UInt8] {
        switch self {
        case .null: []
        case .bool(let value): [value ? 1 : 0]
        case .int2(let value): Self.bigEndian(value)
        case .int4(let value): Self.bigEndian(value)
        case .int8(let value): Self.bigEndian(value)
        case .float4(let value): Self.bigEndian(value.bitPattern)
        case .float8(let value): Self.bigEndian(value.bitPattern)
        case .text(let value): Array(value.utf8)
        case .untyped(let value): Array(value.utf8) + [0]
        case .bytes(let value): value
        case .uuid(let high, let low): Self.bigEndian(high) + Self.bigEndian(low)
        case .date(let days): Self.bigEndian(days &- PostgresType.epochDays)
        case .timestamp(let microseconds): Self.bigEndian(microseconds &- PostgresType.epochMicroseconds)
        case .dateArray(let days):
            Self.array(of: PostgresType.date, days.map { Self.bigEndian($0 &- PostgresType.epochDays) })
        case .int2Array(let values): Self.array(of: PostgresType.int2, values.map(Self.bigEndian))
        case .int8Array(let values): Self.array(of: PostgresType.int8, values.map(Self.bigEndian))
        case .textArray(let values): Self.array(of: PostgresType.text, values.map { Array($0.utf8) })
        }
    }

    private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    /// `array_recv`: dimensions, null flag, element type, then length and lower bound of the only dimension.
    private static func array(of element: UInt32, _ items: [[UInt8]]) -> [UInt8] {
        guard !items.isEmpty else { return bigEndian(Int32(0)) + bigEndian(Int32(0)) + bigEndian(element) }
        var bytes = bigEndian(Int32(1)) + bigEndian(Int32(0)) + bigEndian(element)
        bytes += bigEndian(Int32(items.count)) + bigEndian(Int32(1))
        for item in items {
            bytes += bigEndian(Int32(item.count)) + item
        }
        return bytes
    }
}

/// Object ids of the types we speak (`pg_type.dat` of PostgreSQL), and PostgreSQL's epoch, 2000-01-01.
enum PostgresType {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let int2Array: UInt32 = 1005
    static let textArray: UInt32 = 1009
    static let int8Array: UInt32 = 1016
    static let date: UInt32 = 1082
    static let dateArray: UInt32 = 1182
    static let timestamptz: UInt32 = 1184
    static let uuid: UInt32 = 2950
    static let jsonb: UInt32 = 3802

    static let epochDays: Int32 = 10_957
    static let epochMicroseconds: Int64 = 946_684_800_000_000
}
