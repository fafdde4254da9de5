internal import MKDSCore
internal import QueryAPI

/// Cameras, areas and people in charge as tables and fields.
extension Texts {
    var cameraColumns: [Table.Column] {
        [
            .init(title: self("KAMERA", "CAMERA")), .init(title: self("NÁZEV", "NAME")),
            .init(title: self("STAV", "STATE")), .init(title: self("OD", "SINCE")),
            .init(title: self("OBRAZ", "PICTURE")), .init(title: self("ÚČEL", "PURPOSE")),
            .init(title: self("UCHOVÁNÍ", "RETENTION"), alignment: .right),
        ]
    }

    func cameraCells(_ camera: CameraResource) -> [Table.Cell] {
        [
            Table.Cell(camera.id.rawValue), Table.Cell(camera.name), stateCell(camera),
            Table.Cell(camera.status.map { moment($0.since) } ?? "–"), Table.Cell(picture(camera.status) ?? "–"),
            Table.Cell(word(camera.purposeClass)), Table.Cell(retention(camera.retentionHours)),
        ]
    }

    private func stateCell(_ camera: CameraResource) -> Table.Cell {
        guard camera.enabled else { return Table.Cell(self("vypnuta", "disabled"), style: .faint) }
        guard let status = camera.status else { return Table.Cell(self("neznámý", "unknown"), style: .warning) }
        let reason = status.reason.map { ": " + topic($0) } ?? ""
        let style: Style =
            switch status.state {
            case .live, .finished: .good
            case .connecting: .warning
            case .waiting: .bad
            }
        return Table.Cell(word(status.state) + reason, style: style)
    }

    private func picture(_ status: CameraStatusResource?) -> String? {
        guard let status, let codec = status.codec else { return nil }
        let size = status.width.flatMap { width in status.height.map { " \(width)×\($0)" } } ?? ""
        let rate = status.frameRate.map { " \(decimal(Double($0), places: 1))/s" } ?? ""
        return word(codec: codec) + size + rate
    }

    private func retention(_ hours: Int) -> String {
        hours % 24 == 0 ? "\(hours / 24) d" : "\(hours) h"
    }

    var noCameras: String {
        self(
            "V evidenci není žádná kamera. Přidání: mkdsctl cameras import SOUBOR.csv",
            "There is no camera in the register. To add some: mkdsctl cameras import FILE.csv")
    }

    /// How an encrypted camera is known; nothing for others.
    private func trust(_ camera: CameraResource) -> String? {
        switch camera.trust {
        case .pin(let fingerprint): self("otisk ", "fingerprint ") + fingerprint.description
        case .authorities: self("podle certifikátu autority", "by its authority's certificate")
        case nil:
            camera.url.hasPrefix("rtsps:") || camera.onvif?.isEncrypted == true
                ? self("nenastaven, kamera se odmítá", "not set, camera refused") : nil
        }
    }

    /// The camera's own services and when its events are fetched; nothing where they are not asked.
    private func onvif(_ camera: CameraResource) -> String? {
        guard let onvif = camera.onvif else { return nil }
        let events =
            switch onvif.events {
            case .auto: self("události bez stopy metadat", "events where there is no metadata track")
            case .always: self("události vždy", "events always")
            case .off: self("bez událostí", "no events")
            }
        return "\(onvif.url) (\(events))"
    }

    func cameraFields(_ camera: CameraResource) -> [(name: String, value: String?)] {
        let status = camera.status
        return [
            (self("Kamera", "Camera"), camera.id.rawValue),
            (self("Název", "Name"), camera.name),
            (self("Provozovatel", "Owner"), camera.owner),
            (self("Účel", "Purpose"), "\(word(camera.purposeClass)) (\(camera.purposeClass.rawValue))"),
            (self("Právní základ", "Legal basis"), camera.legalBasis),
            (self("Adresa", "URL"), camera.url),
            (self("Přihlášení", "Credential"), camera.credential ?? self("žádné", "none")),
            (self("Certifikát", "Certificate"), trust(camera)),
            (self("Služby ONVIF", "ONVIF services"), onvif(camera)),
            (self("Stožár", "Mast"), camera.mast.map { point($0.coordinates) }),
            (self("Bod scény", "Scene point"), camera.scene.map { point($0.coordinates) }),
            (self("Záběr", "View"), camera.view.map { polygon in polygon.coordinates.first.map(corners) ?? "–" }),
            (self("Okrsek na hranici", "Border okrsek"), camera.borderOkrsek),
            (self("Uchování", "Retention"), retention(camera.retentionHours)),
            (self("Zapnuta", "Enabled"), yesNo(camera.enabled)),
            (self("Stav", "State"), stateCell(camera).text),
            (self("Od", "Since"), status.map { moment($0.since) }),
            (self("Co s tím", "What to do"), status?.reason.flatMap(advice)),
            (self("Hlášení programu", "Detail"), status?.detail),
            (self("Obraz", "Picture"), picture(status)),
            (self("Tok", "Bit rate"), status?.bitRate.map { "\(decimal(Double($0) / 1_000_000, places: 2)) Mbit/s" }),
            (self("Poslední data", "Last packet"), status?.lastPacket.map { moment($0) }),
            (self("Obnovená spojení", "Reconnects"), status.map { grouped($0.reconnects) }),
            (self("Zdroj času", "Clock"), status?.clock.map(word)),
            (self("Odchylka hodin", "Clock offset"), status?.clockOffsetMilliseconds.map(clockOffset)),
            (
                self("Nejistota času", "Uncertainty"),
                status?.uncertaintyMilliseconds.map { "± \(decimal($0 / 1000, places: 2)) s" }
            ),
            (self("Poškozené snímky", "Damaged pictures"), status.map { grouped($0.damaged) }),
            (self("Hlášení kamery", "Camera's metadata"), (status?.metadata).map { metadata($0) }),
            (self("Neznámá hlášení", "Unknown topics"), (status?.metadata).flatMap { unknownTopics($0) }),
            (
                self("Potíž s hlášeními", "Metadata trouble"),
                (status?.metadata?.trouble).map { self("Hlášení programu: „\($0)“", $0) }
            ),
        ]
    }

    private func corners(_ ring: [[Double]]) -> String {
        count(
            max(0, ring.count - 1), czech: (one: "vrchol", few: "vrcholy", many: "vrcholů"),
            english: (one: "corner", many: "corners"))
    }

    // MARK: - Areas

    var areaColumns: [Table.Column] {
        [
            .init(title: self("DRUH", "KIND")), .init(title: self("KÓD", "CODE")), .init(title: self("NÁZEV", "NAME")),
            .init(title: self("OBEC", "OBEC")), .init(title: self("ROZLOHA", "SURFACE"), alignment: .right),
            .init(title: self("PLATÍ OD", "VALID FROM")), .init(title: self("PLATÍ DO", "VALID TO")),
        ]
    }

    func areaCells(_ area: Area) -> [Table.Cell] {
        [
            Table.Cell(word(area.kind)), Table.Cell(area.code), Table.Cell(area.name),
            Table.Cell(area.obec.isEmpty ? "–" : area.obec),
            Table.Cell("\(decimal(area.squareMetres / 1_000_000, places: 2)) km²"),
            Table.Cell(boundary(area.validFrom)),
            Table.Cell(area.validTo.map { boundary($0) } ?? "–"),
        ]
    }

    var noAreas: String {
        self(
            "Žádné takové území v tomto čase neplatí. Přidání: mkdsctl areas import SOUBOR.geojson --kind okrsek --valid-from DATUM",
            "No such area is in force at that time. To add some: mkdsctl areas import FILE.geojson --kind okrsek --valid-from DATE"
        )
    }

    // MARK: - Place

    func placeFields(_ answer: PlaceAnswer) -> [(name: String, value: String?)] {
        [
            (self("Bod", "Point"), point(answer.point)), (self("K času", "At"), moment(answer.at)),
            (self("Okrsek", "Okrsek"), okrsek(answer.okrsek, onBorder: answer.onBorder)),
            (self("Obvod", "Obvod"), answer.obvod.map(area) ?? "–"),
            (self("Obec", "Municipality"), answer.obec.map(area) ?? "–"),
        ]
    }

    var officialColumns: [Table.Column] {
        [
            .init(title: self("FUNKCE", "ROLE")), .init(title: self("JMÉNO", "NAME")),
            .init(title: self("SLOŽKA", "BODY")), .init(title: self("TELEFON", "PHONE")),
            .init(title: self("ZA", "FOR")), .init(title: self("OD", "SINCE")), .init(title: self("DO", "UNTIL")),
        ]
    }

    func officialCells(_ official: Official) -> [Table.Cell] {
        let area = label(code: official.code, name: official.area ?? "")
        return [
            Table.Cell(word(official.role)), Table.Cell(official.person), Table.Cell(official.body),
            Table.Cell(official.phone ?? "–"), Table.Cell("\(official.kind.rawValue) \(area)"),
            Table.Cell(boundary(official.validFrom)), Table.Cell(official.validTo.map { boundary($0) } ?? "–"),
        ]
    }

    func word(_ role: OfficialRole) -> String {
        switch role {
        case .okrskar: self("okrskář (MP)", "precinct officer (MP)")
        case .policista: self("policista (PČR)", "state police officer")
        case .starosta: self("starosta", "mayor")
        case .velitel: self("velitel MP", "commander of MP")
        }
    }

    var outsideMaps: String {
        self(
            "Bod leží mimo všechna území, která v tom čase platí: mkdsctl areas list",
            "The point lies outside every area in force at that time: mkdsctl areas list")
    }
    var noOfficials: String { self("Nikdo odpovědný není uveden.", "Nobody in charge is on record.") }
    var unstaffed: String {
        self("Okrsek nemá okrskáře; odpovídá velitel.", "The okrsek has no officer; its commander is in charge.")
    }
}
