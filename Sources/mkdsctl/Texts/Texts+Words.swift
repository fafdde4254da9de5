internal import MKDSCore
internal import QueryAPI

/// Names of what the index knows.
extension Texts {
    func word(_ kind: EventKind) -> String {
        switch kind {
        case .motion: self("pohyb", "motion")
        case .object: self("objekt", "object")
        case .rule: self("pravidlo", "rule")
        case .tamper: self("manipulace", "tamper")
        case .health: self("stav kamery", "camera health")
        }
    }

    /// The kinds as they may be typed, in both languages.
    static func kind(typed text: String) -> EventKind? {
        switch text.lowercased() {
        case "pohyb", "motion": .motion
        case "objekt", "object": .object
        case "pravidlo", "rule": .rule
        case "manipulace", "tamper": .tamper
        case "stav", "health": .health
        default: nil
        }
    }

    func word(_ source: EventSource) -> String {
        switch source {
        case .camera: self("kamera", "camera")
        case .server: self("server", "server")
        }
    }

    func word(_ clock: ClockSource) -> String {
        switch clock {
        case .arrival: self("příchod na server", "arrival at the server")
        case .rtcp: self("hodiny kamery (RTCP)", "camera clock (RTCP)")
        case .camera: self("údaj kamery", "time told by the camera")
        case .file: self("časová osa souboru", "time base of the file")
        }
    }

    func word(_ reason: EndReason) -> String {
        switch reason {
        case .over: self("skončila sama", "over")
        case .split: self("rozdělena pro délku", "split for its length")
        case .streamLost: self("ztráta proudu", "stream lost")
        case .withdrawn: self("kamera vyřazena", "camera withdrawn")
        case .recovered: self("uzavřena při obnově", "closed by recovery")
        }
    }

    func word(_ basis: PlaceBasis) -> String {
        switch basis {
        case .scenePoint: self("bod scény", "scene point")
        case .mast: self("stožár", "mast")
        case .unknown: self("neznámé", "unknown")
        }
    }

    /// What kept a camera from being seen; a topic this program does not know is shown as it is.
    func topic(_ topic: String) -> String {
        if let trouble = SightTrouble(rawValue: topic) { return word(trouble) }
        return switch HealthTopic(rawValue: topic) {
        case .unreachable: self("nedostupná", "unreachable")
        case .credentialsRefused: self("odmítnuté přihlášení", "credentials refused")
        case .untrusted: self("neověřený certifikát", "certificate not trusted")
        case .stalled: self("nepřichází obraz", "no packets")
        case .lost: self("ztráta spojení", "connection lost")
        case .unsupported: self("nepodporovaný formát", "unsupported format")
        case .malformed: self("poškozená data", "malformed data")
        case .ended: self("proud skončil", "stream ended")
        case .streamChanged: self("změna proudu", "stream changed")
        case .clockError: self("chybné hodiny kamery", "camera clock wrong")
        case .presetChanged: self("natočení na předvolbu", "turned to a preset")
        case .clockStepped: self("kamera změnila čas", "camera clock changed")
        case .spoolBlocked: self("nelze zapisovat na disk", "disk cannot be written")
        case .servicesFailed: self("služby kamery neodpovídají", "camera's services fail")
        case .metadataRefused: self("nečitelná hlášení kamery", "camera's metadata refused")
        case .clockSynchronised: self("kamera seřídila hodiny", "camera set its clock")
        case .quarantined: self("v karanténě", "in quarantine")
        case nil: cameraTopic(topic)
        }
    }

    /// What a person does about it; nil for a topic that needs nothing or that this program does not know.
    func advice(_ topic: String) -> String? {
        switch HealthTopic(rawValue: topic) {
        case .unreachable:
            self(
                "Ověřte adresu, síť a napájení kamery; u souboru a složky cestu a právo ke čtení.",
                "Check the camera's address, network and power; of a file or folder the path and the right to read it.")
        case .credentialsRefused:
            self(
                "Opravte jméno nebo heslo v souboru s přihlašovacím údajem, pak: sudo systemctl reload mkdsd.service",
                "Correct name or password in the credential's file, then: sudo systemctl reload mkdsd.service")
        case .untrusted:
            self(
                "Porovnejte otisk z podrobností s otiskem na stránce kamery; jsou-li shodné, zapište jej do sloupce trust.",
                "Compare the fingerprint in the detail with the camera's own; if they agree, put it into column trust.")
        case .stalled:
            self(
                "Spojení je, obraz ne: ověřte kanál v adrese a zátěž kamery.",
                "Connected but no picture: check the channel in the address and the camera's load.")
        case .lost:
            self(
                "Spojení se obnoví samo; opakuje-li se to, ověřte síť a napájení.",
                "It reconnects by itself; if it keeps happening, check network and power.")
        case .unsupported:
            self(
                "Nastavte v kameře H.264, H.265 nebo MJPEG s běžným rozlišením.",
                "Set the camera to H.264, H.265 or MJPEG with an ordinary picture size.")
        case .malformed:
            self(
                "Adresa nevede na obraz kamery, nebo kamera posílá poškozená data: ověřte adresu, restartujte kameru.",
                "The address does not lead to a camera's picture, or its data are damaged: check it, restart the camera."
            )
        case .spoolBlocked:
            self(
                "Uvolněte místo na disku fronty; soubory fronty nemažte.",
                "Make room on the spool's disk; do not delete the spool's files.")
        case .clockError, .clockStepped:
            self(
                "Nastavte v kameře synchronizaci hodin (NTP) se serverem města.",
                "Let the camera take its time (NTP) from the town's server.")
        case .quarantined:
            self(
                "Kamera shazuje program, který ji čte. Opravte ji, nebo ji vypněte; znovu se zkusí po příkazu: sudo systemctl reload mkdsd.service",
                "The camera crashes the program that reads it. Mend it or switch it off; it is tried again after: sudo systemctl reload mkdsd.service"
            )
        case .servicesFailed:
            self(
                "Obraz není dotčen, události kamery však mohou chybět. Ověřte adresu ve sloupci onvif a účet kamery pro ONVIF.",
                "The pictures are not affected, but the camera's own events may be missing. Check column onvif and the camera's ONVIF account."
            )
        case .metadataRefused:
            self(
                "Obraz není dotčen. Nastavte v kameře metadata jako XML (případně gzip) a omezte jejich množství.",
                "The pictures are not affected. Set the camera's metadata to XML (or gzip) and reduce their amount.")
        case .ended, .streamChanged, .presetChanged, .clockSynchronised, nil: nil
        }
    }

    /// The usual name of a codec.
    func word(codec: String) -> String {
        switch codec {
        case "h264": "H.264"
        case "hevc": "H.265"
        case "mjpeg": "MJPEG"
        default: codec
        }
    }

    func word(_ state: CameraStatus.State) -> String {
        switch state {
        case .connecting: self("připojuje se", "connecting")
        case .live: self("v provozu", "live")
        case .waiting: self("čeká", "waiting")
        case .finished: self("soubor dočten", "finished")
        }
    }

    func word(_ status: HealthReport.Status) -> String {
        switch status {
        case .ok: self("v pořádku", "ok")
        case .degraded: self("zhoršený", "degraded")
        case .failing: self("selhává", "failing")
        }
    }

    func word(_ kind: AreaKind) -> String {
        switch kind {
        case .okrsek: self("okrsek", "precinct (okrsek)")
        case .obvod: self("městský obvod", "city district (obvod)")
        case .obec: self("obec", "municipality (obec)")
        }
    }

    func word(_ purpose: PurposeClass) -> String {
        switch purpose {
        case .mkds: self("veřejné prostranství", "public place")
        case .property: self("ochrana majetku", "property")
        case .school: self("škola", "school")
        case .traffic: self("doprava", "traffic")
        }
    }

    /// Code and name, the name only where it says more than the code.
    func area(_ area: AreaReference) -> String { label(code: area.code, name: area.name) }

    func label(code: String, name: String) -> String {
        name.isEmpty || name == code ? code : "\(code) \(name)"
    }

    /// The okrsek of a place, which may be none.
    func okrsek(_ area: AreaReference?, onBorder: Bool) -> String {
        guard let area else { return self("neurčeno", "none") }
        return self.area(area) + (onBorder ? self(" (hranice)", " (border)") : "")
    }

    func yesNo(_ value: Bool) -> String { value ? self("ano", "yes") : self("ne", "no") }

    /// Longitude and latitude in degrees, to a centimetre. `49,7475° s. š., 13,3776° v. d.` would not paste back; this does.
    func point(_ coordinates: [Double]) -> String {
        coordinates.map { "\(($0 * 1e7).rounded() / 1e7)" }.joined(separator: ",")
    }
}
