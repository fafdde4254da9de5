internal import MKDSCore
internal import QueryAPI

/// Events as tables, lines and fields.
extension Texts {
    var eventColumns: [Table.Column] {
        [
            .init(title: self("ZAČÁTEK", "START")), .init(title: self("TRVÁNÍ", "DURATION"), alignment: .right),
            .init(title: self("KAMERA", "CAMERA")), .init(title: self("DRUH", "KIND")),
            .init(title: self("OKRSEK", "OKRSEK")), .init(title: self("OBVOD", "OBVOD")), .init(title: "ID"),
        ]
    }

    func eventCells(_ event: EventResource) -> [Table.Cell] {
        [
            Table.Cell(moment(event.start)), durationCell(event), Table.Cell(event.camera.rawValue), kindCell(event),
            Table.Cell(
                okrsek(event.place.okrsek, onBorder: event.place.onBorder),
                style: event.place.okrsek == nil ? .faint : nil),
            Table.Cell(event.place.obvod.map(area) ?? "–"), Table.Cell(event.id.description, style: .faint),
        ]
    }

    private func durationCell(_ event: EventResource) -> Table.Cell {
        event.state == .open
            ? Table.Cell(self("trvá", "open"), style: .warning)
            : Table.Cell(duration(.seconds(event.durationSeconds)))
    }

    private func kindCell(_ event: EventResource) -> Table.Cell {
        Table.Cell(kindAndTopic(event), style: event.kind == .health || event.kind == .tamper ? .bad : nil)
    }

    private func kindAndTopic(_ event: EventResource) -> String {
        if event.topic.isEmpty { return word(event.kind) }
        let isOurs = event.kind == .health || event.kind == .tamper
        return "\(word(event.kind)): \(isOurs ? topic(event.topic) : cameraTopic(event.topic))"
    }

    // MARK: - Around a list

    func noEvents(_ filter: EventFilter) -> String {
        self("Žádná událost", "No event") + span(filter) + "."
    }

    func eventsFooter(_ shown: Int, _ filter: EventFilter, more: Bool) -> String {
        let events = count(
            shown, czech: (one: "událost", few: "události", many: "událostí"), english: (one: "event", many: "events"))
        let rest =
            more
            ? self("; starší jsou další: --limit nebo --all", "; there are older ones: --limit or --all") : ""
        return events + span(filter) + rest + "."
    }

    private func span(_ filter: EventFilter) -> String {
        (filter.from.map { self(" od ", " from ") + moment($0) } ?? "")
            + (filter.to.map { self(" do ", " to ") + moment($0) } ?? "")
    }

    func emptySpan(_ from: UTCTime, _ to: UTCTime) -> String {
        self(
            "--to (\(moment(to))) musí být později než --from (\(moment(from))).",
            "--to (\(moment(to))) must be later than --from (\(moment(from))).")
    }

    func limited(_ wanted: Int) -> String {
        self(
            "výpis je omezen na \(grouped(wanted)), starší události jsou další: --limit nebo --all.",
            "the list is limited to \(grouped(wanted)), there are older events: --limit or --all.")
    }

    // MARK: - Follow

    /// `15. 3. 2026 21:04:10`, `začala`, `cam-1`, `pohyb`, `okrsek 12 Slovany, obvod MO3`, `0197…`.
    func followCells(_ event: EventResource, _ step: FollowLog.Step) -> [Table.Cell] {
        let word: (text: String, style: Style)
        let time: UTCTime
        var extra = ""
        switch step {
        case .opened:
            word = (self("začala", "begun"), .warning)
            time = event.start
        case .closed, .openedAndClosed:
            word = (self("skončila", "ended"), .good)
            time = event.end ?? event.lastSeen
            extra = self(" po ", " after ") + duration(.seconds(event.durationSeconds))
        }
        return [
            Table.Cell(moment(time)), Table.Cell(word.text, style: word.style), Table.Cell(event.camera.rawValue),
            Table.Cell(kindAndTopic(event) + extra), Table.Cell(followPlace(event.place)),
            Table.Cell(event.id.description, style: .faint),
        ]
    }

    private func followPlace(_ place: PlaceResource) -> String {
        let okrsek = self("okrsek ", "okrsek ") + self.okrsek(place.okrsek, onBorder: place.onBorder)
        return okrsek + (place.obvod.map { self(", obvod ", ", obvod ") + area($0) } ?? "")
    }

    var following: String {
        self("Čekám na události; konec: Ctrl-C.", "Waiting for events; Ctrl-C ends.")
    }
    var connectionLost: String {
        self(
            "mkdsctl: spojení s mkdsd se přerušilo, obnovuji je…",
            "mkdsctl: the connection to mkdsd was lost, trying again…")
    }
    var connectionBack: String {
        self("mkdsctl: spojení obnoveno, navazuji bez mezery.", "mkdsctl: connected again, resuming without a gap.")
    }

    // MARK: - One event

    func eventFields(_ event: EventResource) -> [(name: String, value: String?)] {
        let place = event.place
        return [
            (self("Událost", "Event"), event.id.description),
            (self("Kamera", "Camera"), event.camera.rawValue),
            (self("Druh", "Kind"), kindAndTopic(event)),
            (self("Zdroj", "Seen by"), word(event.source)),
            (self("Začátek", "Start"), moment(event.start)),
            (self("Konec", "End"), event.end.map { moment($0) } ?? self("dosud trvá", "still open")),
            (self("Naposledy", "Last seen"), event.end == nil ? moment(event.lastSeen) : nil),
            (self("Trvání", "Duration"), wholeDuration(event)),
            (self("Důvod konce", "End reason"), event.endReason.map(word)),
            (self("Zdroj času", "Clock"), word(event.clock)),
            (self("Nejistota času", "Uncertainty"), uncertainty(event)),
            (self("Ověření času", "Time check"), check(event)),
            (self("Čas kamery", "Camera's clock"), event.cameraTime.map { moment($0) }),
            (self("Odchylka hodin", "Clock offset"), clockOffset(event)),
            (self("Přijato serverem", "Received"), event.arrivalTime.map { moment($0) }),
            (self("Čas v proudu", "Media time"), event.mediaSeconds.map { "\(decimal($0, places: 3)) s" }),
            (self("Okrsek", "Okrsek"), okrsek(place.okrsek, onBorder: place.onBorder)),
            (
                self("Dotčené okrsky", "Touched okrsky"),
                place.touched.isEmpty ? nil : place.touched.map(area).joined(separator: "; ")
            ),
            (self("Obvod", "Obvod"), place.obvod.map(area)),
            (self("Obec", "Municipality"), place.obec.map(area)),
            (self("Bod", "Point"), place.point.map { "\(point($0.coordinates)) (\(word(place.basis)))" }),
            (self("Největší pohyb", "Peak"), peak(event)),
            (self("Co s tím", "What to do"), event.kind == .health ? advice(event.topic) : nil),
            (
                event.source == .camera ? self("Hlášení kamery", "Camera says") : self("Hlášení programu", "Detail"),
                event.detail.isEmpty ? nil : event.source == .camera ? event.detail : detail(event.detail)
            ),
            (
                event.source == .camera
                    ? self("Zjistil i server", "Server saw it too") : self("Hlásí i kamera", "Camera told too"),
                event.linked.isEmpty ? nil : event.linked.map(\.description).joined(separator: ", ")
            ),
            (self("Revize", "Revision"), "\(event.revision)"),
        ]
    }

    /// Of an event that still lasts, only what was seen of it so far is known.
    private func wholeDuration(_ event: EventResource) -> String? {
        if event.state != .open { return duration(.seconds(event.durationSeconds)) }
        if event.durationSeconds < 0.05 { return nil }
        return self("zatím ", "so far ") + duration(.seconds(event.durationSeconds))
    }

    private func uncertainty(_ event: EventResource) -> String {
        guard let milliseconds = event.uncertaintyMilliseconds else { return self("neznámá", "unknown") }
        return "± \(decimal(milliseconds / 1000, places: 2)) s"
    }

    private func check(_ event: EventResource) -> String {
        switch event.timeCheck {
        case .verified: self("hodiny kamery souhlasí", "the camera's clock agrees")
        case .deviating: self("hodiny kamery se odchylují", "the camera's clock deviates")
        case .unverified:
            event.clockOffsetMilliseconds == nil
                ? self("čas neověřen: kamera svůj čas neuvádí", "time not verified: the camera tells no time")
                : self("čas neověřen: hodiny kamery jdou špatně", "time not verified: the camera's clock is wrong")
        }
    }

    /// `+10,25 s, měřeno před 0,2 s`: how far the camera's clock is ahead, and how old that knowledge is.
    private func clockOffset(_ event: EventResource) -> String? {
        guard let milliseconds = event.clockOffsetMilliseconds else { return nil }
        let age = event.offsetAgeSeconds.map {
            self(", měřeno před \(decimal($0, places: 1)) s", ", measured \(decimal($0, places: 1)) s before")
        }
        return clockOffset(milliseconds) + (age ?? "")
    }

    /// How far a camera's clock is ahead of the server's, with its sign.
    func clockOffset(_ milliseconds: Double) -> String {
        "\(milliseconds < 0 ? "−" : "+")\(decimal(abs(milliseconds) / 1000, places: 2)) s"
    }

    private func peak(_ event: EventResource) -> String? {
        guard event.peak > 0 else { return nil }
        return "\(decimal(Double(event.peak) * 100, places: 1)) %" + self(" obrazu", " of the picture")
            + (event.peakTime.map { ", \(timeOfDay($0))" } ?? "")
    }
}
