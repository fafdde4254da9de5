internal import MKDSCore

/// The fields of one camera as a document gives them, and what they must be.
struct CameraFields: Sendable {
    var number: Int
    /// Trimmed, none empty.
    var texts: [String: String] = [:]
    /// Fields a GeoJSON document gives as JSON.
    var shapes: [String: RegisterJSON] = [:]
    /// The feature's own Point.
    var mast: [Double]?

    private static let extent = RegisterExtent(srid: 4326)
    /// Farther from the mast than any camera sees a person, metres.
    private static let plausibleDistance = 2000.0

    init(number: Int, texts: [String: String] = [:]) {
        self.number = number
        self.texts = texts
    }

    /// The record, or nil with every mistake noted.
    func record(_ problems: inout RegisterProblems) -> CameraRecord? {
        let before = problems.errorCount
        let id = texts["id"].flatMap(CameraID.init)
        if id == nil {
            fail(
                "id", "must be 1 to 64 of A–Z a–z 0–9 . _ -, not beginning with a dot",
                "musí být 1 až 64 znaků A–Z a–z 0–9 . _ -, ne s tečkou na začátku", &problems)
        }
        let name = required("name", 200, &problems)
        let owner = required("owner", 200, &problems)
        let legalBasis = required("legal_basis", 500, &problems)
        let purpose = purposeClass(&problems)
        let url = self.url(&problems)
        let credential = self.credential(&problems)
        let onvif = self.onvif(&problems)
        let trust = self.trust(of: url, onvif, &problems)
        let mast = self.mast ?? position("mast", &problems)
        if mast == nil, texts["mast_lon"] == nil, texts["mast_lat"] == nil {
            fail("mast_lon", "the mast's position is missing", "chybí poloha stožáru", &problems)
        }
        let scene = scenePoint(&problems)
        let view = self.view(&problems)
        let borderOkrsek = self.borderOkrsek(&problems)
        let retention = retentionHours(purpose, &problems)
        let enabled = flag("enabled", &problems)
        let motion = CameraMotionFields(self).settings(&problems)
        guard problems.errorCount == before, let id, let name, let owner, let legalBasis, let purpose, let url,
            let mast,
            let retention, let enabled, let motion
        else { return nil }
        warnOfDistance(mast, scene, view, &problems)
        return CameraRecord(
            id: id, name: name, owner: owner, purposeClass: purpose, legalBasis: legalBasis, url: url,
            credential: credential, trust: trust, onvif: onvif, mast: mast, scene: scene, view: view,
            borderOkrsek: borderOkrsek, retentionHours: retention, enabled: enabled, motion: motion)
    }

    func fail(_ field: String, _ message: String, _ messageCs: String, _ problems: inout RegisterProblems) {
        problems.error(number, name: texts["id"], field: field, message, cs: messageCs)
    }

    // MARK: - Words

    private func required(_ field: String, _ limit: Int, _ problems: inout RegisterProblems) -> String? {
        guard let text = texts[field] else {
            switch field {
            case "owner", "legal_basis":
                fail(
                    field, "is missing; a camera without owner and legal basis is not ingested (553/1991 Sb. § 24b)",
                    "chybí; bez provozovatele a právního titulu se kamera nezpracovává (553/1991 Sb. § 24b)", &problems)
            default: fail(field, "is missing", "chybí", &problems)
            }
            return nil
        }
        guard text.unicodeScalars.count <= limit else {
            fail(field, "is longer than \(limit) characters", "je delší než \(limit) znaků", &problems)
            return nil
        }
        return text
    }

    private func purposeClass(_ problems: inout RegisterProblems) -> PurposeClass? {
        let known = PurposeClass.allCases.map(\.rawValue).joined(separator: ", ")
        guard let text = texts["purpose_class"] else {
            fail(
                "purpose_class", "is missing; one of \(known), without it a camera is not ingested",
                "chybí; jedna z hodnot \(known), bez ní se kamera nezpracovává", &problems)
            return nil
        }
        guard let purpose = PurposeClass(rawValue: text.uppercased()) else {
            fail(
                "purpose_class", "\(quotable(text)) is not known; one of \(known)",
                "\(quotable(text)) není známo; jedna z hodnot \(known)", &problems)
            return nil
        }
        return purpose
    }

    private func flag(_ field: String, _ problems: inout RegisterProblems) -> Bool? {
        switch texts[field]?.lowercased() {
        case nil, "true", "yes", "ano", "1": return true
        case "false", "no", "ne", "0": return false
        case let text?:
            fail(
                field, "\(quotable(text)) is neither true nor false", "\(quotable(text)) není true ani false", &problems
            )
            return nil
        }
    }

    private func credential(_ problems: inout RegisterProblems) -> String? {
        guard let text = texts["credential"] else { return nil }
        // The rule for camera ids fits names of files as well.
        guard CameraID(text) != nil else {
            fail(
                "credential",
                "must be the name of a credential file (letters, digits, . _ -), never the password itself",
                "musí být jméno souboru s přihlašovacím údajem (písmena, číslice, . _ -), nikdy heslo samo", &problems)
            return nil
        }
        return text
    }

    /// A fingerprint or certificates in PEM, for `rtsps` and https only.
    private func trust(
        of url: String?, _ onvif: OnvifAccess?, _ problems: inout RegisterProblems
    ) -> CameraTrust? {
        guard let text = texts["trust"] else { return nil }
        guard let trust = CameraTrust(text) else {
            fail(
                "trust",
                "must be the SHA-256 fingerprint of the camera's certificate (64 hexadecimal digits) or certificates "
                    + "of its authorities in PEM",
                "musí být otisk SHA-256 certifikátu kamery (64 šestnáctkových číslic) nebo certifikáty jeho autorit "
                    + "v PEM", &problems)
            return nil
        }
        if let url, !url.hasPrefix("rtsps:"), onvif?.isEncrypted != true {
            fail(
                "trust", "is for rtsps:// addresses and an https:// device service only",
                "je jen pro adresy rtsps:// a službu kamery na https://", &problems)
        }
        return trust
    }

    /// Codes of areas are the town's own: any word of 1 to 64 characters.
    private func borderOkrsek(_ problems: inout RegisterProblems) -> String? {
        guard let code = texts["border_okrsek"] else { return nil }
        guard code.unicodeScalars.count <= 64 else {
            fail("border_okrsek", "is longer than 64 characters", "je delší než 64 znaků", &problems)
            return nil
        }
        return code
    }

    /// `30d`, `72h`; the ceiling of the purpose class when not given.
    private func retentionHours(_ purpose: PurposeClass?, _ problems: inout RegisterProblems) -> Int? {
        guard let text = texts["retention"] else { return purpose?.retentionCeilingHours ?? 1 }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = trimmed(text.dropFirst(digits.count)).lowercased()
        guard digits.count <= 6, let count = Int(digits), unit == "d" || unit == "h" else {
            fail(
                "retention", "\(quotable(text)) is no span; write 30d or 72h",
                "\(quotable(text)) není doba; napište 30d nebo 72h", &problems)
            return nil
        }
        let hours = unit == "d" ? count * 24 : count
        guard let purpose else { return nil }
        let floor = purpose == .school ? 1 : 24
        guard (floor...purpose.retentionCeilingHours).contains(hours) else {
            let ceiling = purpose.retentionCeilingHours
            fail(
                "retention", "\(hours) h is outside \(floor) to \(ceiling) h, the bounds for \(purpose.rawValue)",
                "\(hours) h je mimo meze \(floor) až \(ceiling) h pro \(purpose.rawValue)", &problems)
            return nil
        }
        return hours
    }

    // MARK: - Address

    /// An address without user, password or blanks. Messages never repeat it: it may hold a password.
    private func url(_ problems: inout RegisterProblems) -> String? {
        guard let text = texts["url"] else {
            fail("url", "is missing", "chybí", &problems)
            return nil
        }
        if let complaint = CameraAddress.complaint(about: text) {
            fail("url", complaint.en, complaint.cs, &problems)
            return nil
        }
        return text
    }

    // MARK: - Places

    private func position(_ field: String, _ problems: inout RegisterProblems) -> [Double]? {
        guard texts["\(field)_lon"] != nil || texts["\(field)_lat"] != nil else { return nil }
        guard let longitude = coordinate("\(field)_lon", &problems),
            let latitude = coordinate("\(field)_lat", &problems)
        else { return nil }
        if let complaint = Self.extent.complaint(longitude, latitude) {
            fail("\(field)_lon", complaint.en, complaint.cs, &problems)
            return nil
        }
        return [longitude, latitude]
    }

    private func coordinate(_ field: String, _ problems: inout RegisterProblems) -> Double? {
        guard let text = texts[field] else {
            fail(field, "is missing", "chybí", &problems)
            return nil
        }
        if let value = Double(text), value.isFinite, !text.lowercased().contains("x") { return value }
        if text.contains(","), Double(text.replacing(",", with: ".")) != nil {
            let hint = text.replacing(",", with: ".")
            fail(
                field, "\(quotable(text)) has a decimal comma; write \(hint)",
                "\(quotable(text)) má desetinnou čárku; napište \(hint)", &problems)
        } else {
            fail(field, "\(quotable(text)) is not a number", "\(quotable(text)) není číslo", &problems)
        }
        return nil
    }

    private func scenePoint(_ problems: inout RegisterProblems) -> [Double]? {
        guard let scene = shapes["scene"] else { return position("scene", &problems) }
        do {
            return scene["type"] == nil
                ? try RegisterGeoJSON.position(scene, Self.extent) : try RegisterGeoJSON.point(scene, in: Self.extent)
        } catch {
            fail("scene", error.message, error.messageCs, &problems)
            return nil
        }
    }

    private func view(_ problems: inout RegisterProblems) -> [[Double]]? {
        do throws(RegisterGeoJSON.Complaint) {
            let geometry: RegisterJSON
            if let shape = shapes["view"] {
                geometry = shape
            } else if let text = texts["view"] {
                geometry = try CameraView.geometry(wkt: text)
            } else {
                return nil
            }
            let polygons = try RegisterGeoJSON.polygons(geometry, in: Self.extent)
            guard polygons.count == 1, polygons[0].count == 1 else {
                throw .init(
                    message: "must be one polygon without holes", messageCs: "musí být jeden polygon bez děr")
            }
            return polygons[0][0]
        } catch {
            fail("view", error.message, error.messageCs, &problems)
            return nil
        }
    }

    private func warnOfDistance(
        _ mast: [Double], _ scene: [Double]?, _ view: [[Double]]?, _ problems: inout RegisterProblems
    ) {
        let points = [("scene_lon", scene)] + [("view", view?.max { distance(mast, $0) < distance(mast, $1) })]
        for (field, point) in points {
            guard let point else { continue }
            let metres = distance(mast, point)
            guard metres > Self.plausibleDistance else { continue }
            let kilometres = decimals(metres / 1000, 1)
            problems.warn(
                number, name: texts["id"], field: field, "lies \(kilometres) km from the mast",
                cs: "leží \(kilometres) km od stožáru")
        }
    }
}
