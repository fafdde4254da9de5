internal import MKDSCore
internal import QueryAPI

/// What `cameras probe` says.
extension Texts {
    // MARK: - Help

    var camerasProbeAbstract: String {
        self(
            "Vyzkouší kameru: co nabízí, co bude stát, co je špatně a co s tím.",
            "Try a camera: what it offers, what it will cost, what is wrong and what to do.")
    }
    var camerasProbeDiscussion: String {
        self(
            """
            Kameru zkouší mkdsd ze serveru, stejnou cestou, jakou ji pak bude číst; nic se neukládá. Smí jen správce.
            Heslo se nikdy nepíše do adresy ani do příkazu: --credential jmenuje soubor v adresáři přihlašovacích údajů mkdsd, s --user se na ně program zeptá.
            --csv vypíše jen záhlaví a řádek pro import. Návratový kód 1: kameru takto nelze použít.
            """,
            """
            mkdsd tries the camera from the server, the way it will read it; nothing is stored. For administrators only.
            The password never goes into the URL or the command: --credential names a file in mkdsd's credentials directory, with --user the program asks for it.
            --csv prints header and line for an import alone. Exit status 1: the camera cannot be used like this.
            """)
    }
    var helpProbeTarget: String {
        self(
            "Adresa proudu bez jména a hesla, nebo označení kamery v evidenci.",
            "URL of the stream without user and password, or id of a registered camera.")
    }
    var helpProbeCredential: String { self("Jméno přihlašovacího údaje mkdsd.", "Name of a credential of mkdsd.") }
    var helpProbeUser: String {
        self("Účet kamery; na heslo se program zeptá.", "The camera's account; the password is asked for.")
    }
    var helpPasswordDescriptor: String {
        self(
            "Heslo je první řádek tohoto deskriptoru (0 = standardní vstup).",
            "The password is the first line of this descriptor (0 = standard input).")
    }
    var helpProbeTrust: String {
        self(
            "Otisk SHA-256 certifikátu kamery rtsps, nebo soubor s certifikáty autorit (PEM).",
            "SHA-256 fingerprint of an rtsps camera's certificate, or a file of authorities' certificates (PEM).")
    }
    var helpDeviceService: String {
        self(
            "Služba zařízení ONVIF, není-li na obvyklé adrese (vypíše ji cameras discover).",
            "ONVIF device service where it is not at the usual address (cameras discover lists it).")
    }
    var helpProbeSeconds: String {
        self("Jak dlouho obraz sledovat, 1 až 60.", "How long to watch the picture, 1 to 60.")
    }
    var badProbeSeconds: String { self("--seconds musí být 1 až 60.", "--seconds must be 1 to 60.") }
    var credentialOrUser: String {
        self("Uveďte --credential, nebo --user, ne obojí.", "Give --credential or --user, not both.")
    }
    var passwordWithoutUser: String { self("--password-fd patří k --user.", "--password-fd belongs to --user.") }
    var badProbeTarget: String {
        self("Napište adresu (rtsp://…), nebo označení kamery.", "Write a URL (rtsp://…) or a camera's id.")
    }
    var probeAsRegistered: String {
        self(
            "Kamera z evidence se zkouší s tím, co je v evidenci; --credential, --user a --trust jsou pro adresu.",
            "A registered camera is tried as registered; --credential, --user and --trust are for a URL.")
    }
    var alreadyRegistered: String {
        self(
            "Kamera v evidenci už je; řádek pro import dává jen zkouška adresy.",
            "The camera is registered already; only a URL yields a line to import.")
    }
    var unusableCamera: String { self("kameru takto nelze použít", "the camera cannot be used like this") }
    var noTerminal: String {
        self(
            "Na heslo se není kde zeptat; předejte je deskriptorem: --password-fd 0 < SOUBOR",
            "There is no terminal to ask for the password; hand it over by a descriptor: --password-fd 0 < FILE")
    }
    func askPassword(_ user: String) -> String { self("Heslo účtu \(user): ", "Password of \(user): ") }
    func badPassword(_ limit: Int) -> String {
        self(
            "Heslo nelze přečíst: čeká se řádek o 1 až \(limit) bajtech.",
            "The password cannot be read: a line of 1 to \(limit) bytes is expected.")
    }
    func badTrust(_ path: String) -> String {
        self(
            "\(path) není otisk SHA-256 ani soubor s nejvýše 8 certifikáty PEM.",
            "\(path) is neither a SHA-256 fingerprint nor a file of at most 8 certificates in PEM.")
    }

    // MARK: - Progress

    func progress(_ stage: ProbeStage, _ watched: Double, of seconds: Double) -> String {
        switch stage {
        case .resolve: self("hledá se adresa kamery…", "looking the camera's address up…")
        case .connect: self("navazuje se spojení…", "connecting…")
        case .tls: self("ověřuje se certifikát…", "checking the certificate…")
        case .open: self("žádá se o obraz…", "asking for the picture…")
        case .device: self("čtou se služby ONVIF…", "asking its ONVIF services…")
        case .watch:
            self(
                "sleduje se obraz: \(decimal(watched, places: 0)) z \(decimal(seconds, places: 0)) s",
                "watching: \(decimal(watched, places: 0)) of \(decimal(seconds, places: 0)) s")
        }
    }

    // MARK: - Report

    func probeFields(_ report: ProbeReport) -> [(name: String, value: String?)] {
        let facts = report.facts
        let video = facts.video.flatMap { $0.packets > 0 ? $0 : nil }
        return [
            (self("Kamera", "Camera"), report.camera?.rawValue),
            (self("Adresa", "URL"), report.url),
            (self("Závěr", "Verdict"), word(report.verdict)),
            (self("Zařízení", "Device"), facts.device.map(maker)),
            (self("Spojení", "Connection"), facts.reach.map(connection)),
            (self("Certifikát", "Certificate"), facts.certificate.map(certificate)),
            (self("Otisk SHA-256", "SHA-256"), facts.certificate?.fingerprint.description),
            (self("Ověřování", "Authentication"), authentication(facts)),
            (self("Proudy", "Streams"), facts.tracks.isEmpty ? nil : facts.tracks.map(track).joined(separator: ", ")),
            (self("Obraz", "Picture"), video.map(picture)),
            (self("Tok", "Bit rate"), video.map { "\(decimal($0.bitRate / 1_000_000, places: 2)) Mbit/s" }),
            (self("Klíčové snímky", "Keyframes"), video.flatMap(keyframes)),
            (self("První obraz", "First picture"), video?.firstPictureMilliseconds.map { after($0) }),
            (self("Ztráty", "Losses"), video.map(losses)),
            (self("Hodiny", "Clock"), facts.clock.flatMap { video == nil ? nil : clock($0) }),
            (self("Scéna", "Scene"), facts.scene.flatMap { video == nil ? nil : scene($0) }),
            (
                self("Cena", "Cost"),
                facts.cost.map {
                    self(
                        "\(decimal($0.cpuMilliseconds, places: 1)) ms procesoru na sekundu videa, \(decimal($0.memoryMiB, places: 0)) MiB",
                        "\(decimal($0.cpuMilliseconds, places: 1)) ms of CPU for a second of video, \(decimal($0.memoryMiB, places: 0)) MiB"
                    )
                }
            ),
            (
                report.estimate.map { self("\($0.cameras) takových", "\($0.cameras) like it") } ?? "",
                report.estimate.map {
                    self(
                        "\(decimal($0.cores, places: 1)) jádra, \(decimal($0.memoryMiB, places: 0)) MiB",
                        "\(decimal($0.cores, places: 1)) cores, \(decimal($0.memoryMiB, places: 0)) MiB")
                }
            ),
        ]
    }

    func word(_ verdict: ProbeReport.Verdict) -> String {
        switch verdict {
        case .good: self("v pořádku", "good")
        case .usable: self("použitelná, s výhradami níže", "usable, with the reservations below")
        case .unusable: self("takto nepoužitelná", "unusable like this")
        }
    }

    private func connection(_ reach: ProbeFacts.Reach) -> String {
        let addresses = reach.addresses.joined(separator: ", ")
        guard let time = reach.connectMilliseconds else { return addresses.isEmpty ? "–" : addresses }
        return "\(addresses), \(after(time))"
    }

    private func after(_ milliseconds: Double) -> String {
        milliseconds < 1000
            ? self("za \(decimal(milliseconds, places: 1)) ms", "after \(decimal(milliseconds, places: 1)) ms")
            : self(
                "za \(decimal(milliseconds / 1000, places: 1)) s", "after \(decimal(milliseconds / 1000, places: 1)) s")
    }

    private func certificate(_ certificate: ProbeFacts.Certificate) -> String {
        let issuer =
            certificate.selfSigned
            ? self("podepsala si jej sama", "signed by itself")
            : self("vydal \(certificate.issuer)", "issued by \(certificate.issuer)")
        let dates = [certificate.notBefore, certificate.notAfter].map { $0.map { moment($0) } ?? "?" }
        return "\(certificate.subject), \(issuer), \(dates.joined(separator: " – "))"
    }

    private func authentication(_ facts: ProbeFacts) -> String? {
        guard !facts.authentication.isEmpty else {
            return facts.video == nil || facts.reach == nil ? nil : self("žádné", "none")
        }
        return facts.authentication.map { kind in
            switch kind {
            case .basic: "Basic"
            case .digest: "digest"
            case .digestSHA256: "digest SHA-256"
            }
        }.joined(separator: ", ")
    }

    private func track(_ track: ProbeFacts.Track) -> String {
        let kind =
            switch track.kind {
            case .video: self("obraz", "video")
            case .audio: self("zvuk", "audio")
            case .metadata: self("metadata ONVIF", "ONVIF metadata")
            case .other: self("jiný", "other")
            }
        return track.encoding.isEmpty ? kind : "\(kind) \(track.encoding)"
    }

    private func picture(_ video: ProbeFacts.Video) -> String {
        let profile = video.profile.isEmpty ? "" : " \(video.profile)"
        return "\(word(codec: video.codec))\(profile), \(video.width)×\(video.height), "
            + self(
                "\(decimal(video.frameRate, places: 1)) snímku/s", "\(decimal(video.frameRate, places: 1)) pictures/s")
    }

    private func keyframes(_ video: ProbeFacts.Video) -> String? {
        guard video.codec != "mjpeg" else { return nil }
        guard let median = video.keyframeMedian, let shortest = video.keyframeShortest,
            let longest = video.keyframeLongest
        else {
            return self(
                "za \(decimal(video.seconds, places: 0)) s: \(video.keyframes)",
                "\(video.keyframes) within \(decimal(video.seconds, places: 0)) s")
        }
        let range =
            longest - shortest < 0.2
            ? "" : " (\(decimal(shortest, places: 1))–\(decimal(longest, places: 1)) s)"
        return self("po \(decimal(median, places: 1)) s\(range)", "every \(decimal(median, places: 1)) s\(range)")
    }

    private func losses(_ video: ProbeFacts.Video) -> String {
        guard video.missing + video.damaged > 0 else { return self("žádné", "none") }
        return self(
            "ztracené pakety: \(video.missing), poškozené snímky: \(video.damaged)",
            "\(video.missing) packets, \(video.damaged) damaged pictures")
    }

    private func clock(_ clock: ProbeFacts.Clock) -> String {
        let offset =
            clock.offsetMilliseconds.map { self("odchylka ", "offset ") + clockOffset($0) }
            ?? self("kamera svůj čas nesdělila", "the camera did not tell its time")
        let doubt = clock.uncertaintyMilliseconds.map { " ± \(decimal($0 / 1000, places: 2)) s" } ?? ""
        return "\(word(clock.source)), \(offset)\(doubt)"
    }

    private func scene(_ scene: ProbeFacts.Scene) -> String {
        let trouble = scene.troubles.map(word).joined(separator: ", ")
        return (trouble.isEmpty ? self("je vidět", "can be seen") : trouble) + ", "
            + count(
                scene.motions, czech: (one: "pohyb", few: "pohyby", many: "pohybů"),
                english: (one: "motion", many: "motions"))
    }

    // MARK: - Findings

    func findingLines(_ finding: ProbeFinding, coloured: Bool) -> [String] {
        let (word, style): (String, Style) =
            switch finding.severity {
            case .error: (self("CHYBA", "ERROR"), .bad)
            case .warning: (self("VÝHRADA", "WARNING"), .warning)
            case .hint: (self("RADA", "HINT"), .faint)
            }
        let name = word + String(repeating: " ", count: 9 - DisplayWidth.columns(word))
        let text = DisplayWidth.harmless(self(finding.textCS, finding.text))
        let advice = DisplayWidth.harmless(self(finding.adviceCS, finding.advice))
        let first = (coloured ? style.applied(to: name) : name) + text
        return advice.isEmpty ? [first] : [first, String(repeating: " ", count: 9) + "→ " + advice]
    }

    var importLineTitle: String {
        self(
            "Řádek pro import (doplňte prázdné sloupce, pak: mkdsctl cameras import SOUBOR.csv):",
            "Line to import (fill in the empty columns, then: mkdsctl cameras import FILE.csv):")
    }
}
