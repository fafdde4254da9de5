internal import EventIndex
internal import HTTPTypes
internal import Hummingbird
internal import MKDSCore
internal import QueryAPI

/// A long list of events as NDJSON or CSV, page by page: never more than one page is in memory.
///
/// What was not seen meanwhile stands in the trailer field `Mkds-Coverage`: a row may only be an event.
struct EventExport: Sendable {
    private static let pageLimit = 1000

    let index: IndexReader
    let query: EventQuery
    let format: AnswerFormat
    let exchange: Exchange
    /// What the cameras could not see, down to the oldest row when more follow.
    let coverage: @Sendable (UTCTime?) async throws -> SearchCoverageResource?

    /// Asks for the first page before it promises anything, so that a failing database is a problem and not half a list.
    func response() async throws -> Response {
        let first = try await page(after: query.cursor, remaining: rowLimit)
        return output.response(announcing: [.mkdsCoverage]) { writer in
            let next = try await rows(from: first, to: &writer)
            var end = ExportOutput.End(next: next?.description)
            if let coverage = try await coverage(next?.start) { end.trailer[.mkdsCoverage] = Self.text(coverage) }
            return end
        }
    }

    /// `complete`, or how many cameras did not see all of it and how many seconds are missing.
    private static func text(_ coverage: SearchCoverageResource) -> String {
        guard coverage.incompleteCameras > 0 else { return "complete; cameras=\(coverage.cameras)" }
        return "incomplete; cameras=\(coverage.cameras); incomplete_cameras=\(coverage.incompleteCameras); "
            + "missing_s=\(coverage.missingSeconds)"
    }

    private var output: ExportOutput { ExportOutput(name: "events", format: format, exchange: exchange) }

    private var rowLimit: Int { query.limit ?? EventQuery.Shape.export.defaultRowLimit }

    /// Some events in order, and whether others follow within or beyond the row limit.
    private struct Rows: Sendable {
        var shown: ArraySlice<IndexedEvent>
        var isLast: Bool
    }

    private func page(after cursor: EventCursor?, remaining: Int) async throws -> Rows {
        let wanted = min(Self.pageLimit, remaining)
        // One more than is shown tells whether anything follows.
        let found = try await index.events(query.filter, before: cursor, limit: wanted + 1)
        return Rows(shown: found.prefix(wanted), isLast: found.count <= wanted)
    }

    /// Writes rows until there are no more or the limit is reached.
    /// - Returns: Where to go on when the limit was reached and there is more.
    // @concurrent: the framework's writer may not be tied to a caller's actor.
    @concurrent
    private func rows(from first: Rows, to writer: inout any ResponseBodyWriter) async throws -> EventCursor? {
        if format == .csv { try await output.write(EventTable.header, to: &writer) }
        var rows = first
        var remaining = rowLimit
        while true {
            try await output.write(text(rows.shown), to: &writer)
            exchange.add(rows: rows.shown.count)
            remaining -= rows.shown.count
            guard !rows.isLast, let cursor = rows.shown.last?.cursor else { return nil }
            if remaining == 0 { return cursor }
            rows = try await page(after: cursor, remaining: remaining)
        }
    }

    private func text(_ events: ArraySlice<IndexedEvent>) throws -> String {
        var text = ""
        for event in events {
            let resource = EventResource(event)
            text += try output.line(resource, csv: EventTable.line(resource))
        }
        return text
    }
}

extension HTTPField.Name {
    /// Rows of an export, in its trailer.
    static let mkdsRows = Self.known("Mkds-Rows")
    /// Whether the row limit cut an export off, in its trailer.
    static let mkdsTruncated = Self.known("Mkds-Truncated")
    /// Where a cut-off export goes on, in its trailer.
    static let mkdsNextCursor = Self.known("Mkds-Next-Cursor")
    /// What the cameras of an export could not see, in its trailer.
    static let mkdsCoverage = Self.known("Mkds-Coverage")
    /// Where a live feed goes on.
    static let lastEventID = Self.known("Last-Event-ID")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no header field name") }
        return field
    }
}
