internal import FoundationEssentials
internal import MKDSCore
internal import Postgres

/// One import of cameras, within one transaction.
struct CameraImport {
    private let options: CameraImportOptions
    private let rows: [CameraDocument.Row]
    private var problems: RegisterProblems

    /// - Throws: ``RegisterError`` with every problem found when one is an error.
    init(
        _ document: [UInt8], _ options: CameraImportOptions, credentialExists: (String) -> Bool
    ) throws(RegisterError) {
        self.options = options
        let parsed = try CameraDocument(parsing: document, format: options.format, credentialExists: credentialExists)
        rows = parsed.rows
        problems = parsed.problems
        warnOfOutsiders()
    }

    /// Only a warning: the setting may follow the register.
    private mutating func warnOfOutsiders() {
        for row in rows {
            guard let address = options.networks?.outsider(in: row.record.url) else { continue }
            problems.warn(
                row.number, name: row.record.id.rawValue, field: "url",
                "\(address) is outside capture.networks in mkdsd.yaml; the camera is not opened until its network is "
                    + "added there and mkdsd restarted",
                cs: "\(address) je mimo povolené sítě (capture.networks v mkdsd.yaml); kamera se neotevře, dokud tam "
                    + "její síť nepřibude a mkdsd se nerestartuje")
        }
    }

    /// Does it all; the caller commits, or rolls back a dry run.
    mutating func run(_ connection: isolated PostgresConnection) throws -> CameraImportReport {
        try checkViews(connection)
        let present = try Register.cameraRecords(connection)
        let known = Dictionary(uniqueKeysWithValues: present.map { ($0.id, $0) })
        var report = CameraImportReport(source: options.sourceName, dryRun: options.dryRun)
        for row in rows {
            guard let old = known[row.record.id] else {
                try insert(row.record, connection)
                report.added += 1
                continue
            }
            guard old != row.record else {
                report.unchanged += 1
                continue
            }
            try update(row.record, from: old, connection)
            report.changed += 1
        }
        if options.replace {
            let named = Set(rows.map(\.record.id))
            report.disabled = present.filter { $0.enabled && !named.contains($0.id) }.map(\.id)
            try connection.query(
                "UPDATE mkds.camera SET enabled = false, updated_at = now(), updated_by = $2 WHERE id = ANY ($1)",
                [.textArray(report.disabled.map(\.rawValue)), .text(options.actor)])
        }
        if report.added + report.changed > 0 { try PlaceRecompute.run(connection) }
        report.cameras = try placed(connection)
        if try !hasMap(connection) {
            problems.warn(
                "no map of okrsky is in force yet; events of these cameras are \"neurčeno\" until one is imported",
                cs: "zatím neplatí žádná mapa okrsků; události těchto kamer jsou „neurčeno“, dokud ji neimportujete")
        } else {
            warnOfNoOkrsek(report.cameras)
        }
        warnOfIdleDecisions(report.cameras)
        report.warnings = problems.listedWarnings
        if report.added + report.changed + report.disabled.count > 0 {
            try connection.query("SELECT pg_notify('mkds_register', 'cameras')")
        }
        return report
    }

    private func hasMap(_ connection: isolated PostgresConnection) throws -> Bool {
        try connection.query(
            """
            SELECT EXISTS (SELECT FROM mkds.area
                WHERE kind = $1 AND valid_from <= now() AND (valid_to IS NULL OR valid_to > now())) AS found
            """, [.text(AreaKind.okrsek.rawValue)])[0].bool("found")
    }

    private mutating func warnOfNoOkrsek(_ placed: [CameraImportReport.Placed]) {
        for camera in placed where camera.okrsek == nil {
            let number = rows.first { $0.record.id == camera.camera }?.number
            problems.warn(
                number, name: camera.camera.rawValue, "lies in no okrsek in force; its events are \"neurčeno\"",
                cs: "neleží v žádném platném okrsku; její události jsou „neurčeno“")
        }
    }

    /// A view must be a valid polygon: PostGIS decides, as for areas.
    private mutating func checkViews(_ connection: isolated PostgresConnection) throws {
        for row in rows {
            guard let view = row.record.view else { continue }
            let answer = try connection.query(
                "SELECT ST_IsValidReason(shape) AS reason, ST_IsValid(shape) AND ST_Area(shape) > 0 AS valid "
                    + "FROM ST_GeomFromWKB($1, 4326) AS shape", [.bytes(RegisterWKB.polygon([view]))])[0]
            guard try !answer.bool("valid") else { continue }
            let reason = try answer.text("reason")
            problems.error(
                row.number, name: row.record.id.rawValue, field: "view", "not valid: \(reason)",
                cs: "neplatný polygon: \(reason)")
        }
        try problems.check()
    }

    /// A border okrsek counts among those whose border the deciding point lies on, and nowhere else.
    private mutating func warnOfIdleDecisions(_ placed: [CameraImportReport.Placed]) {
        let okrsky = Dictionary(placed.map { ($0.camera, $0.okrsek?.code) }) { first, _ in first }
        for row in rows {
            guard let wanted = row.record.borderOkrsek, okrsky[row.record.id] != wanted else { continue }
            problems.warn(
                row.number, name: row.record.id.rawValue, field: "border_okrsek",
                "has no effect: the camera's point does not lie on the border of okrsek \(wanted)",
                cs: "nemá účinek: bod kamery neleží na hranici okrsku \(wanted)")
        }
    }

    private func insert(_ record: CameraRecord, _ connection: isolated PostgresConnection) throws {
        try connection.query(
            """
            INSERT INTO mkds.camera (id, mast, scene, view, name, owner, purpose_class, legal_basis, url, credential,
                retention_hours, enabled, motion, updated_by, trust, border_okrsek, onvif, onvif_events)
            VALUES ($1, \(Self.shapes), normalize($7, NFC), normalize($8, NFC), $9, $10, $11, $12, $13, $14, $15, $16,
                $17, normalize($18, NFC), $19, $20)
            """, try parameters(record))
        try connection.query(
            """
            INSERT INTO mkds.camera_position (camera, mast, scene, view, border_okrsek, valid_from)
            VALUES ($1, \(Self.shapes), normalize($7, NFC), to_timestamp(0))
            """, position(record))
    }

    private func update(
        _ record: CameraRecord, from old: CameraRecord, _ connection: isolated PostgresConnection
    ) throws {
        try connection.query(
            """
            UPDATE mkds.camera SET (mast, scene, view) = (\(Self.shapes)), name = normalize($7, NFC),
                owner = normalize($8, NFC), purpose_class = $9, legal_basis = $10, url = $11, credential = $12,
                retention_hours = $13, enabled = $14, motion = $15, updated_by = $16, trust = $17,
                border_okrsek = normalize($18, NFC), onvif = $19, onvif_events = $20, updated_at = now()
            WHERE id = $1
            """, try parameters(record))
        guard
            (record.mast, record.scene, record.view, record.borderOkrsek)
                != (old.mast, old.scene, old.view, old.borderOkrsek)
        else { return }
        try connection.query(
            "UPDATE mkds.camera_position SET valid_to = now() WHERE camera = $1 AND valid_to IS NULL",
            [.text(record.id.rawValue)])
        try connection.query(
            """
            INSERT INTO mkds.camera_position (camera, mast, scene, view, border_okrsek, valid_from)
            VALUES ($1, \(Self.shapes), normalize($7, NFC), now())
            """, position(record))
    }

    /// Mast, scene and view from parameters 2 to 6.
    private static let shapes = """
        ST_SetSRID(ST_MakePoint($2, $3), 4326),
        ST_SetSRID(ST_MakePoint($4::double precision, $5::double precision), 4326), ST_GeomFromWKB($6::bytea, 4326)
        """

    private func place(_ record: CameraRecord) -> [PostgresValue] {
        [
            .text(record.id.rawValue), .float8(record.mast[0]), .float8(record.mast[1]),
            .optional(record.scene?[0], PostgresValue.float8), .optional(record.scene?[1], PostgresValue.float8),
            .optional(record.view) { .bytes(RegisterWKB.polygon([$0])) },
        ]
    }

    private func position(_ record: CameraRecord) -> [PostgresValue] {
        place(record) + [.optional(record.borderOkrsek, PostgresValue.text)]
    }

    private func parameters(_ record: CameraRecord) throws -> [PostgresValue] {
        place(record) + [
            .text(record.name), .text(record.owner),
            .text(record.purposeClass.rawValue), .text(record.legalBasis), .text(record.url),
            .optional(record.credential, PostgresValue.text), .int4(Int32(record.retentionHours)),
            .bool(record.enabled),
            .untyped(String(decoding: try JSONEncoder().encode(record.motion), as: UTF8.self)), .text(options.actor),
            .optional(record.trust) { .text($0.text) }, .optional(record.borderOkrsek, PostgresValue.text),
            .optional(record.onvif) { .text($0.url) }, .text((record.onvif?.events ?? .auto).rawValue),
        ]
    }

    /// Where the cameras of the file lie now.
    private func placed(_ connection: isolated PostgresConnection) throws -> [CameraImportReport.Placed] {
        let rows = try connection.query(
            """
            SELECT camera.id AS camera, camera.name AS camera_name, place.on_border, coalesce(place.okrsek, 0) AS primary,
                area.id, area.kind, area.code, area.name
            FROM mkds.camera JOIN mkds.camera_place place ON place.camera = camera.id
                AND place.valid_from <= now() AND (place.valid_to IS NULL OR place.valid_to > now())
                LEFT JOIN LATERAL unnest(place.touched) WITH ORDINALITY AS touched (area, rank) ON true
                LEFT JOIN mkds.area ON area.id = touched.area
            WHERE camera.id = ANY ($1) ORDER BY camera.id COLLATE "C", touched.rank
            """, [.textArray(rows.map(\.record.id.rawValue))])
        var placed: [CameraImportReport.Placed] = []
        for row in rows {
            guard let camera = CameraID(try row.text("camera")) else { continue }
            if placed.last?.camera != camera {
                placed.append(
                    CameraImportReport.Placed(
                        camera: camera, name: try row.text("camera_name"), okrsek: nil,
                        onBorder: try row.bool("on_border"), touched: []))
            }
            guard try !row.isNull("id") else { continue }
            let area = try Register.areaReference(row)
            placed[placed.count - 1].touched.append(area)
            if area.id == (try row.int("primary")) { placed[placed.count - 1].okrsek = area }
        }
        return placed
    }
}
