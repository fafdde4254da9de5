internal import MKDSCore

/// Cameras read from CSV or GeoJSON and checked as far as that goes without a database.
struct CameraDocument: Sendable {
    struct Row: Sendable {
        var number: Int
        var record: CameraRecord
    }

    static let required = ["id", "name", "owner", "purpose_class", "legal_basis", "url", "mast_lon", "mast_lat"]
    static let optional = [
        "credential", "trust", "onvif", "onvif_events", "scene_lon", "scene_lat", "view", "border_okrsek", "retention",
        "enabled", "motion",
    ]

    private(set) var rows: [Row] = []
    private(set) var problems: RegisterProblems

    /// - Throws: ``RegisterError`` with every problem found when one is an error.
    init(
        parsing document: [UInt8], format: CameraImportOptions.Format, credentialExists: (String) -> Bool
    ) throws(RegisterError) {
        switch format {
        case .csv:
            problems = RegisterProblems(item: .line)
            let table = try RegisterCSV(parsing: document)
            try table.check(required: Self.required, optional: Self.optional)
            for record in table.records {
                let pairs = zip(table.columns, record.fields.map(trimmed(_:))).filter { !$0.1.isEmpty }
                read(CameraFields(number: record.line, texts: Dictionary(uniqueKeysWithValues: pairs)))
            }
        case .geojson:
            problems = RegisterProblems(item: .feature)
            for feature in try RegisterGeoJSON(parsing: document).features {
                readFeature(feature)
            }
        }
        if rows.isEmpty, !problems.hasErrors {
            throw RegisterError(.invalidDocument, "the file names no camera", cs: "soubor neobsahuje žádnou kameru")
        }
        checkTogether(credentialExists)
        try problems.check()
    }

    /// A feature's Point is the mast; its properties are the columns of the CSV, where `view` and `motion` may also be
    /// JSON and `scene` may be a position.
    private mutating func readFeature(_ feature: RegisterGeoJSON.Feature) {
        var fields = CameraFields(number: feature.number)
        for (key, value) in feature.properties {
            let column = key.lowercased()
            guard Self.required.contains(column) || Self.optional.contains(column) || column == "scene" else {
                problems.error(
                    feature.number, field: String(key.prefix(60)), "unknown property", cs: "neznámá vlastnost")
                continue
            }
            switch value {
            case .null: continue
            case .bool(let flag): fields.texts[column] = flag ? "true" : "false"
            case .array, .object: fields.shapes[column] = value
            case .string, .number: fields.texts[column] = value.label.map(trimmed(_:)).flatMap { $0.isEmpty ? nil : $0 }
            }
        }
        if let geometry = feature.geometry {
            do {
                fields.mast = try RegisterGeoJSON.point(geometry, in: RegisterExtent(srid: 4326))
            } catch {
                problems.error(
                    feature.number, name: fields.texts["id"], field: "geometry", error.message, cs: error.messageCs)
                return
            }
        }
        read(fields)
    }

    private mutating func read(_ fields: CameraFields) {
        if let record = fields.record(&problems) { rows.append(Row(number: fields.number, record: record)) }
    }

    private mutating func checkTogether(_ credentialExists: (String) -> Bool) {
        var ids: [CameraID: Int] = [:]
        var urls: [String: Int] = [:]
        for row in rows {
            let name = row.record.id.rawValue
            let word = problems.item == .line ? ("line", "řádek") : ("feature", "prvek")
            if let first = ids.updateValue(row.number, forKey: row.record.id) {
                problems.error(
                    row.number, name: name, field: "id", "the id is also that of \(word.0) \(first)",
                    cs: "stejné id má i \(word.1) \(first)")
            }
            if let first = urls.updateValue(row.number, forKey: row.record.url) {
                problems.warn(
                    row.number, name: name, field: "url", "the address is also that of \(word.0) \(first)",
                    cs: "stejnou adresu má i \(word.1) \(first)")
            }
            let isEncrypted = row.record.url.hasPrefix("rtsps:") || row.record.onvif?.isEncrypted == true
            if isEncrypted, row.record.trust == nil {
                problems.warn(
                    row.number, name: name, field: "trust",
                    "is missing; the camera is refused until it is set, and its state tells the fingerprint it shows",
                    cs: "chybí; do doplnění se kamera odmítá a její stav vypíše otisk certifikátu, který ukazuje")
            }
            if let credential = row.record.credential, !credentialExists(credential) {
                problems.warn(
                    row.number, name: name, field: "credential",
                    "there is no credential of this name yet; until there is one the camera is tried without login",
                    cs: "přihlašovací údaj tohoto jména zatím neexistuje; do té doby se kamera zkouší bez přihlášení")
            }
        }
    }
}
