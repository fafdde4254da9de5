/// A JSON value of an imported document.
enum RegisterJSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([RegisterJSON])
    /// Of two members with one name the last counts, as in most parsers.
    case object([String: RegisterJSON])

    /// What an imported document may cost: checked while reading, before memory is taken.
    struct Limits: Sendable {
        var byteCount = 32 << 20
        var depth = 32
        var valueCount = 5_000_000
    }

    /// Where and why a document is not JSON or exceeds a limit.
    struct Failure: Error {
        var line: Int
        var column: Int
        var isLimit: Bool
        var message: String
        var messageCs: String
    }

    /// Reads one document (RFC 8259); a UTF-8 byte order mark is skipped.
    init(parsing document: [UInt8], limits: Limits = Limits()) throws(Failure) {
        var parser = Parser(bytes: document, limits: limits)
        self = try parser.document()
    }

    subscript(key: String) -> RegisterJSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// Text of a string, or of a number as people write it: `551422`, not `551422.0`. Nil for anything else.
    var label: String? {
        switch self {
        case .string(let text): text
        case .number(let value): Int64(exactly: value).map(String.init) ?? String(value)
        default: nil
        }
    }

    /// Word for a message.
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension RegisterJSON {
    private struct Parser {
        let bytes: [UInt8]
        let limits: Limits
        var position = 0
        var values = 0

        mutating func document() throws(Failure) -> RegisterJSON {
            guard bytes.count <= limits.byteCount else {
                let size = "\(limits.byteCount >> 20) MiB"
                throw failure("larger than \(size)", cs: "větší než \(size)", limit: true)
            }
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
            let value = try self.value(depth: 0)
            skipSpace()
            guard position == bytes.count else {
                throw failure("something follows the end of the JSON document", cs: "za koncem dokumentu JSON něco je")
            }
            return value
        }

        private mutating func value(depth: Int) throws(Failure) -> RegisterJSON {
            skipSpace()
            values += 1
            guard values <= limits.valueCount else {
                throw failure("too many values", cs: "příliš mnoho hodnot", limit: true)
            }
            guard depth <= limits.depth else {
                throw failure("nested too deeply", cs: "příliš hluboké vnoření", limit: true)
            }
            guard let byte = peek else {
                throw failure("the document ends too early", cs: "dokument končí předčasně")
            }
            switch byte {
            case UInt8(ascii: "{"): return try object(depth: depth)
            case UInt8(ascii: "["): return try array(depth: depth)
            case UInt8(ascii: "\""): return .string(try string())
            case UInt8(ascii: "-"), 48...57: return .number(try number())
            case UInt8(ascii: "t"): return try word("true", .bool(true))
            case UInt8(ascii: "f"): return try word("false", .bool(false))
            case UInt8(ascii: "n"): return try word("null", .null)
            default: throw failure("not JSON here", cs: "zde není JSON")
            }
        }

        private mutating func object(depth: Int) throws(Failure) -> RegisterJSON {
            position += 1
            var members: [String: RegisterJSON] = [:]
            skipSpace()
            if take("}") { return .object(members) }
            while true {
                skipSpace()
                guard peek == UInt8(ascii: "\"") else {
                    throw failure("a member's name in quotes expected", cs: "očekáván název položky v uvozovkách")
                }
                let key = try string()
                skipSpace()
                guard take(":") else { throw failure("\":\" expected", cs: "očekávána „:“") }
                members[key] = try value(depth: depth + 1)
                skipSpace()
                if take("}") { return .object(members) }
                guard take(",") else { throw failure("\",\" or \"}\" expected", cs: "očekávána „,“ nebo „}“") }
            }
        }

        private mutating func array(depth: Int) throws(Failure) -> RegisterJSON {
            position += 1
            var items: [RegisterJSON] = []
            skipSpace()
            if take("]") { return .array(items) }
            while true {
                items.append(try value(depth: depth + 1))
                skipSpace()
                if take("]") { return .array(items) }
                guard take(",") else { throw failure("\",\" or \"]\" expected", cs: "očekávána „,“ nebo „]“") }
            }
        }

        private mutating func string() throws(Failure) -> String {
            position += 1
            let start = position
            while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 32 { position += 1 }
            var text = Array(bytes[start..<position])
            while true {
                guard let byte = peek, byte >= 32 else {
                    throw failure("a string does not end", cs: "textový řetězec nekončí")
                }
                position += 1
                if byte == UInt8(ascii: "\"") { break }
                if byte == UInt8(ascii: "\\") { text += try escape() } else { text.append(byte) }
            }
            guard let result = String(validating: text, as: UTF8.self) else {
                throw failure(
                    "text is not UTF-8 (windows-1250?); save the file as UTF-8",
                    cs: "text není v UTF-8 (windows-1250?); uložte soubor v kódování UTF-8")
            }
            return result
        }

        private mutating func escape() throws(Failure) -> [UInt8] {
            guard let byte = peek else { throw failure("a string does not end", cs: "textový řetězec nekončí") }
            position += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
            case UInt8(ascii: "b"): return [8]
            case UInt8(ascii: "f"): return [12]
            case UInt8(ascii: "n"): return [10]
            case UInt8(ascii: "r"): return [13]
            case UInt8(ascii: "t"): return [9]
            case UInt8(ascii: "u"):
                var code = try hexadecimal()
                if (0xD800..<0xDC00).contains(code), take("\\"), take("u") {
                    let low = try hexadecimal()
                    guard (0xDC00..<0xE000).contains(low) else { throw surrogate() }
                    code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
                }
                guard let scalar = Unicode.Scalar(code) else { throw surrogate() }
                return Array(String(Character(scalar)).utf8)
            default: throw failure("unknown escape in a string", cs: "neznámý zápis za „\\“")
            }
        }

        private func surrogate() -> Failure {
            failure("half of a surrogate pair", cs: "neúplný znak UTF-16")
        }

        private mutating func hexadecimal() throws(Failure) -> UInt32 {
            guard position + 4 <= bytes.count,
                let code = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
            else { throw failure("four hexadecimal digits expected", cs: "očekávány čtyři šestnáctkové číslice") }
            position += 4
            return code
        }

        private mutating func number() throws(Failure) -> Double {
            let start = position
            _ = take("-")
            var mantissa: UInt64 = 0
            var digits = 0
            var scale = 0
            var exact = true
            while let byte = peek, (48...57).contains(byte) || byte == UInt8(ascii: ".") && scale == 0 {
                position += 1
                if byte == UInt8(ascii: ".") {
                    scale = 1
                } else {
                    digits += 1
                    mantissa = mantissa &* 10 &+ UInt64(byte - 48)
                    if scale > 0 { scale += 1 }
                }
            }
            if let byte = peek, byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
                exact = false
                position += 1
                if !take("-") { _ = take("+") }
                while let byte = peek, (48...57).contains(byte) { position += 1 }
            }
            let decimals = max(0, scale - 1)
            // Both operands are exact as Double up to 2⁵³ and 10²²: one division rounds once, as strtod does.
            if exact, (1...15).contains(digits), decimals <= 15 {
                let magnitude = Double(mantissa) / Self.powersOfTen[decimals]
                return bytes[start] == UInt8(ascii: "-") ? -magnitude : magnitude
            }
            guard digits > 0, let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
                throw failure("not a number", cs: "není číslo")
            }
            return value
        }

        private static let powersOfTen: [Double] = [
            1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
        ]

        private mutating func word(_ text: StaticString, _ value: RegisterJSON) throws(Failure) -> RegisterJSON {
            let word = text.withUTF8Buffer { Array($0) }
            guard bytes[position...].starts(with: word) else { throw failure("not JSON here", cs: "zde není JSON") }
            position += word.count
            return value
        }

        private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

        private mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard peek == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        private mutating func skipSpace() {
            while let byte = peek, byte == 32 || (9...10).contains(byte) || byte == 13 { position += 1 }
        }

        private func failure(_ message: String, cs messageCs: String, limit: Bool = false) -> Failure {
            let before = bytes[..<min(position, bytes.count)]
            let line = before.count { $0 == 10 } + 1
            let column = before.count - (before.lastIndex(of: 10).map { $0 + 1 } ?? 0) + 1
            return Failure(line: line, column: column, isLimit: limit, message: message, messageCs: messageCs)
        }
    }
}
