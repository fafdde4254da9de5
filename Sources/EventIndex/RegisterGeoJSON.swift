internal import MKDSCore

/// The features of a GeoJSON document (RFC 7946), not yet understood.
struct RegisterGeoJSON: Sendable {
    struct Feature: Sendable {
        /// Place in the document, from 1.
        var number: Int
        var properties: [String: RegisterJSON]
        /// Nil for a feature without one.
        var geometry: RegisterJSON?
    }

    static let featureLimit = 10_000
    static let pointLimit = 1_000_000

    var features: [Feature]
    /// What the document's (pre-RFC) member `crs` names, e.g. `urn:ogc:def:crs:EPSG::5514`.
    var crsName: String?

    /// - Throws: ``RegisterError`` when the document is no FeatureCollection or too large.
    init(parsing document: [UInt8]) throws(RegisterError) {
        let root: RegisterJSON
        do {
            root = try RegisterJSON(parsing: document)
        } catch {
            throw Self.syntaxError(error, document)
        }
        guard root["type"]?.label == "FeatureCollection", case .array(let items)? = root["features"] else {
            let found = root["type"]?.label.map(quotable) ?? root.typeName
            throw RegisterError(
                .invalidDocument, "not a GeoJSON FeatureCollection but \(found)",
                cs: "není to GeoJSON FeatureCollection, ale \(found)")
        }
        guard items.count <= Self.featureLimit else {
            throw RegisterError(
                .tooLarge, "\(items.count) features; at most \(Self.featureLimit) are read",
                cs: "\(items.count) prvků; čte se nejvýše \(Self.featureLimit)")
        }
        guard !items.isEmpty else {
            throw RegisterError(.invalidDocument, "the document has no features", cs: "dokument nemá žádné prvky")
        }
        var problems = RegisterProblems(item: .feature)
        features = []
        for (index, item) in items.enumerated() {
            guard item["type"]?.label == "Feature" else {
                problems.error(index + 1, "not a GeoJSON Feature", cs: "není to GeoJSON Feature")
                continue
            }
            var properties: [String: RegisterJSON] = [:]
            if case .object(let members)? = item["properties"] { properties = members }
            let geometry = item["geometry"].flatMap { $0 == .null ? nil : $0 }
            features.append(Feature(number: index + 1, properties: properties, geometry: geometry))
        }
        try problems.check()
        crsName = root["crs"]?["properties"]?["name"]?.label
    }

    private static func syntaxError(_ failure: RegisterJSON.Failure, _ document: [UInt8]) -> RegisterError {
        let head = document.prefix(4)
        if head.starts(with: [0x50, 0x4B]) || head.starts(with: [0x00, 0x00, 0x27, 0x0A]) {
            return RegisterError(
                .invalidDocument, "this is a shapefile or ZIP, not GeoJSON; export the layer as GeoJSON",
                cs: "toto je shapefile nebo ZIP, ne GeoJSON; vyexportujte vrstvu jako GeoJSON")
        }
        let place = failure.isLimit ? "" : "line \(failure.line), column \(failure.column): "
        let placeCs = failure.isLimit ? "" : "řádek \(failure.line), sloupec \(failure.column): "
        return RegisterError(
            failure.isLimit ? .tooLarge : .invalidDocument, place + failure.message, cs: placeCs + failure.messageCs)
    }

    // MARK: - Geometry

    /// Why a geometry cannot be read.
    struct Complaint: Error {
        var message: String
        var messageCs: String
    }

    /// Polygons of a Polygon or MultiPolygon: each ring closed, of at least four positions, all within the extent.
    static func polygons(_ geometry: RegisterJSON?, in extent: RegisterExtent) throws(Complaint) -> [[[[Double]]]] {
        guard let geometry else {
            throw Complaint(message: "has no geometry", messageCs: "nemá geometrii")
        }
        guard case .array(let coordinates)? = geometry["coordinates"] else {
            if geometry["type"]?.label == "GeometryCollection" { throw unsupported("GeometryCollection") }
            throw Complaint(message: "has no coordinates", messageCs: "nemá souřadnice")
        }
        switch geometry["type"]?.label {
        case "Polygon": return [try rings(coordinates, of: nil, extent)]
        case "MultiPolygon":
            var polygons: [[[[Double]]]] = []
            for (index, item) in coordinates.enumerated() {
                guard case .array(let items) = item else { throw malformed(item) }
                polygons.append(try rings(items, of: index + 1, extent))
            }
            guard !polygons.isEmpty else { throw empty }
            return polygons
        case let type: throw unsupported(type ?? "no type")
        }
    }

    /// A Point's position, within the extent.
    static func point(_ geometry: RegisterJSON, in extent: RegisterExtent) throws(Complaint) -> [Double] {
        guard geometry["type"]?.label == "Point", let coordinates = geometry["coordinates"] else {
            let type = geometry["type"]?.label ?? "no type"
            throw Complaint(
                message: "geometry is \(quotable(type)); a Point is wanted",
                messageCs: "geometrie je \(quotable(type)); očekáván Point")
        }
        return try position(coordinates, extent)
    }

    private static func rings(
        _ items: [RegisterJSON], of polygon: Int?, _ extent: RegisterExtent
    ) throws(Complaint) -> [[[Double]]] {
        guard !items.isEmpty else { throw empty }
        var rings: [[[Double]]] = []
        for (index, item) in items.enumerated() {
            let place = (polygon.map { "polygon \($0), " } ?? "") + "ring \(index + 1)"
            let placeCs = (polygon.map { "polygon \($0), " } ?? "") + "prstenec \(index + 1)"
            guard case .array(let positions) = item else { throw malformed(item) }
            var ring: [[Double]] = []
            ring.reserveCapacity(positions.count)
            for (number, value) in positions.enumerated() {
                do throws(Complaint) {
                    ring.append(try position(value, extent))
                } catch {
                    throw Complaint(
                        message: "\(place), position \(number + 1): \(error.message)",
                        messageCs: "\(placeCs), bod \(number + 1): \(error.messageCs)")
                }
            }
            guard ring.count >= 4 else {
                throw Complaint(
                    message: "\(place) has \(ring.count) positions; at least 4 are needed",
                    messageCs: "\(placeCs) má \(ring.count) bodů; potřeba jsou nejméně 4")
            }
            guard ring.first == ring.last else {
                throw Complaint(
                    message: "\(place) is not closed: its last position is not its first",
                    messageCs: "\(placeCs) není uzavřený: poslední bod není týž jako první")
            }
            rings.append(ring)
        }
        return rings
    }

    static func position(_ value: RegisterJSON, _ extent: RegisterExtent) throws(Complaint) -> [Double] {
        guard case .array(let items) = value, (2...4).contains(items.count), case .number(let x) = items[0],
            case .number(let y) = items[1]
        else { throw Complaint(message: "a position must be two numbers", messageCs: "poloha musí být dvě čísla") }
        if let complaint = extent.complaint(x, y) {
            throw Complaint(message: complaint.en, messageCs: complaint.cs)
        }
        return [x, y]
    }

    private static var empty: Complaint { Complaint(message: "geometry is empty", messageCs: "geometrie je prázdná") }

    private static func malformed(_ value: RegisterJSON) -> Complaint {
        Complaint(
            message: "coordinates are malformed: an array expected, \(value.typeName) found",
            messageCs: "souřadnice jsou chybné: místo pole je tam něco jiného")
    }

    private static func unsupported(_ type: String) -> Complaint {
        Complaint(
            message: "geometry is \(quotable(type)); Polygon or MultiPolygon is wanted",
            messageCs: "geometrie je \(quotable(type)); očekáván Polygon nebo MultiPolygon")
    }
}
