import MKDSCore

/// What the camera's ONVIF services say beyond its stream.
extension ProbeFindings {
    static func device(_ facts: ProbeFacts, _ target: ProbeTarget, _ list: inout FindingList) {
        guard let device = facts.device else { return }
        if device.profiles.isEmpty, let trouble = device.troubles.first {
            list.add(
                .hint, "onvif-closed", cs: "Služby ONVIF kamery neodpověděly (\(trouble)).",
                en: "The camera's ONVIF services did not answer (\(trouble)).",
                do: (
                    "Některé kamery mají pro ONVIF zvláštní účet; založte jej a dejte mu totéž heslo. Jinou adresu služby přijímá --onvif.",
                    "Some cameras have accounts of their own for ONVIF; make one with the same password. Another address of the service is taken by --onvif."
                ))
        }
        subStream(device, facts, target, &list)
        if facts.clock?.offsetMilliseconds == nil, let clock = device.clock, abs(clock.offset) > 2 + clock.uncertainty {
            list.add(
                .warning, "clock-off",
                cs:
                    "Hodiny kamery podle ONVIF jdou o \(abs(clock.offset).tenthCS) s \(clock.offset < 0 ? "pozadu" : "napřed").",
                en:
                    "By ONVIF the camera's clock is \(abs(clock.offset).tenth) s \(clock.offset < 0 ? "behind" : "ahead").",
                do: (
                    "Zapněte v kameře NTP a ověřte časové pásmo.",
                    "Switch NTP on in the camera and check its time zone."
                ))
        }
        if let profile = device.profiles.first(where: { $0.url == target.url }), !profile.hasMetadata,
            device.profiles.contains(where: \.hasMetadata)
        {
            list.add(
                .hint, "metadata-elsewhere", cs: "Události kamery (metadata ONVIF) nese jiný profil než tento.",
                en: "The camera's own events (ONVIF metadata) are in another profile than this one.",
                do: (
                    "Přidejte v kameře metadata i do tohoto profilu, nebo použijte adresu toho, který je má.",
                    "Add metadata to this profile in the camera, or use the address of one that has them."
                ))
        }
    }

    /// A smaller stream of the same picture, where it would cost less.
    private static func subStream(
        _ device: DeviceDescription, _ facts: ProbeFacts, _ target: ProbeTarget, _ list: inout FindingList
    ) {
        guard let sub = device.profiles.first(where: { $0.token == device.subProfile }), let url = sub.url,
            url != target.url
        else { return }
        let pixels = facts.video.map { $0.width * $0.height } ?? .max
        guard sub.width * sub.height * 2 <= pixels else { return }
        list.add(
            .hint, "sub-stream", cs: "Kamera má vedlejší proud \(sub.width)×\(sub.height): \(url)",
            en: "The camera has a sub-stream of \(sub.width)×\(sub.height): \(url)",
            do: (
                "Vyzkoušejte jej; pro rozpoznání pohybu stačí a stojí zlomek.",
                "Try it; it is enough for finding motion and costs a fraction."
            ))
    }
}
