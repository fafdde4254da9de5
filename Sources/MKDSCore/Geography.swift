/// A point on the ground: WGS 84 (EPSG:4326), degrees, longitude first as in GeoJSON (RFC 7946).
package struct GeoPoint: Hashable, Sendable {
    package var longitude: Double
    package var latitude: Double

    /// Nil outside the globe or for numbers that are not finite.
    package init?(longitude: Double, latitude: Double) {
        guard (-180...180).contains(longitude), (-90...90).contains(latitude) else { return nil }
        self.longitude = longitude
        self.latitude = latitude
    }
}

extension GeoPoint: LosslessStringConvertible {
    /// `13.3776,49.7475`.
    package var description: String { "\(longitude),\(latitude)" }

    package init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(Self.degrees)
        guard parts.count == 2, let longitude = parts[0], let latitude = parts[1] else { return nil }
        self.init(longitude: longitude, latitude: latitude)
    }

    /// A decimal number, spaces around it allowed. `Double` alone would take hexadecimal and words, too.
    private static func degrees(_ text: Substring) -> Double? {
        let number = text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        guard (1...32).contains(number.count), number.allSatisfy({ "0123456789+-.eE".contains($0) }) else { return nil }
        return Double(String(number))
    }
}

/// Kinds of area the index knows. The raw value is stored and spoken on the wire.
package enum AreaKind: String, CaseIterable, Codable, Sendable {
    /// Police precinct.
    case okrsek
    /// Elected district of a city (MO, ÚMO).
    case obvod
    /// Municipality.
    case obec
}

/// One version of one area: the row that was in force.
package struct AreaReference: Hashable, Codable, Sendable {
    /// Names the version; an area that changes gets a new one.
    package var id: Int64
    package var kind: AreaKind
    /// The town's own code, unique in town, kind and span of validity.
    package var code: String
    package var name: String

    package init(id: Int64, kind: AreaKind, code: String, name: String) {
        self.id = id
        self.kind = kind
        self.code = code
        self.name = name
    }
}

/// What the place of an event was taken from, best first. Raw values are stored and never renumbered.
package enum PlaceBasis: UInt8, CaseIterable, Sendable {
    /// Where the camera's axis meets the ground.
    case scenePoint = 3
    /// The mast the camera hangs on.
    case mast = 4
    /// Not known; the okrsek is "neurčeno".
    case unknown = 0
}

/// Place of an event, frozen when it was indexed.
package struct EventPlace: Hashable, Sendable {
    package var basis: PlaceBasis
    package var point: GeoPoint?
    /// Nil outside every okrsek, which is an answer, not an error.
    package var okrsek: AreaReference?
    /// The point lies exactly on a border; the okrsek with the lower code was taken ("hranice").
    package var onBorder: Bool
    package var obvod: AreaReference?
    package var obec: AreaReference?
    /// Every okrsek that holds at least 5 % of the camera's view, the primary one among them.
    package var touched: [AreaReference]

    package init(
        basis: PlaceBasis = .unknown, point: GeoPoint? = nil, okrsek: AreaReference? = nil, onBorder: Bool = false,
        obvod: AreaReference? = nil, obec: AreaReference? = nil, touched: [AreaReference] = []
    ) {
        self.basis = basis
        self.point = point
        self.okrsek = okrsek
        self.onBorder = onBorder
        self.obvod = obvod
        self.obec = obec
        self.touched = touched
    }
}
