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
        switch HealthTopic(rawValue: topic) {
        case .unreachable: self("nedostupná", "unreachable")
        case .credentialsRefused: self("odmítnuté přihlášení", "credentials refused")
        case .stalled: self("nepřichází obraz", "no packets")
        case .lost: self("ztráta spojení", "connection lost")
        case .unsupported: self("nepodporovaný formát", "unsupported format")
        case .malformed: self("poškozená data", "malformed data")
        case .ended: self("proud skončil", "stream ended")
        case .streamChanged: self("změna proudu", "stream changed")
        case .spoolBlocked: self("nelze zapisovat na disk", "disk cannot be written")
        case nil: topic
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

    /// `49,7475° s. š., 13,3776° v. d.` would not paste back; this does.
    func point(_ coordinates: [Double]) -> String { coordinates.map { "\($0)" }.joined(separator: ",") }
}
