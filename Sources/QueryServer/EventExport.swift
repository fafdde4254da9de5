internal import EventIndex
internal import HTTPTypes
internal import Hummingbird
internal import MKDSCore
internal import NIOCore
internal import QueryAPI

/// A long list of events as NDJSON or CSV, page by page: never more than one page is in memory.
///
/// An export that is cut off by its row limit says so in its last line and in the trailer fields `Mkds-Truncated` and
/// `Mkds-Next-Cursor`. One that fails midway ends without the last chunk, so that no client takes it for whole.
struct EventExport: Sendable {
    private static let pageLimit = 1000

    let index: IndexReader
    let query: EventQuery
    let format: AnswerFormat
    let exchange: Exchange

    /// Asks for the first page before it promises anything, so that a failing database is a problem and not half a list.
    func response() async throws -> Response {
        let first = try await page(after: query.cursor, remaining: rowLimit)
        var headers: HTTPFields = [.contentType: format == .csv ? "text/csv; charset=utf-8" : format.mediaType]
        headers[.trailer] = "Mkds-Rows, Mkds-Truncated, Mkds-Next-Cursor"
        if format == .csv { headers[.contentDisposition] = "attachment; filename=\"mkds-events.csv\"" }
        return Response(
            status: .ok, headers: headers,
            body: .init { writer in
                let next = try await rows(from: first, to: &writer)
                var trailer: HTTPFields = [.mkdsRows: String(exchange.rows), .mkdsTruncated: String(next != nil)]
                if let next {
                    trailer[.mkdsNextCursor] = next.description
                    try await write(truncation(next), to: &writer)
                }
                try await writer.finish(trailer)
            })
    }

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
        if format == .csv { try await write(EventTable.header, to: &writer) }
        var rows = first
        var remaining = rowLimit
        while true {
            try await write(text(rows.shown), to: &writer)
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
            if format == .csv {
                text += EventTable.line(resource)
            } else {
                text += String(decoding: try WireJSON.encode(resource), as: UTF8.self) + "\n"
            }
        }
        return text
    }

    private func truncation(_ next: EventCursor) -> String {
        format == .csv
            ? "# truncated after \(exchange.rows) rows; more: cursor=\(next)\r\n"
            : "{\"truncated\":true,\"rows\":\(exchange.rows),\"next_cursor\":\"\(next)\"}\n"
    }

    // @concurrent: the framework's writer may not be tied to a caller's actor.
    @concurrent
    private func write(_ text: String, to writer: inout any ResponseBodyWriter) async throws {
        guard !text.isEmpty else { return }
        exchange.add(bytes: text.utf8.count)
        try await writer.write(ByteBuffer(string: text))
        try await exchange.settle()
    }
}

extension HTTPField.Name {
    /// Rows of an export, in its trailer.
    static let mkdsRows = Self.known("Mkds-Rows")
    /// Whether the row limit cut an export off, in its trailer.
    static let mkdsTruncated = Self.known("Mkds-Truncated")
    /// Where a cut-off export goes on, in its trailer.
    static let mkdsNextCursor = Self.known("Mkds-Next-Cursor")
    /// Where a live feed goes on.
    static let lastEventID = Self.known("Last-Event-ID")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no header field name") }
        return field
    }
}
