import MKDSCore

/// Reads the parameters of one request and gathers every complaint, so that a person mends them all at once.
struct ParameterReader {
    private var values: [String: String] = [:]
    private var problems: [Problem.Item] = []

    /// - Parameters:
    ///   - items: What the request brought.
    ///   - names: The parameters this path knows, in the order a person should read them.
    init(_ items: [QueryItem], known names: [String]) {
        for item in items {
            if !names.contains(item.name) {
                let known = names.isEmpty ? "none" : names.joined(separator: ", ")
                complain(
                    String(item.name.prefix(64)), "unknown parameter; known here: \(known)",
                    "neznámý parametr; zde jsou známy: \(names.isEmpty ? "žádné" : known)")
            } else if values.updateValue(item.value, forKey: item.name) != nil {
                complain(item.name, "given more than once", "uveden vícekrát")
            }
        }
    }

    /// The properties of a JSON object, read like the parameters of an address.
    /// - Throws: ``Problem`` when it is no object.
    init(_ object: JSONValue, known names: [String]) throws(Problem) {
        guard let members = object.object else {
            throw Problem(
                .badParameter, detail: "The body must be a JSON object.", detailCS: "Tělo musí být objekt JSON.")
        }
        let items: [QueryItem] = members.sorted { $0.key < $1.key }.compactMap { name, value in
            switch value {
            case .null: nil
            case .string(let text): QueryItem(name, text)
            case .number(let number): QueryItem(name, "\(number)")
            default: QueryItem(name, "?")
            }
        }
        self.init(items, known: names)
    }

    mutating func complain(_ field: String, _ message: String, _ messageCS: String) {
        problems.append(Problem.Item(parameter: field, message: message, messageCS: messageCS))
    }

    /// The value as `parse` reads it; nil when it is absent or cannot be read, which is a complaint.
    mutating func take<Value>(
        _ name: String, _ expected: String, _ expectedCS: String, _ parse: (String) -> Value?
    ) -> Value? {
        guard let text = values[name] else { return nil }
        guard let value = parse(text) else {
            let shown = text.unicodeScalars.prefix(80).filter { $0.value >= 32 && $0.value != 127 }
            let quoted = String(String.UnicodeScalarView(shown))
            complain(name, "“\(quoted)” is not \(expected)", "„\(quoted)“ není \(expectedCS)")
            return nil
        }
        return value
    }

    /// A comma-separated list without repetition; empty when absent.
    mutating func takeList<Value: Hashable>(
        _ name: String, limit: Int, _ expected: String, _ expectedCS: String, _ parse: (String) -> Value?
    ) -> [Value] {
        take(
            name, "a list of at most \(limit), each \(expected)",
            "seznam nejvýše \(limit) položek (každá: \(expectedCS))"
        ) {
            text in
            let parts = text.split(separator: ",", maxSplits: limit, omittingEmptySubsequences: false)
            let values = parts.compactMap { parse(String($0)) }
            return values.count == parts.count && parts.count <= limit && Set(values).count == parts.count
                ? values : nil
        } ?? []
    }

    mutating func takeFlag(_ name: String, default absent: Bool = false) -> Bool {
        take(name, "true or false", "true ani false") { Bool($0) } ?? absent
    }

    mutating func takeTime(_ name: String) -> UTCTime? {
        take(
            name, "a time like 2026-11-21T08:00:00Z or a date like 2026-11-21",
            "čas jako 2026-11-21T08:00:00Z ani datum jako 2026-11-21"
        ) { UTCTime($0) }
    }

    mutating func takeText(_ name: String, limit: Int) -> String? {
        take(name, "1 to \(limit) printable characters", "1 až \(limit) tisknutelných znaků") { text in
            let printable = text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
            return (1...limit).contains(text.count) && text.utf8.count <= 4 * limit && printable ? text : nil
        }
    }

    mutating func takeNumber<Number: Comparable & LosslessStringConvertible>(
        _ name: String, _ range: ClosedRange<Number>
    ) -> Number? {
        take(
            name, "a number from \(range.lowerBound) to \(range.upperBound)",
            "číslo od \(range.lowerBound) do \(range.upperBound)"
        ) { text in Number(text).flatMap { range.contains($0) ? $0 : nil } }
    }

    mutating func require(_ name: String) {
        if values[name] == nil { complain(name, "missing", "chybí") }
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    /// Ends the reading.
    /// - Throws: ``Problem`` of kind `bad-parameter` with every complaint.
    func finish() throws(Problem) {
        guard !problems.isEmpty else { return }
        let told = problems.map { "\($0.field ?? ""): \($0.message)" }.joined(separator: "; ")
        let toldCS = problems.map { "\($0.field ?? ""): \($0.messageCS)" }.joined(separator: "; ")
        throw Problem(.badParameter, detail: told + ".", detailCS: toldCS + ".", problems: problems)
    }
}
