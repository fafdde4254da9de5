internal import ArgumentParser
internal import MKDSCore
internal import QueryAPI

/// What narrows a question for events; `events list` and `events follow` share it.
struct FilterOptions: ParsableArguments, Sendable {
    @Option(
        name: .long, help: ArgumentHelp(Texts.here.helpOkrsek, valueName: Texts.here("kód", "code")),
        completion: .custom(Completion.okrsekCodes))
    var okrsek: String?

    @Flag(help: ArgumentHelp(Texts.here.helpTouched))
    var touched = false

    @Option(
        help: ArgumentHelp(Texts.here.helpObvod, valueName: Texts.here("kód", "code")),
        completion: .custom(Completion.obvodCodes))
    var obvod: String?

    @Option(
        help: ArgumentHelp(Texts.here.helpCamera, valueName: "id"), completion: .custom(Completion.cameraIDs))
    var camera: [CameraID] = []

    @Option(
        help: ArgumentHelp(Texts.here.helpKind, valueName: Texts.here("druh", "kind")),
        completion: .list(EventKind.allCases.map(\.wireName)))
    var kind: [KindArgument] = []

    @Option(
        help: ArgumentHelp(Texts.here.helpSource, valueName: Texts.here("zdroj", "source")),
        completion: .list(EventSource.allCases.map(\.wireName)))
    var source: SourceArgument?

    @Option(help: ArgumentHelp(Texts.here.helpNear, valueName: Texts.here("délka,šířka,metry", "lon,lat,metres")))
    var near: Circle?

    @Option(help: ArgumentHelp(Texts.here.helpMinimumDuration, valueName: Texts.here("doba", "span")))
    var minDuration: SpanArgument?

    func validate() throws {
        if touched, okrsek == nil { throw ValidationError(Texts.here.touchedNeedsOkrsek) }
        if let centre = near?.value.centre, centre.isSwapped { throw ValidationError(Texts.here.swapped(centre)) }
    }

    func filter(from: UTCTime? = nil, to: UTCTime? = nil) -> EventFilter {
        EventFilter(
            from: from, to: to, okrsek: okrsek, includeTouched: touched, obvod: obvod, cameras: unique(camera),
            kinds: unique(kind.map(\.kind)), source: source?.source, near: near?.value,
            minimumDuration: minDuration?.duration)
    }

    private func unique<Value: Hashable>(_ values: [Value]) -> [Value] {
        var seen: Set<Value> = []
        return values.filter { seen.insert($0).inserted }
    }
}

extension CameraID: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

/// A kind of event, typed in either language.
struct KindArgument: ExpressibleByArgument, Sendable {
    var kind: EventKind

    init?(argument: String) {
        guard let kind = Texts.kind(typed: argument) else { return nil }
        self.kind = kind
    }
}

/// Who saw an event, typed in either language.
struct SourceArgument: ExpressibleByArgument, Sendable {
    var source: EventSource

    init?(argument: String) {
        switch argument.lowercased() {
        case "kamera", "camera": source = .camera
        case "server": source = .server
        default: return nil
        }
    }
}

/// A span of time; a number alone is seconds.
struct SpanArgument: ExpressibleByArgument, Sendable {
    var duration: Duration

    init?(argument: String) {
        guard let duration = DurationInput.read(argument, bareUnit: .seconds(1)) else { return nil }
        self.duration = duration
    }
}

/// `13.3776,49.7475,250`.
struct Circle: ExpressibleByArgument, Sendable {
    var value: EventFilter.Circle

    init?(argument: String) {
        guard let comma = argument.lastIndex(of: ","), let centre = GeoPoint(String(argument[..<comma])),
            let metres = Double(argument[argument.index(after: comma)...]), EventQuery.metresRange.contains(metres)
        else { return nil }
        value = EventFilter.Circle(centre: centre, metres: metres)
    }
}
