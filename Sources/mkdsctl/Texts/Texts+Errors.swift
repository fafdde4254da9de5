internal import QueryAPI

/// What a person reads when something does not work: what happened, then what to do.
extension Texts {
    func message(_ error: ClientError, groupOfSocket: String?) -> String {
        switch error {
        case .socketMissing(let path): socketMissing(path)
        case .nobodyListens(let path): nobodyListens(path)
        case .permissionDenied(let path): permissionDenied(path, group: groupOfSocket)
        case .pathTooLong(let path):
            self(
                "Cesta k soketu je příliš dlouhá (nejvýše 107 bajtů): \(path)",
                "The path of the socket is too long (at most 107 bytes): \(path)")
        case .system(let path, let code):
            self(
                "Soket \(path) nelze otevřít: chyba systému \(code).",
                "The socket \(path) cannot be opened: system error \(code).")
        case .timeout(let limit):
            self("mkdsd neodpověděl do \(duration(limit)).", "mkdsd did not answer within \(duration(limit)).")
                + "\n"
                + self(
                    "  Stav služby: mkdsctl health; systemctl status mkdsd.service\n  Delší čekání: --timeout SEKUNDY",
                    "  State of the service: mkdsctl health; systemctl status mkdsd.service\n  To wait longer: --timeout SECONDS"
                )
        case .cutShort:
            self(
                "Spojení skončilo uprostřed odpovědi; co bylo vypsáno, není úplné. mkdsd se možná restartuje, zkuste to znovu.",
                "The connection ended in the middle of the answer; what was printed is not complete. mkdsd may be restarting, try again."
            )
        case .notUnderstood(let what):
            self(
                "Odpovědi nelze rozumět (\(what)). Na soketu možná neposlouchá mkdsd, nebo je jiné verze.",
                "The answer cannot be understood (\(what)). Perhaps it is not mkdsd that listens there, or another version."
            )
        case .tooLarge(let limit):
            self(
                "Odpověď je větší než \(grouped(limit)) bajtů. Zúžte dotaz, nebo použijte --json či --csv.",
                "The answer is larger than \(grouped(limit)) bytes. Narrow the question, or use --json or --csv.")
        case .refused(let status, let problem): refused(status, problem)
        }
    }

    private func socketMissing(_ path: String) -> String {
        self(
            """
            Soket \(path) neexistuje; mkdsd nejspíš neběží.
              Stav:     systemctl status mkdsd.socket mkdsd.service
              Spuštění: sudo systemctl start mkdsd.socket mkdsd.service
              Jiný soket: --socket CESTA nebo proměnná MKDS_SOCKET
            """,
            """
            There is no socket \(path); mkdsd probably does not run.
              State: systemctl status mkdsd.socket mkdsd.service
              Start: sudo systemctl start mkdsd.socket mkdsd.service
              Another socket: --socket PATH or the variable MKDS_SOCKET
            """)
    }

    private func nobodyListens(_ path: String) -> String {
        self(
            """
            Na soketu \(path) nikdo neposlouchá; mkdsd skončil nebo se právě spouští.
              Stav a příčina: systemctl status mkdsd.service; journalctl -u mkdsd.service -n 50
              Spuštění:       sudo systemctl start mkdsd.service
            """,
            """
            Nobody listens on the socket \(path); mkdsd has stopped or is just starting.
              State and cause: systemctl status mkdsd.service; journalctl -u mkdsd.service -n 50
              Start:           sudo systemctl start mkdsd.service
            """)
    }

    private func permissionDenied(_ path: String, group: String?) -> String {
        let group = group ?? "mkds-query"
        return self(
            """
            K soketu \(path) nemáte přístup. Patří skupině \(group).
              Správce vás přidá: sudo usermod -aG \(group) JMÉNO; pak se odhlaste a přihlaste.
              Vaše skupiny: id -nG
            """,
            """
            You may not use the socket \(path). It belongs to the group \(group).
              An administrator adds you: sudo usermod -aG \(group) NAME; then log out and in again.
              Your groups: id -nG
            """)
    }

    private func refused(_ status: Int, _ problem: Problem?) -> String {
        var lines: [String] = []
        if let problem {
            lines.append(DisplayWidth.harmless(self(problem.titleCS, problem.title)) + ".")
            let detail = DisplayWidth.harmless(self(problem.detailCS, problem.detail))
            if problem.problems.isEmpty, !detail.isEmpty { lines.append("  \(detail)") }
        } else {
            lines.append(
                self("mkdsd odmítl požadavek (HTTP \(status)).", "mkdsd refused the request (HTTP \(status))."))
        }
        switch status {
        case 401, 403:
            lines.append(
                self(
                    "  Kdo smí co, určuje správce v konfiguraci mkdsd (část query); vaše jméno a skupiny: id",
                    "  Who may do what is set in mkdsd's configuration (part query); your name and groups: id"))
        case 429, 503:
            lines.append(
                self(
                    "  Co je špatně, řekne: mkdsctl health",
                    "  What is wrong is told by: mkdsctl health"))
        case 500:
            lines.append(
                self(
                    "  Podrobnosti jsou v protokolu: journalctl -u mkdsd.service -n 50",
                    "  Details are in the log: journalctl -u mkdsd.service -n 50"))
        default: break
        }
        return lines.joined(separator: "\n")
    }

    func message(_ failure: TimeInput.Failure, option: String) -> String {
        switch failure {
        case .notATime(let text):
            self(
                "\(option): „\(text)“ není čas. Lze psát: 21:00, \"2026-11-20 21:00\", \"20. 11. 2026 21:00\", dnes, včera, \"včera 21:00\", -2h, 2026-11-20T20:00:00Z.",
                "\(option): “\(text)” is not a time. You can write: 21:00, \"2026-11-20 21:00\", today, yesterday, \"yesterday 21:00\", -2h, 2026-11-20T20:00:00Z."
            )
        case .skipped(let text):
            self(
                "\(option): čas „\(text)“ nebyl: hodiny se ten den posunuly vpřed.",
                "\(option): there was no “\(text)”: the clocks were put forward that day.")
        case .wrongZone(let text):
            self(
                "\(option): v „\(text)“ neplatil uvedený čas (SEČ je zimní, SELČ letní).",
                "\(option): at “\(text)” the named time was not in force (CET is winter, CEST summer).")
        }
    }

    func message(_ failure: FileBytes.Failure, file: String) -> String {
        switch failure {
        case .system(2): self("Soubor \(file) neexistuje.", "There is no file \(file).")
        case .system(13): self("Soubor \(file) nesmíte číst.", "You may not read the file \(file).")
        case .system(let code):
            self(
                "Soubor \(file) nelze číst: chyba systému \(code).",
                "The file \(file) cannot be read: system error \(code).")
        case .notAFile: self("\(file) je adresář, ne soubor.", "\(file) is a directory, not a file.")
        case .tooLarge(let limit):
            self(
                "Soubor \(file) je větší než \(grouped(limit)) bajtů.",
                "The file \(file) is larger than \(grouped(limit)) bytes.")
        }
    }

    var outputFailed: String { self("Výstup nelze zapsat (plný disk?).", "The output cannot be written (disk full?).") }
}
