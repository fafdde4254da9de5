import MKDSCore

/// The way to the camera, whom one meets there and whether one is let in.
extension ProbeFindings {
    /// A certificate that ends sooner than this is worth a word.
    private static let expiryNotice: Duration = .seconds(30 * 86_400)

    static func way(_ facts: ProbeFacts, _ target: ProbeTarget, _ list: inout FindingList) {
        if let trouble = facts.reach?.trouble { unreachable(trouble, &list) }
        if let certificate = facts.certificate { self.certificate(certificate, facts, &list) }
    }

    private static func unreachable(_ trouble: ProbeFacts.Reach.Trouble, _ list: inout FindingList) {
        switch trouble {
        case .nameUnknown:
            list.add(
                .error, trouble.rawValue, cs: "Jméno kamery nelze přeložit na adresu.",
                en: "The camera's host name cannot be resolved.",
                do: (
                    "Opravte jméno v adrese, doplňte je do DNS nebo /etc/hosts, nebo napište číselnou adresu.",
                    "Correct the name, add it to DNS or /etc/hosts, or write the numeric address."
                ))
        case .notAllowed:
            list.add(
                .error, trouble.rawValue, cs: "Adresa leží mimo sítě, ve kterých smějí kamery být.",
                en: "The address lies outside the networks in which cameras may be.",
                do: (
                    "Je-li to opravdu kamera, doplňte její síť do capture.networks v konfiguraci mkdsd a restartujte jej: "
                        + "sudo systemctl restart mkdsd.service",
                    "If it is a camera, add its network to capture.networks in mkdsd's configuration and restart it: "
                        + "sudo systemctl restart mkdsd.service"
                ))
        case .noRoute:
            list.add(
                .error, trouble.rawValue, cs: "Ke kameře nevede cesta.", en: "There is no route to the camera.",
                do: (
                    "Ověřte adresu, VLAN a směrování ze serveru.",
                    "Check the address, VLAN and routing from the server."
                ))
        case .refused:
            list.add(
                .error, "port-closed", cs: "Na tomto portu kamera neposlouchá.",
                en: "The camera does not listen on this port.",
                do: (
                    "Zapněte v kameře RTSP (RTSPS) nebo opravte port v adrese; obvyklý je 554, u rtsps 322.",
                    "Switch RTSP (RTSPS) on in the camera or correct the port; usual is 554, for rtsps 322."
                ))
        case .silent:
            list.add(
                .error, "no-answer", cs: "Kamera na spojení neodpovídá.",
                en: "The camera does not answer a connection.",
                do: (
                    "Ověřte napájení a adresu (ping) a zda firewall propouští server ke kameře.",
                    "Check its power and address (ping) and whether a firewall lets the server through."
                ))
        }
    }

    private static func certificate(
        _ certificate: ProbeFacts.Certificate, _ facts: ProbeFacts, _ list: inout FindingList
    ) {
        let seen = certificate.fingerprint
        switch certificate.trusted {
        case nil:
            list.add(
                facts.hadLogin ? .error : .warning, "certificate-unknown",
                cs: "Nikdo neověřil, že certifikát patří této kameře; "
                    + (facts.hadLogin ? "heslo proto nebylo posláno." : "kamera byla prohlédnuta jen bez hesla."),
                en: "Nobody has verified that the certificate is this camera's; "
                    + (facts.hadLogin ? "so no password was sent." : "it was only looked at, without a password."),
                do: (
                    "Porovnejte otisk s otiskem na stránce kamery. Jsou-li shodné: --trust \(seen)",
                    "Compare the fingerprint with the one on the camera's own page. If they agree: --trust \(seen)"
                ))
        case false?:
            list.add(
                .error, "certificate-refused", cs: "Kamera ukázala jiný certifikát, než jaký má podle trust mít.",
                en: "The camera showed another certificate than trust demands.",
                do: (
                    "Dostala-li nový, ověřte jej na stránce kamery a trust vyměňte; jinak spojení někdo přesměroval. Ukázaný otisk: \(seen)",
                    "If it was given a new one, verify it on the camera's page and replace trust; else somebody redirects the connection. Shown: \(seen)"
                ))
        case true?: break
        }
        if let end = certificate.notAfter, end < facts.time {
            list.add(
                .warning, "certificate-expired", cs: "Platnost certifikátu skončila.",
                en: "The certificate has expired.",
                do: (
                    "Obnovte jej v kameře. Při důvěře podle otisku kamera pojede dál, podle autority ne.",
                    "Renew it in the camera. Trusted by its fingerprint the camera goes on, by an authority it does not."
                ))
        } else if let end = certificate.notAfter, end - facts.time < expiryNotice {
            list.add(
                .hint, "certificate-expires", cs: "Platnost certifikátu brzy skončí.",
                en: "The certificate expires soon.",
                do: ("Naplánujte jeho obnovu; změní se i otisk.", "Plan its renewal; the fingerprint changes with it."))
        }
        if let start = certificate.notBefore, start > facts.time {
            list.add(
                .warning, "certificate-early", cs: "Certifikát ještě neplatí.", en: "The certificate is not valid yet.",
                do: (
                    "Zkontrolujte hodiny kamery i serveru a certifikát vydejte znovu.",
                    "Check the clocks of camera and server and issue the certificate again."
                ))
        }
    }

    static func login(_ facts: ProbeFacts, _ target: ProbeTarget, _ list: inout FindingList) {
        let asked = facts.authentication
        if facts.failure?.reason == HealthTopic.credentialsRefused.rawValue {
            refusedLogin(facts, &list)
        } else if facts.video != nil, asked.isEmpty, !target.isFile, !facts.hadLogin {
            list.add(
                .warning, "open-to-all", cs: "Kamera dává obraz každému, bez jména a hesla.",
                en: "The camera gives its picture to anybody, without user name and password.",
                do: (
                    "Zapněte v kameře ověřování a založte účet, který smí jen prohlížet.",
                    "Switch authentication on in the camera and make an account that may only view."
                ))
        }
        guard !target.isEncrypted, facts.hadLogin || !asked.isEmpty else { return }
        if asked == [.basic] {
            list.add(
                .warning, "basic-in-clear", cs: "Heslo jde sítí nezašifrované (Basic bez TLS).",
                en: "The password crosses the network in clear (Basic without TLS).",
                do: (
                    "Nastavte v kameře ověřování digest, nebo použijte rtsps://.",
                    "Set the camera to digest authentication, or use rtsps://."
                ))
        } else if !asked.isEmpty {
            list.add(
                .hint, "not-encrypted", cs: "Obraz jde sítí nezašifrovaný.",
                en: "The picture crosses the network in clear.",
                do: (
                    "Umí-li kamera RTSPS, použijte adresu rtsps://; jinak ji oddělte vlastní VLAN.",
                    "If the camera can do RTSPS, use an rtsps:// address; else keep it in a VLAN of its own."
                ))
        }
    }

    private static func refusedLogin(_ facts: ProbeFacts, _ list: inout FindingList) {
        if facts.authentication == [.digestSHA256] {
            list.add(
                .error, "login-sha256", cs: "Kamera ověřuje jen digestem SHA-256, který mkdsd neumí.",
                en: "The camera authenticates by SHA-256 digest alone, which mkdsd cannot do.",
                do: (
                    "Povolte v kameře i digest MD5, nejlépe s rtsps://.",
                    "Allow MD5 digest in the camera too, best with rtsps://."
                ))
        } else if !facts.hadLogin {
            list.add(
                .error, "login-missing", cs: "Kamera chce jméno a heslo a žádné nedostala.",
                en: "The camera wants a user name and password and was given none.",
                do: (
                    "Uveďte --credential JMÉNO (soubor v adresáři přihlašovacích údajů) nebo --user JMÉNO.",
                    "Give --credential NAME (a file in the credentials directory) or --user NAME."
                ))
        } else if facts.authentication.isEmpty {
            list.add(
                .error, "login-forbidden", cs: "Kamera tomuto účtu obraz nedovolí.",
                en: "The camera forbids this account to watch.",
                do: (
                    "Dejte účtu v kameře právo živého náhledu.",
                    "Give the account the right of live view in the camera."
                ))
        } else {
            list.add(
                .error, "login-refused", cs: "Kamera jméno nebo heslo odmítla.",
                en: "The camera refused the user name or password.",
                do: (
                    "Ověřte je na stránce kamery. Po několika chybách kamera účet zamyká, počkejte pak několik minut.",
                    "Check them on the camera's own page. After some failures cameras lock the account: wait some minutes."
                ))
        }
    }

    /// Why the probe ended early, where nothing more precise was said.
    static func failure(_ facts: ProbeFacts, _ list: inout FindingList) {
        guard let failure = facts.failure, !list.isEmpty ? isNews(failure, facts) : true else { return }
        let (word, textCS, text, advice): (String, String, String, (String, String)) =
            switch HealthTopic(rawValue: failure.reason) {
            case .unreachable where failure.stage == .open:
                (
                    "stream-missing", "Kamera odpovídá, ale tento proud nevydala.",
                    "The camera answers but did not give this stream.",
                    (
                        "Ověřte cestu v adrese (kanál) v návodu kamery a počet povolených spojení.",
                        "Check the path of the address (channel) in the camera's manual and how many connections it allows."
                    )
                )
            case .unreachable:
                (
                    "no-answer", "Kamera neodpovídá.", "The camera does not answer.",
                    (
                        "Ověřte adresu, port a službu v kameře; neozývá-li se, restartujte ji.",
                        "Check address, port and service of the camera; if it stays silent, restart it."
                    )
                )
            case .unsupported:
                (
                    "unsupported", "Takový proud mkdsd nečte.", "mkdsd does not read such a stream.",
                    (
                        "Nastavte v kameře H.264, H.265 nebo MJPEG s běžným rozlišením; u rtsps TLS 1.2 nebo novější.",
                        "Set the camera to H.264, H.265 or MJPEG of an ordinary size; for rtsps to TLS 1.2 or later."
                    )
                )
            case .stalled:
                (
                    "no-picture", "Spojení je, ale obraz nepřichází.", "Connected, but no picture comes.",
                    (
                        "Ověřte kanál v adrese a zátěž kamery (počet spojení); restartujte ji.",
                        "Check the channel in the address and the camera's load (connections); restart it."
                    )
                )
            case .lost, .ended:
                (
                    "lost", "Kamera spojení během sledování ukončila.",
                    "The camera ended the connection while it was watched.",
                    (
                        "Ověřte počet povolených spojení, síť a napájení kamery.",
                        "Check how many connections the camera allows, the network and its power."
                    )
                )
            case .untrusted:
                (
                    "certificate-unreadable", "Kamera neukázala čitelný certifikát.",
                    "The camera showed no certificate that can be read.",
                    (
                        "Vytvořte v kameře nový certifikát (HTTPS, zabezpečení) a zkuste to znovu.",
                        "Make a new certificate in the camera (HTTPS, security) and try again."
                    )
                )
            case .quarantined:
                (
                    "crashes-reader", "Data kamery shodila program, který je četl.",
                    "The camera's data crashed the program that read them.",
                    (
                        "Nepřidávejte ji. Aktualizujte její firmware a ohlaste to: journalctl -u mkdsd.service",
                        "Do not add it. Update its firmware and report it: journalctl -u mkdsd.service"
                    )
                )
            default:
                (
                    "malformed", "Co přichází, není obraz kamery.", "What comes is no camera's picture.",
                    (
                        "Ověřte, že adresa vede na proud kamery; aktualizujte její firmware.",
                        "Check that the address leads to the camera's stream; update its firmware."
                    )
                )
            }
        list.add(.error, word, cs: textCS + " (\(failure.detail))", en: text + " (\(failure.detail))", do: advice)
    }

    private static func isNews(_ failure: ProbeFacts.Failure, _ facts: ProbeFacts) -> Bool {
        guard facts.reach?.trouble == nil else { return false }
        return failure.reason != HealthTopic.credentialsRefused.rawValue
            && failure.reason != HealthTopic.untrusted.rawValue
    }
}
