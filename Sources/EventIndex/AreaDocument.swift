internal import MKDSCore

/// A map of areas read from GeoJSON and checked as far as that goes without a database.
struct AreaDocument: Sendable {
    struct Feature: Sendable {
        var number: Int
        var code: String
        var name: String
        /// In the document's own coordinates.
        var polygons: [[[[Double]]]]
    }

    var features: [Feature]
    /// Code of the town if all features name the same one.
    var obec: String?
    var problems: RegisterProblems

    /// - Throws: ``RegisterError`` with every problem found when one is an error.
    init(parsing document: [UInt8], options: AreaImportOptions) throws(RegisterError) {
        let geojson = try RegisterGeoJSON(parsing: document)
        problems = RegisterProblems(item: .feature)
        try Self.checkReferenceSystem(geojson.crsName, options.srid)
        let names = AreaProperties(features: geojson.features, options: options)
        try names.checkPresence(in: geojson.features)
        if names.codeMissing {
            problems.warn(
                nil, field: "code", "no feature has a code; the names serve as codes",
                cs: "žádný prvek nemá kód; jako kódy slouží názvy")
        }
        let extent = RegisterExtent(srid: options.srid)
        features = []
        var points = 0
        for item in geojson.features {
            let label = names.label(of: item, &problems)
            let polygons: [[[[Double]]]]
            do {
                polygons = try RegisterGeoJSON.polygons(item.geometry, in: extent)
            } catch {
                problems.error(
                    item.number, name: label?.name, field: "geometry", error.message, cs: error.messageCs)
                continue
            }
            points += polygons.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } }
            guard points <= RegisterGeoJSON.pointLimit else {
                throw RegisterError(
                    .tooLarge, "more than \(RegisterGeoJSON.pointLimit) points; simplify the map",
                    cs: "více než \(RegisterGeoJSON.pointLimit) bodů; mapu zjednodušte")
            }
            guard let label else { continue }
            features.append(Feature(number: item.number, code: label.code, name: label.name, polygons: polygons))
        }
        checkUniqueness()
        obec = names.obec(of: geojson.features)
        try problems.check()
    }

    private static func checkReferenceSystem(_ name: String?, _ srid: Int) throws(RegisterError) {
        guard let name else { return }
        let declared: Int? =
            if name.hasSuffix(":5514") || name.hasSuffix("/5514") || name.hasSuffix("102067") {
                5514
            } else if name.hasSuffix("CRS84") || name.hasSuffix(":4326") || name.hasSuffix("/4326") {
                4326
            } else {
                nil
            }
        guard let declared else {
            throw RegisterError(
                .invalidDocument, "the document says crs \(quotable(name)); only EPSG:4326 and EPSG:5514 are read",
                cs: "dokument uvádí crs \(quotable(name)); čte se jen EPSG:4326 a EPSG:5514")
        }
        guard declared == srid else {
            throw RegisterError(
                .invalidDocument,
                "the document says EPSG:\(declared), the import \(srid); import it with srid \(declared)",
                cs: "dokument uvádí EPSG:\(declared), import \(srid); importujte se srid \(declared)")
        }
    }

    private mutating func checkUniqueness() {
        var codes: [String: Int] = [:]
        var names: [String: Int] = [:]
        for feature in features {
            if let first = codes.updateValue(feature.number, forKey: feature.code) {
                problems.error(
                    feature.number, name: feature.name, field: "code",
                    "code \(quotable(feature.code)) is also that of feature \(first)",
                    cs: "kód \(quotable(feature.code)) má i prvek \(first)")
            }
            if let first = names.updateValue(feature.number, forKey: feature.name) {
                problems.error(
                    feature.number, name: feature.name, field: "name", "the name is also that of feature \(first)",
                    cs: "stejný název má i prvek \(first)")
            }
        }
    }
}

/// Which properties of a document's features hold code, name and town.
///
/// Offices call them differently; the first of the usual names that any feature has is taken for all, in any case of
/// letters.
struct AreaProperties: Sendable {
    private let code: String?
    private let name: String?
    private let kind: AreaKind

    /// No feature has a property that could be the code.
    var codeMissing: Bool { code == nil && name != nil }

    init(features: [RegisterGeoJSON.Feature], options: AreaImportOptions) {
        kind = options.kind
        let present = Set(features.flatMap { feature in feature.properties.keys.map { $0.lowercased() } })
        let word = options.kind.rawValue
        let genitive =
            switch options.kind {
            case .okrsek: "okrsku"
            case .obvod: "obvodu"
            case .obec: "obce"
            }
        code =
            options.codeProperty?.lowercased()
            ?? [
                "kod", "code", "kod_\(word)", "\(word)_kod", "kod_\(genitive)", word, "cislo", "oznaceni",
                "cislo_\(genitive)",
            ].first(where: present.contains)
        name =
            options.nameProperty?.lowercased()
            ?? [
                "nazev", "name", "jmeno", "nazev_\(word)", "\(word)_nazev", "naz_\(word)", "nazev_\(genitive)", "popis",
            ].first(where: present.contains)
    }

    /// Refuses a map of which no feature has the properties looked for, with those it has: the same complaint about each
    /// feature would help nobody.
    func checkPresence(in features: [RegisterGeoJSON.Feature]) throws(RegisterError) {
        let keys = Set(features.flatMap(\.properties.keys)).sorted()
        let present = Set(keys.map { $0.lowercased() })
        let shown = keys.isEmpty ? "–" : keys.prefix(40).joined(separator: ", ") + (keys.count > 40 ? ", …" : "")
        guard code != nil || name != nil else {
            throw RegisterError(
                .invalidDocument,
                "no feature has a property of a usual name for code or name; those there are: \(shown). "
                    + "Say which to take with code_property and name_property (--code-property, --name-property)",
                cs:
                    "žádný prvek nemá vlastnost s obvyklým názvem pro kód nebo název území; vlastnosti v souboru: \(shown). "
                    + "Které se mají vzít, určují code_property a name_property (--code-property, --name-property)")
        }
        for property in [code, name] {
            guard let property, !present.contains(property) else { continue }
            throw RegisterError(
                .invalidDocument, "no feature has the property \(quotable(property)); those there are: \(shown)",
                cs: "žádný prvek nemá vlastnost \(quotable(property)); vlastnosti v souboru: \(shown)")
        }
    }

    /// Code and name of one feature; nil, with an error noted, when it has none.
    func label(of feature: RegisterGeoJSON.Feature, _ problems: inout RegisterProblems) -> AreaLabel? {
        let foundName = name.flatMap { value(of: $0, in: feature) }
        let foundCode = code == nil ? foundName : code.flatMap { value(of: $0, in: feature) }
        guard let foundName = foundName ?? (name == nil ? foundCode : nil) else {
            let field = name ?? "nazev"
            problems.error(feature.number, name: foundCode, field: field, "the name is missing", cs: "chybí název")
            return nil
        }
        guard let foundCode else {
            problems.error(
                feature.number, name: foundName, field: code ?? "kod", "the code is missing", cs: "chybí kód")
            return nil
        }
        guard foundCode.count <= 64, foundName.count <= 200 else {
            problems.error(
                feature.number, name: foundName, "code is longer than 64 or name longer than 200 characters",
                cs: "kód je delší než 64 nebo název delší než 200 znaků")
            return nil
        }
        return AreaLabel(code: foundCode, name: foundName)
    }

    /// The town's code if every feature that names one names the same.
    func obec(of features: [RegisterGeoJSON.Feature]) -> String? {
        guard kind != .obec else { return nil }
        let keys = ["kod_obec", "obec_kod", "kod_obce", "obec"]
        let found = Set(features.compactMap { feature in keys.lazy.compactMap { value(of: $0, in: feature) }.first })
        guard found.count == 1, let code = found.first, code.allSatisfy(\.isNumber), code.count <= 32 else {
            return nil
        }
        return code
    }

    private func value(of property: String, in feature: RegisterGeoJSON.Feature) -> String? {
        let key = feature.properties.keys.first { $0.lowercased() == property }
        guard let text = key.flatMap({ feature.properties[$0]?.label }).map(trimmed(_:)), !text.isEmpty else {
            return nil
        }
        return text
    }
}
