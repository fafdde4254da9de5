import MKDSCore

/// The stream itself: what it shows, how it comes, what it costs.
extension ProbeFindings {
    /// Keyframes farther apart than this make detection late and coverage coarse: whatever is lost is lost up to the next.
    static let rareKeyframes = 4.0
    /// Longest against shortest distance of keyframes from which a "smart" codec is suspected.
    static let uneven = 1.6
    /// 2560 × 1440; a sub-stream costs a tenth.
    static let largePicture = 3_700_000
    static let smallPicture = 320 * 180
    static let slowRate = 4.0
    /// CPU time for a second of video, ms, from which a camera is dear: sixteen fill a core and a half.
    static let dear = 100.0
    static let highBitRate = 8_000_000.0
    static let lateFirstPicture = 5_000.0

    static func groups(_ video: ProbeFacts.Video, _ list: inout FindingList) {
        guard video.codec != "mjpeg" else { return }
        let advice = (
            "Nastavte v kameře interval klíčových snímků (I-frame, GOP) na 1–2 s.",
            "Set the camera's keyframe interval (I-frame, GOP) to 1–2 s."
        )
        if video.keyframes < 2, video.seconds > rareKeyframes {
            list.add(
                .warning, "keyframes-rare",
                cs:
                    "Za \(video.seconds.tenthCS) s přišel jen \(video.keyframes == 1 ? "jeden" : "žádný") klíčový snímek; "
                    + "po každém výpadku se čeká na další.",
                en:
                    "Within \(video.seconds.tenth) s only \(video.keyframes) keyframe came; after each loss one waits for the next.",
                do: advice)
        } else if let median = video.keyframeMedian, median > rareKeyframes {
            list.add(
                .warning, "keyframes-rare",
                cs:
                    "Klíčový snímek přichází jen jednou za \(median.tenthCS) s: první obraz a obnova po výpadku se opozdí.",
                en:
                    "A keyframe comes only every \(median.tenth) s: the first picture and recovery after a loss are late.",
                do: advice)
        }
        if let shortest = video.keyframeShortest, let longest = video.keyframeLongest, longest > shortest * uneven,
            longest - shortest > 0.5
        {
            list.add(
                .warning, "keyframes-uneven",
                cs:
                    "Klíčové snímky přicházejí nepravidelně (\(shortest.tenthCS) až \(longest.tenthCS) s), nejspíš „chytrá“ komprese (H.264+, H.265+, Smart Codec, Zipstream).",
                en:
                    "Keyframes come unevenly (\(shortest.tenth) to \(longest.tenth) s), most likely a “smart” codec (H.264+, H.265+, Smart Codec, Zipstream).",
                do: (
                    "Vypněte ji a nastavte pevný interval klíčových snímků 1–2 s.",
                    "Switch it off and set a fixed keyframe interval of 1–2 s."
                ))
        }
        if let first = video.firstPictureMilliseconds, first > lateFirstPicture {
            list.add(
                .hint, "first-picture-late", cs: "První obraz přišel až za \((first / 1000).tenthCS) s.",
                en: "The first picture came after \((first / 1000).tenth) s.", do: advice)
        }
    }

    static func picture(_ video: ProbeFacts.Video, _ facts: ProbeFacts, _ list: inout FindingList) {
        let pixels = video.width * video.height
        let subStream = (
            "Pro dohled stačí vedlejší proud (sub-stream) asi 640×360 až 1280×720; hlavní nechte pro záznam.",
            "A sub-stream of about 640×360 to 1280×720 is enough for this; keep the main one for recording."
        )
        if pixels >= largePicture {
            list.add(
                .warning, "picture-large",
                cs: "Obraz \(video.width)×\(video.height) je pro rozpoznání pohybu zbytečně velký.",
                en: "A picture of \(video.width)×\(video.height) is needlessly large for finding motion.", do: subStream
            )
        } else if pixels > 0, pixels < smallPicture {
            list.add(
                .warning, "picture-small", cs: "Obraz \(video.width)×\(video.height) je malý: osoby v něm zaniknou.",
                en: "A picture of \(video.width)×\(video.height) is small: people get lost in it.",
                do: ("Zvolte proud aspoň 640×360.", "Choose a stream of at least 640×360."))
        }
        if video.codec == "mjpeg" {
            list.add(
                .warning, "mjpeg", cs: "MJPEG zabírá v síti několikrát víc než H.264 a nenese čas kamery.",
                en: "MJPEG takes several times the network of H.264 and carries no camera time.",
                do: (
                    "Umí-li kamera H.264 nebo H.265 po RTSP, použijte je.",
                    "If the camera can do H.264 or H.265 over RTSP, use that."
                ))
        }
        if let cost = facts.cost, cost.cpuMilliseconds > dear, pixels < largePicture {
            list.add(
                .hint, "dear",
                cs: "Čtení této kamery stojí \(cost.cpuMilliseconds.tenthCS) ms procesoru na sekundu videa.",
                en: "Reading this camera takes \(cost.cpuMilliseconds.tenth) ms of CPU for a second of video.",
                do: subStream)
        }
        if video.seconds >= 2, video.frameRate < slowRate {
            list.add(
                .warning, "rate-low",
                cs: "Přichází jen \(video.frameRate.tenthCS) snímku za sekundu; rychlý pohyb unikne.",
                en: "Only \(video.frameRate.tenth) pictures a second come; quick motion gets missed.",
                do: ("Nastavte v kameře aspoň 5 snímků za sekundu.", "Set the camera to at least 5 pictures a second."))
        } else if let announced = video.announcedRate, video.seconds >= 5, video.frameRate < announced * 0.7 {
            list.add(
                .hint, "rate-below-announced",
                cs: "Přichází \(video.frameRate.tenthCS) snímku za sekundu, ohlášeno je \(announced.tenthCS).",
                en: "\(video.frameRate.tenth) pictures a second come, \(announced.tenth) are announced.",
                do: (
                    "Bývá to přetížená kamera, dlouhá závěrka v noci nebo síť.",
                    "Often an overloaded camera, a long exposure at night or the network."
                ))
        }
        if video.bitRate > highBitRate {
            list.add(
                .hint, "bit-rate-high", cs: "Proud má \((video.bitRate / 1_000_000).tenthCS) Mbit/s.",
                en: "The stream takes \((video.bitRate / 1_000_000).tenth) Mbit/s.", do: subStream)
        }
        if video.sizeChanges > 0 {
            list.add(
                .warning, "size-changes", cs: "Velikost obrazu se během sledování změnila.",
                en: "The picture's size changed while it was watched.",
                do: (
                    "Vypněte v kameře proměnné rozlišení; každá změna začíná učení scény znovu.",
                    "Switch off variable resolution in the camera; each change starts learning the scene anew."
                ))
        }
    }

    static func losses(_ video: ProbeFacts.Video, _ list: inout FindingList) {
        let advice = (
            "Ověřte síť ke kameře (kabel, přepínač, duplex, Wi-Fi) a její zátěž.",
            "Check the network to the camera (cable, switch, duplex, Wi-Fi) and its load."
        )
        if video.missing > 0 {
            list.add(
                .warning, "packets-missing", cs: "Na cestě se ztratily části proudu (počet: \(video.missing)).",
                en: "Parts of the stream were lost on the way (\(video.missing)).", do: advice)
        } else if video.damaged > 0 {
            list.add(
                .warning, "pictures-damaged",
                cs: "Některé snímky se nepodařilo dekódovat celé (počet: \(video.damaged)).",
                en: "Some pictures could not be decoded whole (\(video.damaged)).", do: advice)
        }
    }

    static func clock(_ facts: ProbeFacts, _ target: ProbeTarget, _ list: inout FindingList) {
        guard let clock = facts.clock, facts.video?.packets ?? 0 > 0 else { return }
        guard let offset = clock.offsetMilliseconds.map({ $0 / 1000 }) else {
            guard target.url.lowercased().hasPrefix("rtsp") else { return }
            list.add(
                .warning, "clock-untold", cs: "Kamera za dobu sledování nesdělila svůj čas (žádná hlášení RTCP).",
                en: "The camera did not tell its time while it was watched (no RTCP sender reports).",
                do: (
                    "Sledujte déle (--seconds 60); zůstane-li to, události ponesou „čas neověřen“. Zapněte v kameře RTCP.",
                    "Watch longer (--seconds 60); if it stays so, events will say “time not verified”. Switch RTCP on in the camera."
                ))
            return
        }
        let check = TimeCheck(offset: .microseconds(Int64(max(-1e12, min(1e12, offset)) * 1_000_000)))
        guard check != .verified else { return }
        let hours = (offset / 3600).rounded()
        let isZone = hours != 0 && abs(hours) <= 14 && abs(offset - hours * 3600) < 120
        let (direction, directionCS) = offset < 0 ? ("behind", "pozadu") : ("ahead", "napřed")
        list.add(
            .warning, "clock-off",
            cs: "Hodiny kamery jdou \(directionCS) o \(abs(offset).tenthCS) s"
                + (isZone ? ", to je celé hodiny." : "."),
            en: "The camera's clock is \(abs(offset).tenth) s \(direction)" + (isZone ? ": whole hours." : "."),
            do: isZone
                ? (
                    "Opravte v kameře časové pásmo a letní čas a zapněte NTP.",
                    "Correct time zone and summer time in the camera and switch NTP on."
                )
                : (
                    "Zapněte v kameře NTP, nejlépe proti témuž serveru, jaký má mkdsd.",
                    "Switch NTP on in the camera, best with the same server as mkdsd's."
                ))
    }

    static func tracks(_ facts: ProbeFacts, _ target: ProbeTarget, _ list: inout FindingList) {
        if facts.tracks.contains(where: { $0.kind == .audio }) {
            list.add(
                .hint, "audio-offered", cs: "Kamera nabízí zvuk; mkdsd jej nečte ani neukládá.",
                en: "The camera offers sound; mkdsd neither reads nor stores it.",
                do: (
                    "Nemá-li město pro zvuk vlastní zdůvodněný účel, vypněte mikrofon v kameře.",
                    "Unless the town has a justified purpose of its own for sound, switch the microphone off in the camera."
                ))
        }
        if facts.tracks.contains(where: { $0.kind == .metadata && $0.encoding.contains("EXI") }) {
            list.add(
                .hint, "metadata-exi", cs: "Metadata posílá kamera v EXI, které mkdsd nečte.",
                en: "The camera sends its metadata as EXI, which mkdsd does not read.",
                do: ("Nastavte v kameře metadata jako XML nebo gzip.", "Set the camera's metadata to XML or gzip."))
        }
    }

    static func scene(_ facts: ProbeFacts, _ list: inout FindingList) {
        for trouble in facts.scene?.troubles ?? [] {
            switch trouble {
            case .dark:
                list.add(
                    .warning, "scene-dark", cs: "V obraze není pro tmu nic vidět.",
                    en: "Nothing can be seen for darkness.",
                    do: (
                        "Je-li den, sejměte krytku nebo ověřte clonu; v noci zapněte přísvit nebo osvětlení.",
                        "By day take off the cap or check the iris; by night switch on infrared or the lamps."
                    ))
            case .bright:
                list.add(
                    .warning, "scene-bright", cs: "Obraz je přesvětlený.", en: "The picture is burnt out.",
                    do: ("Ověřte expozici a protisvětlo (WDR).", "Check exposure and backlight (WDR)."))
            case .frozen, .looped:
                list.add(
                    severity(of: trouble), "picture-repeats", cs: "Kamera posílá stále týž obraz, bit po bitu.",
                    en: "The camera sends the same pictures again and again, bit for bit.",
                    do: (
                        "Restartujte kameru; zůstane-li to, prověřte, odkud obraz opravdu přichází.",
                        "Restart the camera; if it stays so, find out where the picture really comes from."
                    ))
            case .covered, .blurred, .turned, .packetLoss: break
            }
        }
    }

    /// A loop hardly ever is a fault.
    private static func severity(of trouble: SightTrouble) -> ProbeFinding.Severity {
        trouble == .looped ? .error : .warning
    }
}
