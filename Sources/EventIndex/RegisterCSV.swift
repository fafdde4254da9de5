internal import MKDSCore

/// A table read from CSV (RFC 4180): a header line, then records.
///
/// Comma or semicolon separates, as the header shows (Czech Excel writes semicolons); a UTF-8 byte order mark, CR LF and
/// LF are all accepted. Empty lines and lines that begin with `#` are skipped.
struct RegisterCSV: Sendable {
    struct Record: Sendable {
        /// Number of the record's first line in the file, the header being line 1 when nothing stands before it.
        var line: Int
        var fields: [String]
    }

    static let byteLimit = 8 << 20
    static let recordLimit = 20_000
    static let fieldByteLimit = 64 << 10
    static let columnLimit = 64

    /// Names of the columns, lower case, trimmed.
    private(set) var columns: [String] = []
    private var headerLine = 1
    private(set) var records: [Record] = []

    /// - Throws: ``RegisterError`` naming the line, when the bytes are no such table.
    init(parsing document: [UInt8]) throws(RegisterError) {
        guard document.count <= Self.byteLimit else {
            let size = "\(Self.byteLimit >> 20) MiB"
            throw RegisterError(.tooLarge, "the file is larger than \(size)", cs: "soubor je větší než \(size)")
        }
        try Self.checkEncoding(document)
        var scanner = Scanner(bytes: document)
        guard let header = try scanner.record() else {
            throw RegisterError(.invalidDocument, "the file is empty", cs: "soubor je prázdný")
        }
        headerLine = header.line
        columns = header.fields.map { trimmed($0).lowercased() }
        if columns.count == 1, columns[0].contains("\t") {
            throw Self.failure(
                header.line, "columns are separated by tabs; use commas or semicolons",
                cs: "sloupce jsou odděleny tabulátory; použijte čárky nebo středníky")
        }
        while let record = try scanner.record() {
            // What a spreadsheet writes for a row that was once used.
            guard !record.fields.allSatisfy({ trimmed($0).isEmpty }) else { continue }
            guard records.count < Self.recordLimit else {
                throw RegisterError(
                    .tooLarge, "more than \(Self.recordLimit) records", cs: "více než \(Self.recordLimit) záznamů")
            }
            guard record.fields.count == columns.count else {
                throw Self.failure(
                    record.line, "has \(record.fields.count) fields, the header has \(columns.count)",
                    cs: "má \(record.fields.count) polí, záhlaví má \(columns.count)")
            }
            records.append(record)
        }
    }

    /// Checks the header against the columns a document may have.
    func check(required: [String], optional: [String]) throws(RegisterError) {
        var problems = RegisterProblems(item: .line)
        let known = required + optional
        for (index, column) in columns.enumerated() {
            if columns[..<index].contains(column) {
                problems.error(
                    headerLine, field: column, "the column is there twice", cs: "sloupec je v záhlaví dvakrát")
            } else if !known.contains(column) {
                problems.error(
                    headerLine, field: String(column.prefix(60)),
                    "unknown column; known are \(known.joined(separator: ", "))",
                    cs: "neznámý sloupec; známé jsou \(known.joined(separator: ", "))")
            }
        }
        for column in required where !columns.contains(column) {
            problems.error(headerLine, field: column, "the column is missing", cs: "sloupec chybí")
        }
        try problems.check()
    }

    private static func checkEncoding(_ document: [UInt8]) throws(RegisterError) {
        if document.starts(with: [0xFF, 0xFE]) || document.starts(with: [0xFE, 0xFF]) || document.contains(0) {
            throw RegisterError(
                .invalidDocument, "the file is UTF-16 or binary; save it as CSV UTF-8",
                cs: "soubor je v UTF-16 nebo binární; uložte jej jako CSV UTF-8")
        }
        guard String(validating: document, as: UTF8.self) == nil else { return }
        // Find the line, so that a person can see which letters are meant.
        var line = 1
        for slice in document.split(separator: 10, omittingEmptySubsequences: false) {
            if String(validating: slice, as: UTF8.self) == nil { break }
            line += 1
        }
        throw failure(
            line, "text is not UTF-8, most likely windows-1250; save the file as \"CSV UTF-8\"",
            cs: "text není v UTF-8, nejspíše windows-1250; uložte soubor jako „CSV UTF-8 (s oddělovači)“")
    }

    static func failure(_ line: Int, _ message: String, cs messageCs: String) -> RegisterError {
        var problems = RegisterProblems(item: .line)
        problems.error(line, message, cs: messageCs)
        return RegisterError(.invalidDocument, problems: problems.errors)
    }
}

extension RegisterCSV {
    private struct Scanner {
        let bytes: [UInt8]
        var position: Int
        var line = 1
        /// Known after the header.
        var separator: UInt8?

        init(bytes: [UInt8]) {
            self.bytes = bytes
            position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        }

        /// The next record that is neither empty nor a comment; nil at the end.
        mutating func record() throws(RegisterError) -> Record? {
            while position < bytes.count {
                let end = bytes[position...].firstIndex(of: 10) ?? bytes.count
                let text = bytes[position..<end]
                guard text.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) || text.first == UInt8(ascii: "#") else {
                    break
                }
                position = min(end + 1, bytes.count)
                line += 1
            }
            guard position < bytes.count else { return nil }
            let separator = self.separator ?? headerSeparator()
            self.separator = separator
            var record = Record(line: line, fields: [])
            while true {
                record.fields.append(try field(until: separator, line: record.line))
                guard record.fields.count <= columnLimit else {
                    throw failure(record.line, "too many fields", cs: "příliš mnoho polí")
                }
                guard position < bytes.count, bytes[position] == separator else { break }
                position += 1
            }
            if position < bytes.count, bytes[position] == 13 { position += 1 }
            if position < bytes.count, bytes[position] == 10 { position += 1 }
            line += 1
            return record
        }

        /// Semicolon when the header holds more of them than commas.
        private func headerSeparator() -> UInt8 {
            let header = bytes[position...].prefix { $0 != 10 }
            let semicolons = header.count { $0 == UInt8(ascii: ";") }
            return semicolons > header.count { $0 == UInt8(ascii: ",") } ? UInt8(ascii: ";") : UInt8(ascii: ",")
        }

        private mutating func field(until separator: UInt8, line recordLine: Int) throws(RegisterError) -> String {
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                let start = position
                while position < bytes.count, bytes[position] != separator, bytes[position] != 10, bytes[position] != 13
                {
                    if bytes[position] == UInt8(ascii: "\"") {
                        throw failure(
                            line, "a quote inside a field without quotes",
                            cs: "uvozovka uvnitř pole, které není v uvozovkách")
                    }
                    position += 1
                }
                return try text(bytes[start..<position], recordLine)
            }
            return try quoted(until: separator, line: recordLine)
        }

        private mutating func quoted(until separator: UInt8, line recordLine: Int) throws(RegisterError) -> String {
            position += 1
            var content: [UInt8] = []
            while true {
                guard position < bytes.count else {
                    throw failure(recordLine, "a quoted field does not end", cs: "pole v uvozovkách nekončí")
                }
                let byte = bytes[position]
                position += 1
                if byte == UInt8(ascii: "\"") {
                    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { break }
                    position += 1
                }
                if byte == 10 { line += 1 }
                content.append(byte)
            }
            if position < bytes.count, bytes[position] != separator, bytes[position] != 10, bytes[position] != 13 {
                throw failure(
                    line, "something follows the closing quote of a field", cs: "za koncovou uvozovkou pole něco je")
            }
            return try text(content[...], recordLine)
        }

        private func text(_ content: ArraySlice<UInt8>, _ line: Int) throws(RegisterError) -> String {
            guard content.count <= fieldByteLimit else {
                throw failure(line, "a field is too long", cs: "pole je příliš dlouhé")
            }
            return String(decoding: content, as: UTF8.self)
        }
    }
}

/// Without spaces, tabs and line ends around it.
func trimmed(_ text: some StringProtocol) -> String {
    let isSpace: (Character) -> Bool = { $0.isWhitespace || $0 == "\u{FEFF}" }
    guard let first = text.firstIndex(where: { !isSpace($0) }), let last = text.lastIndex(where: { !isSpace($0) })
    else {
        return ""
    }
    return String(text[first...last])
}
