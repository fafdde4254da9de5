internal import MKDSCore
internal import QueryAPI

/// What health says of the walls around capture processes.
extension HealthReport {
    /// `landlock`: its version; `address_filter`: 1 when the kernel refuses other addresses than capture.networks.
    static func figures(of walls: CaptureWalls?) -> [String: Double] {
        guard let walls else { return [:] }
        return ["landlock": Double(walls.landlock), "address_filter": walls.addressFilter == .stands ? 1 : 0]
    }

    /// The wall that is missing and what to do about it; nil when all stand that are to be expected.
    static func weakness(_ walls: CaptureWalls) -> (reason: String, reasonCS: String)? {
        switch walls.addressFilter {
        case .narrow:
            return (
                "The unit's address filter refuses networks of capture.networks: restart mkdsd, and see that no "
                    + "IPAddressDeny= was added to mkds-capture@.service.",
                "Filtr adres jednotky odmítá sítě z capture.networks: restartujte mkdsd a ověřte, že v "
                    + "mkds-capture@.service nepřibylo IPAddressDeny=."
            )
        case .absent:
            return (
                "The kernel does not keep the capture process to capture.networks: see `systemctl status "
                    + "mkds-capture.slice`; the kernel needs BPF for control groups.",
                "Jádro nehlídá, že se snímací proces připojuje jen do capture.networks: viz `systemctl status "
                    + "mkds-capture.slice`; jádro musí umět BPF pro řídicí skupiny (cgroup)."
            )
        case .none, .stands: break
        }
        guard walls.landlock == 0 else { return nil }
        return (
            "The kernel offers no Landlock, so the capture process may read what its user may: add landlock to lsm= on "
                + "the kernel's command line.",
            "Jádro nenabízí Landlock, snímací proces tak smí číst vše, co jeho uživatel: přidejte landlock do lsm= na "
                + "příkazové řádce jádra."
        )
    }
}
