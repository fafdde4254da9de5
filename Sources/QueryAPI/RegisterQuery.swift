package import MKDSCore

/// What `GET /v1/areas` is asked.
package struct AreaQuery: Hashable, Sendable {
    package static let parameterNames = ["kind", "obec", "at", "geometry"]

    package var kind: AreaKind?
    /// Code of the town the areas belong to.
    package var obec: String?
    /// The moment whose versions are asked for; nil: now.
    package var at: UTCTime?
    package var includesGeometry: Bool

    package init(
        kind: AreaKind? = nil, obec: String? = nil, at: UTCTime? = nil, includesGeometry: Bool = true
    ) {
        self.kind = kind
        self.obec = obec
        self.at = at
        self.includesGeometry = includesGeometry
    }

    /// - Throws: ``Problem`` of kind `bad-parameter`.
    package init(_ items: [QueryItem]) throws(Problem) {
        var reader = ParameterReader(items, known: Self.parameterNames)
        kind = reader.takeAreaKind()
        obec = reader.takeText("obec", limit: 64)
        at = reader.takeTime("at")
        includesGeometry = reader.takeFlag("geometry", default: true)
        try reader.finish()
    }

    package var items: [QueryItem] {
        [
            kind.map { QueryItem("kind", $0.rawValue) }, obec.map { QueryItem("obec", $0) },
            at.map { QueryItem("at", $0.description) }, includesGeometry ? nil : QueryItem("geometry", "false"),
        ].compactMap(\.self)
    }
}

/// What `GET /v1/officials` is asked.
package struct OfficialQuery: Hashable, Sendable {
    package static let parameterNames = ["kind", "code", "at"]

    package var kind: AreaKind?
    /// Code of the area the people answer for.
    package var code: String?
    /// The moment whose terms are asked for; nil: now.
    package var at: UTCTime?

    package init(kind: AreaKind? = nil, code: String? = nil, at: UTCTime? = nil) {
        self.kind = kind
        self.code = code
        self.at = at
    }

    /// - Throws: ``Problem`` of kind `bad-parameter`.
    package init(_ items: [QueryItem]) throws(Problem) {
        var reader = ParameterReader(items, known: Self.parameterNames)
        kind = reader.takeAreaKind()
        code = reader.takeText("code", limit: 64)
        at = reader.takeTime("at")
        try reader.finish()
    }

    package var items: [QueryItem] {
        [
            kind.map { QueryItem("kind", $0.rawValue) }, code.map { QueryItem("code", $0) },
            at.map { QueryItem("at", $0.description) },
        ].compactMap(\.self)
    }
}

/// What `GET /v1/place` is asked.
package struct PlaceQuery: Hashable, Sendable {
    package static let parameterNames = ["point", "at"]

    package var point: GeoPoint
    /// Nil: now.
    package var at: UTCTime?

    package init(point: GeoPoint, at: UTCTime? = nil) {
        self.point = point
        self.at = at
    }

    /// - Throws: ``Problem`` of kind `bad-parameter`.
    package init(_ items: [QueryItem]) throws(Problem) {
        var reader = ParameterReader(items, known: Self.parameterNames)
        reader.require("point")
        let point = reader.take(
            "point", "longitude,latitude in degrees, like 13.3776,49.7475",
            "délka,šířka ve stupních, jako 13.3776,49.7475"
        ) { GeoPoint($0) }
        at = reader.takeTime("at")
        try reader.finish()
        guard let point else { preconditionFailure("a missing point is a complaint") }
        self.point = point
    }

    package var items: [QueryItem] {
        [QueryItem("point", point.description)] + (at.map { [QueryItem("at", $0.description)] } ?? [])
    }
}

/// What `POST /v1/areas/imports` is asked beside its GeoJSON body.
package struct AreaImportQuery: Hashable, Sendable {
    package static let parameterNames = [
        "kind", "obec", "valid_from", "srid", "accept_overlaps", "dry_run", "source", "code_property", "name_property",
    ]
    /// Coordinate systems that can be read.
    package static let srids = [4326, 5514]

    package var kind: AreaKind
    /// Code of the town. Nil: taken from the document, else the only town the index knows.
    package var obec: String?
    package var validFrom: UTCTime
    package var srid: Int
    package var acceptOverlaps: Bool
    package var dryRun: Bool
    /// What the register remembers as the document's name.
    package var source: String?
    /// Property that holds the code; nil: the usual names are tried.
    package var codeProperty: String?
    /// Property that holds the name; nil: the usual names are tried.
    package var nameProperty: String?

    package init(
        kind: AreaKind, obec: String? = nil, validFrom: UTCTime, srid: Int = 4326, acceptOverlaps: Bool = false,
        dryRun: Bool = false, source: String? = nil, codeProperty: String? = nil, nameProperty: String? = nil
    ) {
        self.kind = kind
        self.obec = obec
        self.validFrom = validFrom
        self.srid = srid
        self.acceptOverlaps = acceptOverlaps
        self.dryRun = dryRun
        self.source = source
        self.codeProperty = codeProperty
        self.nameProperty = nameProperty
    }

    /// - Throws: ``Problem`` of kind `bad-parameter`.
    package init(_ items: [QueryItem]) throws(Problem) {
        var reader = ParameterReader(items, known: Self.parameterNames)
        reader.require("kind")
        reader.require("valid_from")
        let kind = reader.takeAreaKind()
        obec = reader.takeText("obec", limit: 64)
        let validFrom = reader.takeTime("valid_from")
        srid = reader.take("srid", "4326 or 5514", "4326 ani 5514") { Int($0).flatMap(Self.known) } ?? 4326
        acceptOverlaps = reader.takeFlag("accept_overlaps")
        dryRun = reader.takeFlag("dry_run")
        source = reader.takeText("source", limit: 200)
        codeProperty = reader.takeText("code_property", limit: 64)
        nameProperty = reader.takeText("name_property", limit: 64)
        try reader.finish()
        guard let kind, let validFrom else { preconditionFailure("a missing parameter is a complaint") }
        self.kind = kind
        self.validFrom = validFrom
    }

    package var items: [QueryItem] {
        let given = [
            ("kind", kind.rawValue), ("obec", obec), ("valid_from", validFrom.description), ("srid", String(srid)),
            ("accept_overlaps", String(acceptOverlaps)), ("dry_run", String(dryRun)), ("source", source),
            ("code_property", codeProperty), ("name_property", nameProperty),
        ]
        return given.compactMap { name, value in value.map { QueryItem(name, $0) } }
    }

    private static func known(_ srid: Int) -> Int? { srids.contains(srid) ? srid : nil }
}

/// What `POST /v1/cameras/imports` and `POST /v1/officials/imports` are asked beside their body.
package struct ImportQuery: Hashable, Sendable {
    package static let parameterNames = ["dry_run", "replace", "source"]

    package var dryRun: Bool
    /// Switch off the cameras, end the terms of the people, that the document does not name.
    package var replace: Bool
    /// What the register remembers as the document's name.
    package var source: String?

    package init(dryRun: Bool = false, replace: Bool = false, source: String? = nil) {
        self.dryRun = dryRun
        self.replace = replace
        self.source = source
    }

    /// - Throws: ``Problem`` of kind `bad-parameter`.
    package init(_ items: [QueryItem]) throws(Problem) {
        var reader = ParameterReader(items, known: Self.parameterNames)
        dryRun = reader.takeFlag("dry_run")
        replace = reader.takeFlag("replace")
        source = reader.takeText("source", limit: 200)
        try reader.finish()
    }

    package var items: [QueryItem] {
        [QueryItem("dry_run", String(dryRun)), QueryItem("replace", String(replace))]
            + (source.map { [QueryItem("source", $0)] } ?? [])
    }
}

extension ParameterReader {
    fileprivate mutating func takeAreaKind() -> AreaKind? {
        take("kind", "one of okrsek, obvod, obec", "jedno z okrsek, obvod, obec") { AreaKind(rawValue: $0) }
    }
}
