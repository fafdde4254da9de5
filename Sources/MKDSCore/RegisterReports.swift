/// One thing wrong or doubtful in an imported document, in words a person can act on.
package struct ImportProblem: Hashable, Codable, Sendable {
    package enum Severity: String, Codable, Sendable {
        /// Nothing of the document is imported.
        case error
        /// Imported, but someone should look.
        case warning
    }

    /// What ``number`` counts.
    package enum Item: String, Codable, Sendable {
        /// The whole document; there is no number.
        case document
        /// A feature of a GeoJSON document, from 1.
        case feature
        /// A line of a CSV file, from 1, the header being line 1. A record over several lines has its first one's number.
        case line
    }

    package var severity: Severity
    package var item: Item
    package var number: Int?
    /// Name, code or id of the thing itself where the document tells it.
    package var name: String?
    /// The column or property concerned.
    package var field: String?
    package var message: String
    package var messageCs: String

    package init(
        severity: Severity = .error, item: Item = .document, number: Int? = nil, name: String? = nil,
        field: String? = nil, message: String, messageCs: String
    ) {
        self.severity = severity
        self.item = item
        self.number = number
        self.name = name
        self.field = field
        self.message = message
        self.messageCs = messageCs
    }

    private enum CodingKeys: String, CodingKey {
        case severity, item, number, name, field, message
        case messageCs = "message_cs"
    }
}

extension ImportProblem: CustomStringConvertible {
    /// `feature 3 (Slovany 2), geometry: ring is not closed`.
    package var description: String { "\(place(item.rawValue))\(message)" }

    /// The same in Czech: `prvek 3 (Slovany 2), geometry: …`.
    package var descriptionCs: String {
        let word =
            switch item {
            case .document: "dokument"
            case .feature: "prvek"
            case .line: "řádek"
            }
        return place(word) + messageCs
    }

    private func place(_ word: String) -> String {
        var parts: [String] = []
        if let number {
            parts.append("\(word) \(number)" + (name.map { " (\($0))" } ?? ""))
        } else if let name {
            parts.append(name)
        }
        if let field { parts.append(field) }
        return parts.isEmpty ? "" : parts.joined(separator: ", ") + ": "
    }
}

/// Code and name of an area inside a report.
package struct AreaLabel: Hashable, Codable, Sendable {
    package var code: String
    package var name: String

    package init(code: String, name: String) {
        self.code = code
        self.name = name
    }
}

/// What an import of areas found and did.
package struct AreaImportReport: Hashable, Codable, Sendable {
    /// Two areas of the map that share ground.
    package struct Overlap: Hashable, Codable, Sendable {
        package var first: AreaLabel
        package var second: AreaLabel
        package var squareMetres: Double
        /// Share of the smaller of the two, 0…1.
        package var share: Double

        package init(first: AreaLabel, second: AreaLabel, squareMetres: Double, share: Double) {
            self.first = first
            self.second = second
            self.squareMetres = squareMetres
            self.share = share
        }

        private enum CodingKeys: String, CodingKey {
            case first, second, share
            case squareMetres = "m2"
        }
    }

    /// Ground that belongs to no area though areas lie around it.
    package struct Gap: Hashable, Codable, Sendable {
        package var squareMetres: Double
        /// A point inside it, `[longitude, latitude]`.
        package var point: [Double]
        /// The areas around it.
        package var neighbours: [AreaLabel]

        package init(squareMetres: Double, point: [Double], neighbours: [AreaLabel]) {
            self.squareMetres = squareMetres
            self.point = point
            self.neighbours = neighbours
        }

        private enum CodingKeys: String, CodingKey {
            case point, neighbours
            case squareMetres = "m2"
        }
    }

    /// How the map fits the town it is of, as far as the index knows the town.
    package struct Cover: Hashable, Codable, Sendable {
        package var obec: AreaLabel
        /// Ground of the town in no area of the map.
        package var missingSquareMetres: Double
        /// Ground of the map outside the town.
        package var outsideSquareMetres: Double
        /// Share of the town that the map covers, 0…1.
        package var share: Double

        package init(obec: AreaLabel, missingSquareMetres: Double, outsideSquareMetres: Double, share: Double) {
            self.obec = obec
            self.missingSquareMetres = missingSquareMetres
            self.outsideSquareMetres = outsideSquareMetres
            self.share = share
        }

        private enum CodingKeys: String, CodingKey {
            case obec, share
            case missingSquareMetres = "missing_m2"
            case outsideSquareMetres = "outside_m2"
        }
    }

    package var kind: AreaKind
    /// Code of the town; empty while no town is known, and for a map of towns.
    package var obec: String
    package var source: String
    /// SHA-256 of the document, lower-case hexadecimal.
    package var sha256: String
    package var validFrom: UTCTime
    /// Set when a later map was in the index before: this one is in force only until then.
    package var validTo: UTCTime?
    package var srid: Int
    /// How the coordinates came to EPSG:4326, with the deviation measured at control points.
    package var transformation: String
    package var areaCount: Int
    /// Sum of the areas' own surfaces.
    package var squareMetres: Double
    /// Pairs by falling surface, at most 500.
    package var overlaps: [Overlap]
    /// Gaps by falling surface, at most 500.
    package var gaps: [Gap]
    package var cover: Cover?
    /// Versions whose validity this import ended.
    package var superseded: [AreaReference]
    package var warnings: [ImportProblem]
    /// Nothing was stored: the caller asked what would happen.
    package var dryRun: Bool
    /// Nothing was stored: this very map is in the index already, from the same date.
    package var unchanged: Bool
    /// Names the import in the log; nil when nothing was stored.
    package var importID: Int64?
    /// Cameras whose okrsek has another code by this map than before, at its first moment.
    package var camerasMoved: [CameraID]

    package init(
        kind: AreaKind, obec: String, source: String, sha256: String, validFrom: UTCTime, validTo: UTCTime? = nil,
        srid: Int, transformation: String, areaCount: Int = 0, squareMetres: Double = 0, overlaps: [Overlap] = [],
        gaps: [Gap] = [], cover: Cover? = nil, superseded: [AreaReference] = [], warnings: [ImportProblem] = [],
        dryRun: Bool = false, unchanged: Bool = false, importID: Int64? = nil, camerasMoved: [CameraID] = []
    ) {
        self.kind = kind
        self.obec = obec
        self.source = source
        self.sha256 = sha256
        self.validFrom = validFrom
        self.validTo = validTo
        self.srid = srid
        self.transformation = transformation
        self.areaCount = areaCount
        self.squareMetres = squareMetres
        self.overlaps = overlaps
        self.gaps = gaps
        self.cover = cover
        self.superseded = superseded
        self.warnings = warnings
        self.dryRun = dryRun
        self.unchanged = unchanged
        self.importID = importID
        self.camerasMoved = camerasMoved
    }

    private enum CodingKeys: String, CodingKey {
        case kind, obec, source, sha256, srid, transformation, overlaps, gaps, cover, superseded, warnings, unchanged
        case validFrom = "valid_from"
        case validTo = "valid_to"
        case areaCount = "area_count"
        case squareMetres = "m2"
        case dryRun = "dry_run"
        case importID = "import_id"
        case camerasMoved = "cameras_moved"
    }
}

/// What an import of cameras found and did.
package struct CameraImportReport: Hashable, Codable, Sendable {
    /// Where one camera of the file lies now.
    package struct Placed: Hashable, Codable, Sendable {
        package var camera: CameraID
        package var name: String
        /// Nil outside every okrsek ("neurčeno").
        package var okrsek: AreaReference?
        package var onBorder: Bool
        package var touched: [AreaReference]

        package init(
            camera: CameraID, name: String, okrsek: AreaReference?, onBorder: Bool, touched: [AreaReference]
        ) {
            self.camera = camera
            self.name = name
            self.okrsek = okrsek
            self.onBorder = onBorder
            self.touched = touched
        }

        private enum CodingKeys: String, CodingKey {
            case camera, name, okrsek, touched
            case onBorder = "on_border"
        }
    }

    package var source: String
    package var added: Int
    package var changed: Int
    package var unchanged: Int
    /// Cameras of the index that the file does not name and that were therefore switched off (only on request).
    package var disabled: [CameraID]
    package var cameras: [Placed]
    package var warnings: [ImportProblem]
    /// Nothing was stored: the caller asked what would happen.
    package var dryRun: Bool

    package init(
        source: String, added: Int = 0, changed: Int = 0, unchanged: Int = 0, disabled: [CameraID] = [],
        cameras: [Placed] = [], warnings: [ImportProblem] = [], dryRun: Bool = false
    ) {
        self.source = source
        self.added = added
        self.changed = changed
        self.unchanged = unchanged
        self.disabled = disabled
        self.cameras = cameras
        self.warnings = warnings
        self.dryRun = dryRun
    }

    private enum CodingKeys: String, CodingKey {
        case source, added, changed, unchanged, disabled, cameras, warnings
        case dryRun = "dry_run"
    }
}

/// What an import of people in charge found and did.
package struct OfficialImportReport: Hashable, Codable, Sendable {
    package var source: String
    package var added: Int
    package var changed: Int
    package var unchanged: Int
    /// People in charge that the file does not name and whose term was therefore ended (only on request).
    package var ended: Int
    package var warnings: [ImportProblem]
    /// Nothing was stored: the caller asked what would happen.
    package var dryRun: Bool

    package init(
        source: String, added: Int = 0, changed: Int = 0, unchanged: Int = 0, ended: Int = 0,
        warnings: [ImportProblem] = [], dryRun: Bool = false
    ) {
        self.source = source
        self.added = added
        self.changed = changed
        self.unchanged = unchanged
        self.ended = ended
        self.warnings = warnings
        self.dryRun = dryRun
    }

    private enum CodingKeys: String, CodingKey {
        case source, added, changed, unchanged, ended, warnings
        case dryRun = "dry_run"
    }
}
