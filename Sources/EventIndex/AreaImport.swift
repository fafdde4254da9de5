internal import FoundationEssentials
internal import MKDSCore
internal import Postgres

/// One import of a map, from the document to the log row, within one transaction.
struct AreaImport {
    let document: [UInt8]
    let options: AreaImportOptions
    private var problems = RegisterProblems(item: .feature)

    init(_ document: [UInt8], _ options: AreaImportOptions) {
        self.document = document
        self.options = options
    }

    /// Shares of the smaller area from which on an overlap must be accepted by the caller.
    static let overlapLimit = 0.01

    /// Does it all; the caller commits, or rolls back a dry run.
    ///
    /// - Throws: ``RegisterError`` when nothing may be imported.
    mutating func run(_ connection: isolated PostgresConnection) throws -> AreaImportReport {
        guard [4326, 5514].contains(options.srid) else {
            throw RegisterError(
                .invalidDocument, "srid \(options.srid) is not known; 4326 and 5514 are",
                cs: "srid \(options.srid) není známo; lze 4326 a 5514")
        }
        let parsed = try AreaDocument(parsing: document, options: options)
        problems = parsed.problems
        let obec = try town(parsed.obec, connection)
        var report = AreaImportReport(
            kind: options.kind, obec: obec, source: options.sourceName, sha256: try checksum(connection),
            validFrom: options.validFrom, srid: options.srid,
            transformation: try AreaStage.transformation(srid: options.srid, connection), dryRun: options.dryRun)
        if let earlier = try unchangedImport(report, connection) {
            report.unchanged = true
            report.importID = earlier.id
            report.areaCount = earlier.areaCount
            return report
        }
        let stage = try AreaStage.fill(parsed.features, srid: options.srid, connection)
        try stage.transform(&problems, connection)
        try problems.check()
        try examine(stage, &report, connection)
        try problems.check(.conflict)
        try store(&report, connection)
        return report
    }

    // MARK: - Examining

    private func checksum(_ connection: isolated PostgresConnection) throws -> String {
        try connection.query("SELECT encode(sha256($1), 'hex') AS sum", [.bytes(document)])[0].text("sum")
    }

    /// The town the map is of: as the caller says, else as the features say, else the only one the index knows.
    private func town(_ named: String?, _ connection: isolated PostgresConnection) throws -> String {
        if options.kind == .obec { return "" }
        if let obec = options.obec.map(trimmed(_:)), !obec.isEmpty {
            guard obec.count <= 32 else {
                throw RegisterError(
                    .invalidDocument, "the town's code is longer than 32 characters",
                    cs: "kód obce je delší než 32 znaků")
            }
            return obec
        }
        if let named { return named }
        let known = try connection.query("SELECT DISTINCT obec FROM mkds.area WHERE obec <> '' ORDER BY obec LIMIT 10")
            .map { row in try row.text("obec") }
        guard known.count <= 1 else {
            throw RegisterError(
                .conflict,
                "the index knows several towns (\(known.joined(separator: ", "))); say which one the map is of",
                cs: "evidence zná více obcí (\(known.joined(separator: ", "))); uveďte, které obce mapa je")
        }
        return known.first ?? ""
    }

    /// The same document, already in the index from the same date.
    private func unchangedImport(
        _ report: AreaImportReport, _ connection: isolated PostgresConnection
    ) throws -> (id: Int64, areaCount: Int)? {
        let rows = try connection.query(
            """
            SELECT i.id, i.area_count FROM mkds.area_import i
            WHERE i.kind = $1 AND i.obec = $2 AND i.valid_from = $3 AND encode(i.document_sha256, 'hex') = $4
                AND i.srid = $5 AND i.area_count = (
                    SELECT count(*) FROM mkds.area a
                    WHERE a.import_id = i.id AND (a.valid_to IS NULL OR a.valid_to > a.valid_from))
            ORDER BY i.id DESC LIMIT 1
            """,
            [
                .text(report.kind.rawValue), .text(report.obec), .timestamp(report.validFrom.microseconds),
                .text(report.sha256), .int4(Int32(report.srid)),
            ])
        return try rows.first.map { row in (try row.int("id"), Int(try row.int("area_count"))) }
    }

    private mutating func examine(
        _ stage: AreaStage, _ report: inout AreaImportReport, _ connection: isolated PostgresConnection
    ) throws {
        (report.areaCount, report.squareMetres) = try stage.totals(connection)
        noteOverlaps(try stage.overlaps(limit: Self.overlapLimit, connection), &report)
        report.gaps = try stage.gaps(connection)
        if let largest = report.gaps.first {
            let neighbours = largest.neighbours.map(\.name).joined(separator: ", ")
            let total = decimals(report.gaps.reduce(0) { $0 + $1.squareMetres }, 2)
            let most = decimals(largest.squareMetres, 2)
            problems.warn(
                "gaps between the areas: \(report.gaps.count), \(total) m² in all; the largest has \(most) m² between "
                    + neighbours,
                cs:
                    "mezi oblastmi jsou mezery: \(report.gaps.count), celkem \(czech(total)) m²; největší má \(czech(most)) m² mezi: "
                    + neighbours)
        }
        guard options.kind != .obec else { return }
        report.cover = try stage.cover(obec: report.obec, at: options.validFrom, connection)
        noteCover(report.cover)
        for kind in options.kind == .okrsek ? [AreaKind.obvod, .obec] : [.obec] {
            for stray in try stage.strays(from: kind, obec: report.obec, at: options.validFrom, connection) {
                let share = decimals(stray.share * 100, 1)
                problems.warn(
                    stray.number, name: stray.name, "only \(share) % of it lie in one \(kind.rawValue)",
                    cs: "jen \(czech(share)) % plochy leží v jednom území typu \(kind.rawValue)")
            }
        }
    }

    private mutating func noteOverlaps(_ found: AreaStage.Overlaps, _ report: inout AreaImportReport) {
        report.overlaps = found.listed.map(\.overlap).sorted { $0.squareMetres > $1.squareMetres }
        let large = found.listed.filter { $0.overlap.share >= Self.overlapLimit }
        if !options.acceptOverlaps {
            for pair in large {
                let share = decimals(pair.overlap.share * 100, 2)
                let surface = decimals(pair.overlap.squareMetres, 0)
                let other = pair.overlap.second.name
                problems.error(
                    pair.number, name: pair.overlap.first.name, field: "geometry",
                    "shares \(surface) m² (\(share) % of the smaller) with feature \(pair.otherNumber) (\(other)); "
                        + "correct the map or import with accept_overlaps (--accept-overlaps)",
                    cs:
                        "sdílí \(czech(surface)) m² (\(czech(share)) % menšího) s prvkem \(pair.otherNumber) (\(other)); "
                        + "opravte mapu, nebo importujte s accept_overlaps (--accept-overlaps)")
            }
        }
        guard let largest = report.overlaps.first, options.acceptOverlaps || large.isEmpty else { return }
        let total = decimals(found.squareMetres, 2)
        let most = decimals(largest.squareMetres, 2)
        let share = decimals(largest.share * 100, 3)
        let pair = "\(largest.first.name) – \(largest.second.name)"
        problems.warn(
            "pairs of areas that overlap: \(found.count), \(total) m² in all; the largest overlap has \(most) m² (\(share) % of "
                + "the smaller): \(pair). In an overlap the okrsek with the lower code counts",
            cs:
                "překrývající se dvojice: \(found.count), celkem \(czech(total)) m²; největší překryv má \(czech(most)) m² (\(czech(share)) % "
                + "menšího): \(pair). V překryvu platí okrsek s nižším kódem")
    }

    private mutating func noteCover(_ cover: AreaImportReport.Cover?) {
        guard let cover else { return }
        let missing = decimals(cover.missingSquareMetres, 0)
        let outside = decimals(cover.outsideSquareMetres, 0)
        if cover.share < 0.999 {
            let share = decimals(cover.share * 100, 2)
            problems.warn(
                "the map covers \(share) % of \(cover.obec.name); \(missing) m² of the town lie in no area",
                cs:
                    "mapa pokrývá \(czech(share)) % obce \(cover.obec.name); \(czech(missing)) m² obce neleží v žádné oblasti"
            )
        }
        let covered = cover.share > 0 ? cover.missingSquareMetres / max(1 - cover.share, 1e-12) : 0
        if cover.outsideSquareMetres > max(1000, covered * 0.001) {
            problems.warn(
                "\(outside) m² of the map lie outside \(cover.obec.name)",
                cs: "\(czech(outside)) m² mapy leží mimo obec \(cover.obec.name)")
        }
    }

    // MARK: - Storing

    private mutating func store(_ report: inout AreaImportReport, _ connection: isolated PostgresConnection) throws {
        try refuseSameDate(report, connection)
        noteBackdating(now: try connection.query("SELECT now() AS now")[0].timestamp("now"))
        let before = try PlaceRecompute.okrsky(at: options.validFrom, connection)
        report.superseded = try supersede(report.obec, connection)
        let id = try log(report, connection)
        try insert(report.obec, importID: id, connection)
        report.validTo = try end(ofImport: id, connection)
        try PlaceRecompute.run(connection)
        let after = try PlaceRecompute.okrsky(at: options.validFrom, connection)
        report.camerasMoved = after.filter { before[$0.key] != $0.value }.keys.sorted()
        report.warnings = problems.listedWarnings
        if !options.dryRun { report.importID = id }
        try connection.query(
            "UPDATE mkds.area_import SET report = $2, superseded_count = $3 WHERE id = $1",
            [
                .int8(id), .untyped(String(decoding: try JSONEncoder().encode(report), as: UTF8.self)),
                .int4(Int32(report.superseded.count)),
            ])
        try connection.query("SELECT pg_notify('mkds_register', $1)", [.text("areas \(id)")])
    }

    /// Rows of the map that this one replaces: of its kind and town, or, for a map of towns, of its towns. A map whose
    /// town was not known yet counts as one of this town.
    private static let scope = """
        kind = $1 AND CASE WHEN $1 = 'obec' THEN code IN (SELECT code FROM area_stage) ELSE obec IN ($2, '') END
        AND (valid_to IS NULL OR valid_to > valid_from)
        """

    private func scope(_ obec: String) -> [PostgresValue] {
        [.text(options.kind.rawValue), .text(obec), .timestamp(options.validFrom.microseconds)]
    }

    /// A map in force cannot be exchanged for another of the same date: events may name its areas.
    private func refuseSameDate(_ report: AreaImportReport, _ connection: isolated PostgresConnection) throws {
        let rows = try connection.query(
            "SELECT count(*) AS count FROM mkds.area WHERE \(Self.scope) AND valid_from = $3 AND valid_from <= now()",
            scope(report.obec))
        guard try rows[0].int("count") > 0 else { return }
        throw RegisterError(
            .conflict,
            "another map of this kind and town is in force since the same date (\(options.validFrom)) and events may be "
                + "tagged with it; import the new one with a later date",
            cs:
                "jiná mapa téhož druhu a obce platí od stejného data (\(options.validFrom)) a události k ní už mohou být "
                + "přiřazeny; novou mapu importujte s pozdějším datem")
    }

    private mutating func noteBackdating(now: Int64) {
        guard options.validFrom < UTCTime(microseconds: now - 86_400_000_000) else { return }
        problems.warn(
            "the map is valid from a date in the past; events already indexed keep the okrsek they have",
            cs: "mapa platí od data v minulosti; už zapsané události si ponechají svůj okrsek")
    }

    /// Ends what is in force at the new map's first moment and withdraws what would have come into force then.
    private func supersede(_ obec: String, _ connection: isolated PostgresConnection) throws -> [AreaReference] {
        let rows = try connection.query(
            """
            UPDATE mkds.area SET valid_to = $3
            WHERE \(Self.scope) AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
            RETURNING id, kind, code, name
            """, scope(obec))
        return try rows.map(Register.areaReference).sorted { $0.code < $1.code }
    }

    private func log(_ report: AreaImportReport, _ connection: isolated PostgresConnection) throws -> Int64 {
        try connection.query(
            """
            INSERT INTO mkds.area_import (actor, source_name, document_sha256, kind, obec, valid_from, srid,
                transformation, area_count, superseded_count, accept_overlaps, report)
            VALUES ($1, $2, decode($3, 'hex'), $4, $5, $6, $7, $8, $9, 0, $10, '{}') RETURNING id
            """,
            [
                .text(options.actor), .text(String(options.sourceName.prefix(500))), .text(report.sha256),
                .text(report.kind.rawValue), .text(report.obec), .timestamp(report.validFrom.microseconds),
                .int4(Int32(report.srid)), .text(report.transformation), .int4(Int32(report.areaCount)),
                .bool(options.acceptOverlaps),
            ])[0].int("id")
    }

    /// Stores the areas; where a later map is in the index already they are in force until then.
    private func insert(_ obec: String, importID: Int64, _ connection: isolated PostgresConnection) throws {
        try connection.query(
            """
            INSERT INTO mkds.area (import_id, kind, obec, code, name, geom, valid_from, valid_to)
            SELECT $4, $1, CASE WHEN $1 = 'obec' THEN s.code ELSE $2 END, s.code, s.name, s.geom, $3,
                (SELECT min(later.valid_from) FROM mkds.area later
                 WHERE later.kind = $1 AND later.valid_from > $3
                     AND CASE WHEN $1 = 'obec' THEN later.code = s.code ELSE later.obec IN ($2, '') END
                     AND (later.valid_to IS NULL OR later.valid_to > later.valid_from))
            FROM area_stage s ORDER BY s.number
            """, scope(obec) + [.int8(importID)])
    }

    private mutating func end(ofImport id: Int64, _ connection: isolated PostgresConnection) throws -> UTCTime? {
        let end = try connection.query(
            "SELECT min(valid_to) AS end FROM mkds.area WHERE import_id = $1", [.int8(id)])[0].optionalTimestamp("end")
        guard let end = end.map(UTCTime.init(microseconds:)) else { return nil }
        problems.warn(
            "a later map is in the index; this one is in force only until \(end)",
            cs: "v evidenci je pozdější mapa; tato platí jen do \(end)")
        return end
    }
}
