internal import MKDSCore

/// People in charge read from CSV and checked as far as that goes without a database.
struct OfficialDocument: Sendable {
    struct Row: Sendable {
        var line: Int
        var official: Official
        /// Code of the town; nil when the file does not say.
        var obec: String?
    }

    static let required = ["role", "body", "person", "kind", "code", "valid_from"]
    static let optional = ["phone", "valid_to", "obec"]

    private(set) var rows: [Row] = []
    private(set) var problems = RegisterProblems(item: .line)

    /// - Throws: ``RegisterError`` with every problem found when one is an error.
    init(parsing document: [UInt8]) throws(RegisterError) {
        let table = try RegisterCSV(parsing: document)
        try table.check(required: Self.required, optional: Self.optional)
        for record in table.records {
            let pairs = zip(table.columns, record.fields.map(trimmed(_:))).filter { !$0.1.isEmpty }
            read(record.line, Dictionary(uniqueKeysWithValues: pairs))
        }
        if rows.isEmpty, !problems.hasErrors {
            throw RegisterError(.invalidDocument, "the file names nobody", cs: "soubor nikoho neuvádí")
        }
        checkTerms()
        try problems.check()
    }

    private mutating func read(_ line: Int, _ texts: [String: String]) {
        let before = problems.errorCount
        let person = text("person", line, texts)
        let body = text("body", line, texts)
        let code = text("code", line, texts)
        let role = word("role", OfficialRole.self, line, texts)
        let kind = word("kind", AreaKind.self, line, texts)
        if texts["valid_from"] == nil { fail(line, texts, "valid_from", "is missing", "chybí") }
        let from = time("valid_from", line, texts)
        let to = time("valid_to", line, texts)
        if let from, let to, to <= from {
            fail(line, texts, "valid_to", "is not after valid_from", "není po valid_from")
        }
        if let phone = texts["phone"], phone.count > 50 {
            fail(line, texts, "phone", "is longer than 50 characters", "je delší než 50 znaků")
        }
        if role == .okrskar, let kind, kind == .obec {
            fail(line, texts, "kind", "an okrskar belongs to an okrsek or obvod", "okrskář patří k okrsku nebo obvodu")
        }
        guard problems.errorCount == before, let person, let body, let code, let role, let kind, let from else {
            return
        }
        let official = Official(
            role: role, body: body, person: person, phone: texts["phone"], kind: kind, code: code, validFrom: from,
            validTo: to)
        rows.append(Row(line: line, official: official, obec: texts["obec"]))
    }

    private mutating func fail(
        _ line: Int, _ texts: [String: String], _ field: String, _ message: String, _ messageCs: String
    ) {
        problems.error(line, name: texts["person"], field: field, message, cs: messageCs)
    }

    private mutating func text(_ field: String, _ line: Int, _ texts: [String: String]) -> String? {
        guard let text = texts[field] else {
            fail(line, texts, field, "is missing", "chybí")
            return nil
        }
        let limit = field == "code" ? 64 : 200
        guard text.unicodeScalars.count <= limit else {
            fail(line, texts, field, "is longer than \(limit) characters", "je delší než \(limit) znaků")
            return nil
        }
        return text
    }

    private mutating func word<Word: RawRepresentable<String> & CaseIterable>(
        _ field: String, _ type: Word.Type, _ line: Int, _ texts: [String: String]
    ) -> Word? {
        guard let text = texts[field] else {
            fail(line, texts, field, "is missing", "chybí")
            return nil
        }
        if let word = Word(rawValue: text.lowercased()) { return word }
        let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
        fail(
            line, texts, field, "\(quotable(text)) is not known; one of \(known)",
            "\(quotable(text)) není známo; jedna z hodnot \(known)")
        return nil
    }

    private mutating func time(_ field: String, _ line: Int, _ texts: [String: String]) -> UTCTime? {
        guard let text = texts[field] else { return nil }
        if let time = OfficialDate.time(text) { return time }
        fail(
            line, texts, field, "\(quotable(text)) is no date; write 2026-01-31",
            "\(quotable(text)) není datum; napište 2026-01-31")
        return nil
    }

    /// One person in one office for one area has terms that do not overlap.
    private mutating func checkTerms() {
        var termsByOffice: [[String]: [Row]] = [:]
        for row in rows {
            let earlier = termsByOffice[row.office, default: []]
            if let other = earlier.first(where: row.overlaps) {
                problems.error(
                    row.line, name: row.official.person, field: "valid_from",
                    "the term overlaps that of the same person in line \(other.line)",
                    cs: "období se překrývá s obdobím téže osoby na řádku \(other.line)")
            }
            termsByOffice[row.office] = earlier + [row]
        }
    }
}

extension OfficialDocument.Row {
    /// What must not be held twice at one time by the same person.
    fileprivate var office: [String] {
        [official.role.rawValue, official.body, official.person, official.kind.rawValue, official.code, obec ?? ""]
    }

    fileprivate func overlaps(_ other: Self) -> Bool {
        let (first, second) = (official, other.official)
        return (second.validTo.map { first.validFrom < $0 } ?? true)
            && (first.validTo.map { second.validFrom < $0 } ?? true)
    }
}
