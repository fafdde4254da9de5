internal import MKDSCore
internal import QueryAPI

/// How the daemon fares, as tables and fields.
extension Texts {
    func healthFields(_ report: HealthReport) -> [(name: String, value: String?)] {
        [
            (self("Stav", "Status"), word(report.status)), (self("Verze", "Version"), report.version),
            (self("Běží od", "Running since"), moment(report.started)), (self("Čas", "Time"), moment(report.time)),
        ]
    }

    var healthColumns: [Table.Column] {
        [
            .init(title: self("ČÁST", "PART")), .init(title: self("STAV", "STATUS")),
            .init(title: self("ÚDAJE", "FIGURES")),
        ]
    }

    func healthCells(_ part: HealthReport.Component) -> [Table.Cell] {
        let style: Style =
            switch part.status {
            case .ok: .good
            case .degraded: .warning
            case .failing: .bad
            }
        return [
            Table.Cell(word(part: part.name)), Table.Cell(word(part.status), style: style),
            Table.Cell(shownFigures(part.figures)),
        ]
    }

    /// Why each part is not well, a line each below the table: reasons can be long.
    func healthReasons(_ report: HealthReport) -> [String] {
        report.components.compactMap { part in
            self(part.reasonCS ?? "", part.reason ?? "").isEmpty
                ? nil : "\(word(part: part.name)): \(localTimes(self(part.reasonCS ?? "", part.reason ?? "")))"
        }
    }

    /// The parts of the daemon; a name this program does not know is shown as it is.
    private func word(part name: String) -> String {
        switch name {
        case "database": self("databáze", "database")
        case "loader": self("načítání do databáze", "loading into the database")
        case "spool": self("fronta na disku", "queue on disk")
        case "cameras": self("kamery", "cameras")
        case "host_clock": self("hodiny serveru", "server's clock")
        case "camera_clocks": self("hodiny kamer", "cameras' clocks")
        case _ where name.hasPrefix("capture/"):
            self("snímací skupina ", "capture group ") + name.dropFirst("capture/".count)
        default: name
        }
    }

    /// `rows_loaded=1200 lag_s=0.2`, by name, for CSV: machine words on purpose.
    func figures(_ figures: [String: Double]) -> String {
        figures.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.plain($0.value))" }.joined(separator: " ")
    }

    private static func plain(_ value: Double) -> String {
        value.rounded() == value && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    /// Figures in words, in an order that reads well; what this program does not know comes last and as it is.
    private func shownFigures(_ figures: [String: Double]) -> String {
        let order = [
            "rows_loaded", "lag_s", "rejected", "damages", "used_bytes", "free_bytes", "total", "live", "connecting",
            "waiting", "finished",
            "restarts", "unsynced_entries", "cpu_s", "landlock", "address_filter", "offset_ms", "max_error_ms",
            "deviating", "telling_no_time",
        ]
        let unknown = figures.keys.filter { !order.contains($0) }.sorted()
        return (order + unknown).compactMap { name in figures[name].flatMap { figure(name, $0) } }
            .joined(separator: ", ")
    }

    /// One figure in words; nil when it is a zero that says nothing.
    private func figure(_ name: String, _ value: Double) -> String? {
        func number(_ czech: String, _ english: String, zero: Bool = false) -> String? {
            value == 0 && !zero ? nil : self("\(czech) ", "\(english) ") + decimal(value, places: 0)
        }
        return switch name {
        case "rows_loaded": number("načteno záznamů", "entries loaded", zero: true)
        case "lag_s": self("zpoždění ", "behind ") + duration(.seconds(value))
        case "rejected": number("odmítnutých záznamů", "entries refused")
        case "damages": number("nečitelných míst v deníku", "stretches unreadable")
        case "used_bytes": self("obsazeno ", "used ") + bytes(value)
        case "free_bytes": self("volno ", "free ") + bytes(value)
        case "total": number("celkem", "total", zero: true)
        case "live": number("v provozu", "live", zero: true)
        case "connecting": number("připojuje se", "connecting")
        case "waiting": number("čeká", "waiting")
        case "finished": number("soubor dočten", "finished")
        case "restarts": number("restartů", "restarts", zero: true)
        case "unsynced_entries": number("na disk čeká záznamů", "entries waiting for the disk")
        case "cpu_s": self("procesor ", "CPU ") + duration(.seconds(value))
        case "landlock": value == 0 ? self("bez Landlocku", "no Landlock") : number("Landlock", "Landlock")
        case "address_filter": value == 0 ? nil : self("jádro hlídá síť kamer", "kernel keeps to camera networks")
        case "offset_ms": self("oprava ", "correction ") + decimal(value, places: 1) + " ms"
        case "max_error_ms": self("chyba nejvýše ", "error at most ") + decimal(value, places: 1) + " ms"
        case "deviating": number("odchýlených", "deviating", zero: true)
        case "telling_no_time": number("neuvádí čas", "telling no time")
        default: "\(name)=\(Self.plain(value))"
        }
    }

    private func bytes(_ value: Double) -> String {
        value < Double(1 << 30)
            ? "\(decimal(value / Double(1 << 20), places: 1)) MiB"
            : "\(decimal(value / Double(1 << 30), places: 1)) GiB"
    }

    /// The daemon's times inside a sentence are UTC; a person reads the clock of Prague.
    private func localTimes(_ sentence: String) -> String {
        sentence.split(separator: " ", omittingEmptySubsequences: false)
            .map { word in
                let end = word.lastIndex { !".,:;".contains($0) }.map { word.index(after: $0) } ?? word.endIndex
                guard word.first?.isNumber == true, let time = UTCTime(String(word[..<end])) else {
                    return String(word)
                }
                return moment(time) + word[end...]
            }
            .joined(separator: " ")
    }

    var healthFailing: String { self("Něco v mkdsd selhává.", "Something in mkdsd is failing.") }
}
