internal import FoundationEssentials
package import MKDSCore
internal import Postgres

extension Register {
    /// All cameras of the register by id, the disabled ones too.
    package func cameras() async throws(RegisterError) -> [CameraRecord] {
        try await reading { connection in try Self.cameraRecords(connection) }
    }

    /// Those of the given cameras that the register does not hold, in the order given.
    package func unknown(_ cameras: [CameraID]) async throws(RegisterError) -> [CameraID] {
        let known = try await reading { connection in
            try connection.query(
                "SELECT id FROM mkds.camera WHERE id = ANY ($1)", [.textArray(cameras.map(\.rawValue))]
            ).map { try $0.text("id") }
        }
        return cameras.filter { !known.contains($0.rawValue) }
    }

    /// Everyone in term at a moment, by area, role and name: of all areas, of one kind, of one code.
    package func officials(
        kind: AreaKind? = nil, code: String? = nil, at time: UTCTime
    ) async throws(RegisterError) -> [Official] {
        try await reading { connection in
            try connection.query(
                """
                SELECT role, body, person, phone, area.kind, area.code, area.valid_from, area.valid_to,
                    (SELECT name FROM mkds.area AS ground
                    WHERE (ground.kind, ground.code) = (area.kind, area.code) AND ground.obec IN (area.obec, '', area.code)
                        AND ground.valid_from <= $3 AND (ground.valid_to IS NULL OR ground.valid_to > $3)
                    LIMIT 1) AS area
                FROM mkds.official AS area
                WHERE ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR code = $2)
                    AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
                ORDER BY array_position(ARRAY['obec', 'obvod', 'okrsek'], area.kind), \(PlaceRecompute.codeOrder),
                    array_position(ARRAY['okrskar', 'policista', 'starosta', 'velitel'], role), person
                """,
                [
                    .optional(kind) { .text($0.rawValue) }, .optional(code, PostgresValue.text),
                    .timestamp(time.microseconds),
                ]
            ).map { try Self.official($0, area: $0.optionalText("area")) }
        }
    }

    static func official(_ row: PostgresRow, area: String?) throws -> Official {
        guard let role = OfficialRole(rawValue: try row.text("role")),
            let kind = AreaKind(rawValue: try row.text("kind"))
        else { throw IndexError(.damagedRow, "an official has an unknown role or kind of area") }
        return Official(
            role: role, body: try row.text("body"), person: try row.text("person"),
            phone: try row.optionalText("phone"), kind: kind, code: try row.text("code"), area: area,
            validFrom: UTCTime(microseconds: try row.timestamp("valid_from")),
            validTo: try row.optionalTimestamp("valid_to").map(UTCTime.init(microseconds:)))
    }

    /// Versions of areas in force at a moment, by kind and code: of one kind and one town (by its code), or of all.
    ///
    /// Without `geometry` an answer is small.
    package func areas(
        kind: AreaKind? = nil, obec: String? = nil, at time: UTCTime, geometry: Bool = true
    ) async throws(RegisterError) -> [Area] {
        try await reading { connection in
            let rows = try connection.query(
                """
                SELECT area.id, area.kind, area.code, area.name, area.obec, area.valid_from, area.valid_to,
                    ST_Area(ST_Transform(area.geom, 5514)) AS m2,
                    CASE WHEN $4 THEN ST_AsBinary(area.geom, 'NDR') END AS geom
                FROM mkds.area
                WHERE valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
                    AND ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR obec = $2)
                ORDER BY area.kind, area.obec COLLATE "C", \(PlaceRecompute.codeOrder)
                """,
                [
                    .optional(kind) { .text($0.rawValue) }, .optional(obec, PostgresValue.text),
                    .timestamp(time.microseconds), .bool(geometry),
                ])
            return try rows.map(Self.area)
        }
    }

    private static func area(_ row: PostgresRow) throws -> Area {
        let reference = try areaReference(row)
        let polygons = try row.optionalBytes("geom").map { bytes in
            guard let polygons = RegisterWKB.polygons(bytes) else {
                throw IndexError(.damagedRow, "area \(reference.id) has an unreadable shape")
            }
            // Eight decimals are a millimetre; more would only be noise of the transformation.
            return MultiPolygon(
                coordinates: polygons.map { $0.map { $0.map { $0.map { ($0 * 1e8).rounded() / 1e8 } } } })
        }
        return Area(
            id: reference.id, kind: reference.kind, code: reference.code, name: reference.name,
            obec: try row.text("obec"), validFrom: UTCTime(microseconds: try row.timestamp("valid_from")),
            validTo: try row.optionalTimestamp("valid_to").map(UTCTime.init(microseconds:)),
            squareMetres: rounded(try row.double("m2"), 0), geometry: polygons)
    }

    static func cameraRecords(_ connection: isolated PostgresConnection) throws -> [CameraRecord] {
        let rows = try connection.query(
            """
            SELECT id, name, owner, purpose_class, legal_basis, url, credential, trust, border_okrsek, onvif, onvif_events,
                retention_hours, enabled, motion,
                ST_X(mast) AS mast_lon, ST_Y(mast) AS mast_lat, ST_X(scene) AS scene_lon, ST_Y(scene) AS scene_lat,
                ST_AsBinary(view, 'NDR') AS view
            FROM mkds.camera ORDER BY id COLLATE "C"
            """)
        return try rows.map(cameraRecord)
    }

    private static func cameraRecord(_ row: PostgresRow) throws -> CameraRecord {
        let text = try row.text("id")
        guard let id = CameraID(text), let purpose = PurposeClass(rawValue: try row.text("purpose_class")) else {
            throw IndexError(.damagedRow, "camera \(text) has an id or purpose class this program does not know")
        }
        let scene = try row.optionalDouble("scene_lon").map { longitude in [longitude, try row.double("scene_lat")] }
        let view = try row.optionalBytes("view").flatMap(RegisterWKB.polygons)?.first?.first
        return CameraRecord(
            id: id, name: try row.text("name"), owner: try row.text("owner"), purposeClass: purpose,
            legalBasis: try row.text("legal_basis"), url: try row.text("url"),
            credential: try row.optionalText("credential"),
            trust: try row.optionalText("trust").flatMap(CameraTrust.init),
            onvif: try row.optionalText("onvif").map { url in
                OnvifAccess(url: url, events: .init(rawValue: try row.text("onvif_events")) ?? .auto)
            },
            mast: [try row.double("mast_lon"), try row.double("mast_lat")], scene: scene, view: view,
            borderOkrsek: try row.optionalText("border_okrsek"), retentionHours: Int(try row.int("retention_hours")),
            enabled: try row.bool("enabled"),
            motion: try motionSettings(row))
    }

    /// Rows of another program version may lack keys or have more: absent keys mean the default.
    private static func motionSettings(_ row: PostgresRow) throws -> MotionSettings {
        let text = try row.text("motion")
        if let settings = try? JSONDecoder().decode(MotionSettings.self, from: Data(text.utf8)) { return settings }
        var problems = RegisterProblems(item: .line)
        var fields = CameraFields(number: 0)
        fields.texts["motion"] = text
        guard let settings = CameraMotionFields(fields).settings(&problems) else {
            throw IndexError(.damagedRow, "camera \(try row.text("id")) has unreadable motion settings")
        }
        return settings
    }
}
