internal import EventIndex
internal import Hummingbird
internal import MKDSCore
internal import QueryAPI

/// The spans of several cameras one after another, read stretch by stretch: never more than a day of one is in memory.
struct CoverageWalk: Sendable {
    private let index: IndexReader
    private var cameras: ArraySlice<CameraID>
    private let from: UTCTime
    private let to: UTCTime
    private let live: [CameraID: UTCTime]
    private let now: UTCTime
    /// Where the first of ``cameras`` is at.
    private var position: UTCTime
    /// The last span read, which the next stretch may prolong.
    private var pending: CoverageInterval?

    init(index: IndexReader, cameras: [CameraID], query: CoverageQuery, live: [CameraID: UTCTime], now: UTCTime) {
        self.index = index
        from = query.from
        to = min(query.to, now)
        self.live = live
        self.now = now
        self.cameras = cameras[...]
        position = query.from
        if let cursor = query.cursor {
            self.cameras = cameras.drop { $0 < cursor.camera }
            if self.cameras.first == cursor.camera { position = max(from, cursor.time) }
        }
    }

    /// Some more spans in order; nil when all were told.
    mutating func next() async throws -> [CoverageInterval]? {
        guard let camera = cameras.first, from < to else { return nil }
        guard position < to else {
            cameras.removeFirst()
            position = from
            defer { pending = nil }
            return pending.map { [$0] } ?? []
        }
        let (read, end) = try await index.coverage(
            of: camera, from: position, to: to, now: now, liveUntil: live[camera])
        position = end
        var spans: [CoverageInterval] = []
        for span in read {
            if var last = pending, last.state == span.state, last.reason == span.reason, last.event == span.event {
                last.to = span.to
                pending = last
            } else {
                if let last = pending { spans.append(last) }
                pending = span
            }
        }
        return spans
    }
}

/// An answer to `GET /v1/coverage`.
struct CoverageAnswer: Sendable {
    let walk: CoverageWalk
    let limit: Int
    let format: AnswerFormat
    let exchange: Exchange

    /// One JSON page.
    func page() async throws -> Response {
        var walk = walk
        var found: [CoverageInterval] = []
        // One more than is shown tells whether there is a next page, and where it begins.
        while found.count <= limit, let more = try await walk.next() { found += more }
        let shown = found.prefix(limit)
        exchange.add(rows: shown.count)
        let next = found.count > limit ? CoverageCursor(camera: found[limit].camera, time: found[limit].from) : nil
        return try .json(Page(items: shown.map(CoverageResource.init), nextCursor: next?.description))
    }

    /// NDJSON or CSV. The first stretch is read before anything is promised.
    func export() async throws -> Response {
        var walk = walk
        let first = try await walk.next()
        let begun = walk
        return output.response { writer in
            ExportOutput.End(next: try await rows(first, begun, to: &writer)?.description)
        }
    }

    private var output: ExportOutput { ExportOutput(name: "coverage", format: format, exchange: exchange) }

    /// Writes rows until there are no more or the limit is reached.
    /// - Returns: Where to go on when the limit was reached and there is more.
    // @concurrent: the framework's writer may not be tied to a caller's actor.
    @concurrent
    private func rows(
        _ first: [CoverageInterval]?, _ begun: CoverageWalk, to writer: inout any ResponseBodyWriter
    ) async throws -> CoverageCursor? {
        if format == .csv { try await output.write(CoverageTable.header, to: &writer) }
        var walk = begun
        var next = first
        var remaining = limit
        while let spans = next {
            let shown = spans.prefix(remaining)
            try await output.write(text(shown), to: &writer)
            exchange.add(rows: shown.count)
            remaining -= shown.count
            if shown.count < spans.count {
                return CoverageCursor(camera: spans[shown.count].camera, time: spans[shown.count].from)
            }
            next = try await walk.next()
        }
        return nil
    }

    private func text(_ spans: ArraySlice<CoverageInterval>) throws -> String {
        var text = ""
        for span in spans {
            let resource = CoverageResource(span)
            text += try output.line(resource, csv: CoverageTable.line(resource))
        }
        return text
    }
}
