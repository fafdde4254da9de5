package import MKDSCore

/// What `GET /v1/cameras/{id}/streams` is asked: the server reads it, `mkdsctl` writes it.
package struct StreamQuery: Hashable, Sendable {
    package static let parameterNames = ["from", "to", "limit", "cursor"]
    package static let rowLimit = 1_000
    package static let defaultRowLimit = 100

    /// Runs that last into or beyond this moment.
    package var from: UTCTime?
    /// Runs that begin before this moment.
    package var to: UTCTime?
    package var limit: Int?
    package var cursor: EventCursor?

    package init(from: UTCTime? = nil, to: UTCTime? = nil, limit: Int? = nil, cursor: EventCursor? = nil) {
        self.from = from
        self.to = to
        self.limit = limit
        self.cursor = cursor
    }

    /// - Throws: ``Problem`` of kind `bad-parameter`.
    package init(_ items: [QueryItem]) throws(Problem) {
        var reader = ParameterReader(items, known: Self.parameterNames)
        from = reader.takeTime("from")
        to = reader.takeTime("to")
        limit = reader.takeNumber("limit", 1...Self.rowLimit)
        cursor = reader.take(
            "cursor", "a cursor of an earlier answer (next_cursor)", "kurzor z dřívější odpovědi (next_cursor)"
        ) { EventCursor($0) }
        if let from, let to, to <= from {
            reader.complain("to", "must be later than from", "musí být později než from")
        }
        try reader.finish()
    }

    /// The parameters that ask this question.
    package var items: [QueryItem] {
        [
            from.map { QueryItem("from", $0.description) }, to.map { QueryItem("to", $0.description) },
            limit.map { QueryItem("limit", String($0)) }, cursor.map { QueryItem("cursor", $0.description) },
        ].compactMap(\.self)
    }
}

/// What `GET /v1/cameras/{id}/bitrate` is asked.
package struct BitrateQuery: Hashable, Sendable {
    package static let parameterNames = ["from", "to", "step"]
    /// Samples are kept that long.
    package static let spanLimit: Duration = .seconds(31 * 86_400)
    package static let defaultSpan: Duration = .seconds(86_400)
    /// Most steps of one answer.
    package static let stepLimit = 2_000
    /// Steps a series is given unless one is asked for, seconds.
    private static let steps = [60, 300, 900, 3_600, 10_800, 21_600, 86_400]
    /// How many steps make a series that can be taken in.
    private static let wantedSteps = 500

    /// A full minute.
    package var from: UTCTime
    package var to: UTCTime
    /// A multiple of 60, at most a day.
    package var stepSeconds: Int

    /// Makes a query; without `stepSeconds` its steps are such that there are a few hundred.
    package init(from: UTCTime, to: UTCTime, stepSeconds: Int? = nil) {
        self.from = StreamSample.minute(of: from)
        self.to = to
        self.stepSeconds = stepSeconds ?? Self.step(for: to - from)
    }

    /// Reads the parameters of a request; a span without end ends at `now`.
    /// - Throws: ``Problem`` of kind `bad-parameter` naming each parameter that is wrong and why.
    package init(_ items: [QueryItem], now: UTCTime) throws(Problem) {
        var reader = ParameterReader(items, known: Self.parameterNames)
        let to = reader.takeTime("to") ?? now
        let from = reader.takeTime("from") ?? to - Self.defaultSpan
        let step = reader.take(
            "step", "a number of seconds from 60 to 86400 that is a multiple of 60",
            "počet sekund od 60 do 86400, násobek 60"
        ) { text in Int(text).flatMap { (60...86_400).contains($0) && $0 % 60 == 0 ? $0 : nil } }
        if to <= from {
            reader.complain("to", "must be later than from", "musí být později než from")
        } else if to - from > Self.spanLimit {
            reader.complain("from", "the span must not exceed 31 days", "rozpětí nesmí přesáhnout 31 dní")
        } else if let step, (to - from).inSeconds > Double(step * Self.stepLimit) {
            reader.complain(
                "step", "too short for this span: at most \(Self.stepLimit) steps",
                "pro toto rozpětí příliš krátký: nejvýše \(Self.stepLimit) kroků")
        }
        try reader.finish()
        self.init(from: from, to: to, stepSeconds: step)
    }

    private static func step(for span: Duration) -> Int {
        steps.first { span.inSeconds <= Double($0 * wantedSteps) } ?? 86_400
    }

    /// The parameters that ask this question.
    package var items: [QueryItem] {
        [
            QueryItem("from", from.description), QueryItem("to", to.description),
            QueryItem("step", String(stepSeconds)),
        ]
    }
}
