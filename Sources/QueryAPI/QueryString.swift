/// One `name=value` of a URL's query.
package struct QueryItem: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// The query part of a URL, both ways. A `+` is a plus, not a space, so that `from=2026-11-21T10:00:00+01:00` works.
package enum QueryString {
    /// More bytes or more items than this are refused.
    package static let byteLimit = 8192
    package static let itemLimit = 64

    /// Reads `a=b&c=d`.
    /// - Throws: ``Problem`` of kind `bad-request` for a broken percent escape, bytes that are not UTF-8, or too much.
    package static func parse(_ text: some StringProtocol) throws(Problem) -> [QueryItem] {
        guard text.utf8.count <= byteLimit else {
            throw unreadable("it is longer than \(byteLimit) bytes", "je delší než \(byteLimit) bajtů")
        }
        let parts = text.utf8.split(separator: UInt8(ascii: "&"))
        guard parts.count <= itemLimit else {
            throw unreadable("it has more than \(itemLimit) parameters", "má více než \(itemLimit) parametrů")
        }
        var items: [QueryItem] = []
        for part in parts {
            let pair = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(pair[0]), let value = decoded(pair.count > 1 ? pair[1] : pair[0].prefix(0)) else {
                throw unreadable("a percent escape in it is broken", "je v ní chybná sekvence s procentem")
            }
            items.append(QueryItem(name, value))
        }
        return items
    }

    /// Writes `a=b&c=d`, everything but letters, digits and `-._~:,` escaped.
    package static func text(_ items: [QueryItem]) -> String {
        items.map { "\(escaped($0.name))=\(escaped($0.value))" }.joined(separator: "&")
    }

    private static func unreadable(_ reason: String, _ reasonCS: String) -> Problem {
        Problem(
            .badRequest, detail: "The query part of the address cannot be read: \(reason).",
            detailCS: "Část adresy za otazníkem nelze přečíst: \(reasonCS).")
    }

    private static func decoded(_ bytes: some Collection<UInt8>) -> String? {
        var result: [UInt8] = []
        var rest = bytes.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
            result.append(high << 4 | low)
        }
        return String(validating: result, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
                UInt8(ascii: ":"), UInt8(ascii: ","):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "%" + Hexadecimal.text([byte]).uppercased()
            }
        }
        return result
    }
}
