internal import MKDSCore
internal import Postgres

/// One import of people in charge, within one transaction.
struct OfficialImport {
    private let options: OfficialImportOptions
    private let rows: [OfficialDocument.Row]
    private var problems: RegisterProblems

    /// - Throws: ``RegisterError`` with every problem found when one is an error.
    init(_ document: [UInt8], _ options: OfficialImportOptions) throws(RegisterError) {
        self.options = options
        let parsed = try OfficialDocument(parsing: document)
        rows = parsed.rows
        problems = parsed.problems
    }

    /// Does it all; the caller commits, or rolls back a dry run.
    mutating func run(_ connection: isolated PostgresConnection) throws -> OfficialImportReport {
        var report = OfficialImportReport(source: options.sourceName, dryRun: options.dryRun)
        var kept: [Int64] = []
        for row in rows {
            guard let obec = try town(row, connection) else { continue }
            let stored = try connection.query(
                """
                SELECT id, phone, valid_to FROM mkds.official
                WHERE role = $1 AND body = normalize($2, NFC) AND person = normalize($3, NFC) AND kind = $4 AND code = $5
                    AND obec = $6 AND valid_from = $7 AND (valid_to IS NULL OR valid_to > valid_from)
                """, key(row, obec))
            guard let found = stored.first else {
                if let id = try insert(row, obec, connection) { kept.append(id) }
                report.added += 1
                continue
            }
            let id = try found.int("id")
            kept.append(id)
            let end = row.official.validTo?.microseconds
            guard try found.optionalText("phone") != row.official.phone || found.optionalTimestamp("valid_to") != end
            else {
                report.unchanged += 1
                continue
            }
            report.changed += 1
            try update(row, id, connection)
        }
        try problems.check(.conflict)
        if options.replace { report.ended = try endOthers(kept, connection) }
        try warnOfDoubles(kept, connection)
        report.warnings = problems.listedWarnings
        if report.added + report.changed + report.ended > 0 {
            try connection.query("SELECT pg_notify('mkds_register', 'officials')")
        }
        return report
    }

    /// The town of a row's area: as the file says, else that of the only area of this kind and code.
    private mutating func town(
        _ row: OfficialDocument.Row, _ connection: isolated PostgresConnection
    ) throws -> String? {
        let official = row.official
        let found = try connection.query(
            """
            SELECT DISTINCT obec FROM mkds.area
            WHERE CASE WHEN $1 = 'obec' THEN obec = $2 ELSE kind = $1 AND code = $2 END
                AND ($3::text IS NULL OR obec = $3)
            ORDER BY obec DESC LIMIT 10
            """, [.text(official.kind.rawValue), .text(official.code), .optional(row.obec, PostgresValue.text)]
        ).map { row in try row.text("obec") }
        // A map whose town was not known yet counts as one of the town named later.
        let towns = found.count > 1 ? found.filter { !$0.isEmpty } : found
        if towns.count == 1 { return towns[0] }
        if towns.isEmpty {
            problems.error(
                row.line, name: official.person, field: "code",
                "there is no \(official.kind.rawValue) with the code \(quotable(official.code)); import the map first",
                cs: "\(official.kind.rawValue) s kódem \(quotable(official.code)) neexistuje; nejprve importujte mapu")
        } else {
            let list = towns.joined(separator: ", ")
            problems.error(
                row.line, name: official.person, field: "obec",
                "several towns (\(list)) have the code \(quotable(official.code)); name the town",
                cs: "kód \(quotable(official.code)) mají různé obce (\(list)); uveďte obec")
        }
        return nil
    }

    private func key(_ row: OfficialDocument.Row, _ obec: String) -> [PostgresValue] {
        let official = row.official
        return [
            .text(official.role.rawValue), .text(official.body), .text(official.person), .text(official.kind.rawValue),
            .text(official.code), .text(obec), .timestamp(official.validFrom.microseconds),
        ]
    }

    /// Stores a new term; nil, with an error noted, when the index holds another term of the person at that time.
    private mutating func insert(
        _ row: OfficialDocument.Row, _ obec: String, _ connection: isolated PostgresConnection
    ) throws -> Int64? {
        let end = PostgresValue.optional(row.official.validTo?.microseconds, PostgresValue.timestamp)
        let inTheWay = try connection.query(
            """
            SELECT valid_from FROM mkds.official
            WHERE role = $1 AND body = normalize($2, NFC) AND person = normalize($3, NFC) AND kind = $4 AND code = $5
                AND obec = $6 AND tstzrange(valid_from, valid_to) && tstzrange($7, $8)
            """, key(row, obec) + [end])
        if let other = inTheWay.first {
            let start = UTCTime(microseconds: try other.timestamp("valid_from"))
            problems.error(
                row.line, name: row.official.person, field: "valid_from",
                "the index holds a term of the same person from \(start) that overlaps; write that valid_from",
                cs: "v evidenci je období téže osoby od \(start), které se překrývá; uveďte toto valid_from")
            return nil
        }
        return try connection.query(
            """
            INSERT INTO mkds.official
                (role, body, person, kind, code, obec, valid_from, valid_to, phone, updated_by)
            VALUES ($1, normalize($2, NFC), normalize($3, NFC), $4, $5, $6, $7, $8, $9, $10) RETURNING id
            """,
            key(row, obec) + [end, .optional(row.official.phone, PostgresValue.text), .text(options.actor)]
        )[0].int("id")
    }

    private mutating func update(
        _ row: OfficialDocument.Row, _ id: Int64, _ connection: isolated PostgresConnection
    ) throws {
        let end = PostgresValue.optional(row.official.validTo?.microseconds, PostgresValue.timestamp)
        let later = try connection.query(
            """
            SELECT other.valid_from FROM mkds.official mine JOIN mkds.official other USING (role, body, person, kind, code, obec)
            WHERE mine.id = $1 AND other.id <> $1
                AND tstzrange(other.valid_from, other.valid_to) && tstzrange(mine.valid_from, $2)
            """, [.int8(id), end])
        guard later.isEmpty else {
            problems.error(
                row.line, name: row.official.person, field: "valid_to",
                "the term would overlap a later one of the same person",
                cs: "období by se překrylo s pozdějším obdobím téže osoby")
            return
        }
        try connection.query(
            "UPDATE mkds.official SET phone = $2, valid_to = $3, updated_at = now(), updated_by = $4 WHERE id = $1",
            [.int8(id), .optional(row.official.phone, PostgresValue.text), end, .text(options.actor)])
    }

    /// Ends now the terms of all whom the file does not name; terms still to come are withdrawn.
    private func endOthers(_ kept: [Int64], _ connection: isolated PostgresConnection) throws -> Int {
        try connection.query(
            """
            UPDATE mkds.official SET valid_to = greatest(valid_from, now()), updated_at = now(), updated_by = $2
            WHERE id <> ALL ($1) AND (valid_to IS NULL OR valid_to > greatest(valid_from, now()))
            """, [.int8Array(kept), .text(options.actor)]
        ).affected
    }

    /// Two people in one office for one area at one time may be right, but mostly the predecessor's end was forgotten.
    private mutating func warnOfDoubles(_ kept: [Int64], _ connection: isolated PostgresConnection) throws {
        let rows = try connection.query(
            """
            SELECT DISTINCT ON (mine.id) mine.person, other.person AS other, mine.role, mine.kind, mine.code
            FROM mkds.official mine JOIN mkds.official other USING (role, kind, code, obec)
            WHERE mine.id = ANY ($1) AND mine.id > other.id AND mine.person <> other.person
                AND tstzrange(mine.valid_from, mine.valid_to) && tstzrange(other.valid_from, other.valid_to)
                AND (other.valid_to IS NULL OR other.valid_to > now())
            ORDER BY mine.id, other.id
            """, [.int8Array(kept)])
        for row in rows {
            let (person, other) = (try row.text("person"), try row.text("other"))
            let area = "\(try row.text("kind")) \(try row.text("code"))"
            let line = self.rows.first { $0.official.person == person }?.line
            problems.warn(
                line, name: person, field: "valid_from",
                "\(area) has two people as \(try row.text("role")) at once, \(other) too; give the predecessor a valid_to",
                cs:
                    "\(area) má zároveň dvě osoby v roli \(try row.text("role")), také \(other); uveďte předchůdci valid_to"
            )
        }
    }
}
