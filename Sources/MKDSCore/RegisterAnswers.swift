/// One version of an area with its ground.
package struct Area: Hashable, Codable, Sendable {
    package var id: Int64
    package var kind: AreaKind
    package var code: String
    package var name: String
    /// Code of the town; empty while no town is known.
    package var obec: String
    package var validFrom: UTCTime
    /// Nil while no end is known.
    package var validTo: UTCTime?
    package var squareMetres: Double
    /// Nil when the caller asked for none.
    package var geometry: MultiPolygon?

    package init(
        id: Int64, kind: AreaKind, code: String, name: String, obec: String, validFrom: UTCTime,
        validTo: UTCTime? = nil, squareMetres: Double, geometry: MultiPolygon? = nil
    ) {
        self.id = id
        self.kind = kind
        self.code = code
        self.name = name
        self.obec = obec
        self.validFrom = validFrom
        self.validTo = validTo
        self.squareMetres = squareMetres
        self.geometry = geometry
    }

    /// The version's name without its ground.
    package var reference: AreaReference { AreaReference(id: id, kind: kind, code: code, name: name) }

    private enum CodingKeys: String, CodingKey {
        case id, kind, code, name, obec, geometry
        case validFrom = "valid_from"
        case validTo = "valid_to"
        case squareMetres = "m2"
    }
}

/// A GeoJSON geometry (RFC 7946) of type MultiPolygon, EPSG:4326.
package struct MultiPolygon: Hashable, Codable, Sendable {
    /// Polygons of rings of `[longitude, latitude]`; the first ring of a polygon is the outer one.
    package var coordinates: [[[[Double]]]]

    package init(coordinates: [[[[Double]]]]) {
        self.coordinates = coordinates
    }

    private enum CodingKeys: String, CodingKey {
        case type, coordinates
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(String.self, forKey: .type)
        guard type == "MultiPolygon" else {
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container, debugDescription: "not a MultiPolygon: \(type)")
        }
        coordinates = try container.decode([[[[Double]]]].self, forKey: .coordinates)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("MultiPolygon", forKey: .type)
        try container.encode(coordinates, forKey: .coordinates)
    }
}

/// What a person in charge is. The raw value is stored and spoken on the wire.
package enum OfficialRole: String, CaseIterable, Codable, Sendable {
    /// Municipal police officer in charge of one okrsek.
    case okrskar
    /// State police officer in charge of it.
    case policista
    /// Mayor of the obvod or the town.
    case starosta
    /// Commander of the municipal police; answers for an okrsek without an okrskář.
    case velitel
}

/// A person in charge of an area, with the term.
package struct Official: Hashable, Codable, Sendable {
    package var role: OfficialRole
    /// MP, PČR or the town.
    package var body: String
    package var person: String
    package var phone: String?
    package var kind: AreaKind
    package var code: String
    /// Name of the area in force at the moment asked for.
    package var area: String?
    package var validFrom: UTCTime
    /// Nil while no end is known.
    package var validTo: UTCTime?

    package init(
        role: OfficialRole, body: String, person: String, phone: String? = nil, kind: AreaKind, code: String,
        area: String? = nil, validFrom: UTCTime, validTo: UTCTime? = nil
    ) {
        self.role = role
        self.body = body
        self.person = person
        self.phone = phone
        self.kind = kind
        self.code = code
        self.area = area
        self.validFrom = validFrom
        self.validTo = validTo
    }

    private enum CodingKeys: String, CodingKey {
        case role, body, person, phone, kind, code, area
        case validFrom = "valid_from"
        case validTo = "valid_to"
    }
}

/// Where a point lies and who is in charge there.
package struct PlaceAnswer: Hashable, Codable, Sendable {
    /// `[longitude, latitude]`.
    package var point: [Double]
    /// The moment whose maps and terms were asked.
    package var at: UTCTime
    /// Nil outside every okrsek, which is an answer, not an error.
    package var okrsek: AreaReference?
    /// The point lies on the border of two okrsky or in two that overlap; the lower code was taken ("hranice").
    package var onBorder: Bool
    package var obvod: AreaReference?
    package var obec: AreaReference?
    /// Okrskář, policista, starosta; the velitel too when the okrsek has no okrskář.
    package var officials: [Official]
    /// There is an okrsek but no okrskář in term: it falls to the velitel.
    package var unstaffed: Bool

    package init(
        point: [Double], at: UTCTime, okrsek: AreaReference? = nil, onBorder: Bool = false,
        obvod: AreaReference? = nil, obec: AreaReference? = nil, officials: [Official] = [], unstaffed: Bool = false
    ) {
        self.point = point
        self.at = at
        self.okrsek = okrsek
        self.onBorder = onBorder
        self.obvod = obvod
        self.obec = obec
        self.officials = officials
        self.unstaffed = unstaffed
    }

    private enum CodingKeys: String, CodingKey {
        case point, at, okrsek, obvod, obec, officials, unstaffed
        case onBorder = "on_border"
    }
}
