internal import QueryAPI

/// One line of CSV (RFC 4180, UTF-8, comma).
enum CSVLine {
    static func text(_ fields: [String?]) -> String {
        fields.map { cell($0 ?? "") }.joined(separator: ",") + "\r\n"
    }

    /// Texts may be foreign: no spreadsheet is to take one for a formula. A signed number or a phone number is none.
    private static func cell(_ field: String) -> String {
        let isNumber =
            (field.hasPrefix("-") || field.hasPrefix("+"))
            && field.dropFirst().utf8.allSatisfy { (48...57).contains($0) || $0 == 32 || $0 == 46 }
        return isNumber ? field : EventTable.text(field)
    }
}
