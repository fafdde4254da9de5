internal import MKDSCore
internal import QueryAPI

/// What `cameras discover` says, and `cameras probe` of ONVIF devices.
extension Texts {
    var camerasDiscoverAbstract: String {
        self("Najde kamery ONVIF v sítích serveru.", "Find ONVIF cameras in the server's networks.")
    }
    var camerasDiscoverDiscussion: String {
        self(
            """
            mkdsd se zeptá všech zařízení v sítích, do nichž je server přímo připojen (WS-Discovery); za směrovač dotaz nejde. Smí jen správce.
            Odpovědět může kdokoli: co je vypsáno, je jen tvrzení zařízení. Kameru pak vyzkoušejte: mkdsctl cameras probe.
            """,
            """
            mkdsd asks all devices of the networks the server is directly in (WS-Discovery); the question passes no router. For administrators only.
            Anybody may answer: what is listed is what devices claim. Then try the camera: mkdsctl cameras probe.
            """)
    }
    var helpDiscoverSeconds: String {
        self("Jak dlouho čekat na odpovědi, 1 až 15.", "How long to wait for answers, 1 to 15.")
    }
    var helpInterface: String {
        self("Jen toto síťové rozhraní serveru.", "Only this network interface of the server.")
    }
    var badDiscoverSeconds: String { self("--seconds musí být 1 až 15.", "--seconds must be 1 to 15.") }

    func searching(_ listened: Double, of seconds: Double) -> String {
        self(
            "čeká se na odpovědi: \(decimal(listened, places: 0)) z \(decimal(seconds, places: 0)) s",
            "waiting for answers: \(decimal(listened, places: 0)) of \(decimal(seconds, places: 0)) s")
    }

    func searchFailed(_ detail: String) -> String {
        self(
            "sítě nelze prohledat. Hlášení programu: „\(detail)“", "the networks cannot be searched: \(detail)")
    }

    var discoveryColumns: [Table.Column] {
        [
            .init(title: self("ADRESA", "ADDRESS")), .init(title: self("NÁZEV", "NAME")),
            .init(title: self("TYP", "HARDWARE")), .init(title: self("V EVIDENCI", "REGISTERED")),
            .init(title: self("SLUŽBA ONVIF", "ONVIF SERVICE")),
        ]
    }

    func discoveryCells(_ item: DiscoveryReport.Item) -> [Table.Cell] {
        let device = item.device
        func text(_ value: String) -> String { value.isEmpty ? "–" : value }
        return [
            Table.Cell(text(device.answeredFrom.joined(separator: " "))), Table.Cell(text(device.name)),
            Table.Cell(text(device.hardware)),
            item.cameras.isEmpty
                ? Table.Cell(self("ne", "no"), style: .warning)
                : Table.Cell(item.cameras.map(\.rawValue).joined(separator: " "), style: .good),
            Table.Cell(text(device.addresses.first ?? "")),
        ]
    }

    var nothingDiscovered: String {
        self(
            "Žádná kamera neodpověděla. V kameře zapněte ONVIF a WS-Discovery; kamery za směrovačem se takto nenajdou.",
            "No camera answered. Switch ONVIF and WS-Discovery on in the camera; cameras behind a router are not found like this."
        )
    }

    // MARK: - What a probed camera says over ONVIF

    func maker(_ device: DeviceDescription) -> String {
        let name = [device.manufacturer, device.model].filter { !$0.isEmpty }.joined(separator: " ")
        let firmware = device.firmware.isEmpty ? "" : ", firmware \(device.firmware)"
        return (name.isEmpty ? "ONVIF" : name) + firmware
    }

    var profileColumns: [Table.Column] {
        [
            .init(title: self("PROFIL", "PROFILE")), .init(title: self("OBRAZ", "PICTURE")),
            .init(title: self("SNÍMKŮ/S", "PICTURES/S"), alignment: .right),
            .init(title: "KBIT/S", alignment: .right), .init(title: self("METADATA", "METADATA")),
            .init(title: self("ADRESA", "URL")),
        ]
    }

    func profileCells(_ profile: DeviceProfile, of device: DeviceDescription) -> [Table.Cell] {
        let role =
            profile.token == device.subProfile
            ? self(" (vedlejší)", " (sub)") : profile.token == device.mainProfile ? self(" (hlavní)", " (main)") : ""
        return [
            Table.Cell((profile.name.isEmpty ? profile.token : profile.name) + role),
            Table.Cell(profile.encoding.isEmpty ? "–" : "\(profile.encoding) \(profile.width)×\(profile.height)"),
            Table.Cell(profile.frameRate > 0 ? decimal(profile.frameRate, places: 0) : "–"),
            Table.Cell(profile.bitRate > 0 ? grouped(profile.bitRate) : "–"),
            Table.Cell(yesNo(profile.hasMetadata)), Table.Cell(profile.url ?? "–"),
        ]
    }
}
