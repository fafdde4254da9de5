/// One line of CSV (RFC 4180, UTF-8, comma).
enum CSVLine {
    static func text(_ fields: [String?]) -> String {
        fields.map { quoted($0 ?? "") }.joined(separator: ",") + "\r\n"
    }

    private static func quoted(_ field: String) -> String {
        let needsQuotes = field.utf8.contains { $0 == 34 || $0 == 44 || $0 == 10 || $0 == 13 }
        guard needsQuotes || field.first == " " || field.last == " " else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
