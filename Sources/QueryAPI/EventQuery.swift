package import MKDSCore

/// What `GET /v1/events` and `GET /v1/events/stream` are asked: the server reads it, `mkdsctl` writes it.
package struct EventQuery: Hashable, Sendable {
    /// The three shapes of an answer, each with its own parameters.
    package enum Shape: Sendable {
        /// One JSON page.
        case page
        /// NDJSON or CSV over many pages.
        case export
        /// The live feed.
        case stream

        /// Most rows one answer of this shape has.
        package var rowLimit: Int {
            switch self {
            case .page: 1000
            case .export: 1_000_000
            case .stream: 0
            }
        }

        /// Rows when `limit` is absent.
        package var defaultRowLimit: Int {
            switch self {
            case .page: 100
            case .export: 100_000
            case .stream: 0
            }
        }

        /// Parameters this shape knows.
        package var parameterNames: [String] {
            switch self {
            case .page, .export: Name.filter + [Name.limit, Name.cursor]
            case .stream: Name.filter + [Name.lastEventID]
            }
        }
    }

    /// Parameter names, as on the wire.
    package enum Name {
        package static let from = "from"
        package static let to = "to"
        package static let okrsek = "okrsek"
        package static let touched = "touched"
        package static let obvod = "obvod"
        package static let camera = "camera"
        package static let kind = "kind"
        package static let source = "source"
        package static let near = "near"
        package static let minimumDuration = "min_duration"
        package static let limit = "limit"
        package static let cursor = "cursor"
        package static let lastEventID = "last_event_id"
        static let filter = [from, to, okrsek, touched, obvod, camera, kind, source, near, minimumDuration]
    }

    /// Most cameras and the largest circle one question may name.
    package static let cameraLimit = 200
    package static let metresRange = 1.0...50_000.0
    /// Seconds.
    package static let minimumDurationRange = 0.0...86_400.0

    package var filter: EventFilter
    /// Nil: the shape's default.
    package var limit: Int?
    package var cursor: EventCursor?
    /// The change to resume the live feed after.
    package var lastEventID: Int64?

    package init(
        filter: EventFilter = EventFilter(), limit: Int? = nil, cursor: EventCursor? = nil, lastEventID: Int64? = nil
    ) {
        self.filter = filter
        self.limit = limit
        self.cursor = cursor
        self.lastEventID = lastEventID
    }

    /// Reads the parameters of a request.
    /// - Throws: ``Problem`` of kind `bad-parameter` naming each parameter that is wrong and why.
    package init(_ items: [QueryItem], shape: Shape) throws(Problem) {
        var reader = ParameterReader(items, known: shape.parameterNames)
        filter = Self.filter(&reader)
        limit = shape == .stream ? nil : reader.takeNumber(Name.limit, 1...shape.rowLimit)
        cursor = reader.take(
            Name.cursor, "a cursor of an earlier answer (next_cursor)", "kurzor z dřívější odpovědi (next_cursor)"
        ) { EventCursor($0) }
        lastEventID = reader.takeNumber(Name.lastEventID, 0...Int64.max)
        try reader.finish()
    }

    /// The parameters that ask this question.
    package var items: [QueryItem] {
        var items: [QueryItem] = []
        func add(_ name: String, _ value: String?) {
            if let value { items.append(QueryItem(name, value)) }
        }
        add(Name.from, filter.from?.description)
        add(Name.to, filter.to?.description)
        add(Name.okrsek, filter.okrsek)
        add(Name.touched, filter.includeTouched ? "true" : nil)
        add(Name.obvod, filter.obvod)
        add(Name.camera, filter.cameras.isEmpty ? nil : filter.cameras.map(\.rawValue).joined(separator: ","))
        add(Name.kind, filter.kinds.isEmpty ? nil : filter.kinds.map(\.wireName).joined(separator: ","))
        add(Name.source, filter.source?.wireName)
        add(Name.near, filter.near.map { "\($0.centre),\($0.metres)" })
        add(Name.minimumDuration, filter.minimumDuration.map { "\($0.inSeconds)" })
        add(Name.limit, limit.map(String.init))
        add(Name.cursor, cursor?.description)
        add(Name.lastEventID, lastEventID.map { String($0) })
        return items
    }

    private static func filter(_ reader: inout ParameterReader) -> EventFilter {
        let filter = EventFilter(
            from: reader.takeTime(Name.from), to: reader.takeTime(Name.to),
            okrsek: reader.takeText(Name.okrsek, limit: 64), includeTouched: reader.takeFlag(Name.touched),
            obvod: reader.takeText(Name.obvod, limit: 64),
            cameras: reader.takeList(
                Name.camera, limit: cameraLimit, "a camera id", "označení kamery"
            ) { CameraID($0) },
            kinds: reader.takeList(
                Name.kind, limit: EventKind.allCases.count,
                "one of \(EventKind.allCases.map(\.wireName).joined(separator: ", "))",
                "jedno z \(EventKind.allCases.map(\.wireName).joined(separator: ", "))"
            ) { EventKind(wireName: $0) },
            source: reader.take(Name.source, "camera or server", "camera ani server") { EventSource(wireName: $0) },
            near: reader.take(
                Name.near, "longitude,latitude,metres (1 to 50000 m), like 13.3776,49.7475,250",
                "délka,šířka,metry (1 až 50000 m), jako 13.3776,49.7475,250", circle),
            minimumDuration: reader.takeNumber(Name.minimumDuration, minimumDurationRange).map(Duration.seconds))
        if let from = filter.from, let to = filter.to, to <= from {
            reader.complain(Name.to, "must be later than from", "musí být později než from")
        }
        if filter.includeTouched, !reader.has(Name.okrsek) {
            reader.complain(Name.touched, "needs okrsek", "vyžaduje okrsek")
        }
        return filter
    }

    private static func circle(_ text: String) -> EventFilter.Circle? {
        guard let comma = text.lastIndex(of: ","), let centre = GeoPoint(String(text[..<comma])),
            let metres = Double(text[text.index(after: comma)...]), metresRange.contains(metres)
        else { return nil }
        return EventFilter.Circle(centre: centre, metres: metres)
    }
}
