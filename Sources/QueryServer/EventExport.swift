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

    let index: any EventQuerying
    let query: EventQuery
    let format: AnswerFormat
    let exchange: Exchange

    var response: Response {
        var headers: HTTPFields = [.contentType: format == .csv ? "text/csv; charset=utf-8" : format.mediaType]
        headers[.trailer] = "Mkds-Rows, Mkds-Truncated, Mkds-Next-Cursor"
        if format == .csv { headers[.contentDisposition] = "attachment; filename=\"mkds-events.csv\"" }
        return Response(
            status: .ok, headers: headers,
            body: .init { writer in
                let next = try await rows(to: &writer)
                var trailer: HTTPFields = [.mkdsRows: String(exchange.rows), .mkdsTruncated: String(next != nil)]
                if let next {
                    trailer[.mkdsNextCursor] = next.description
                    try await write(truncation(next), to: &writer)
                }
                try await writer.finish(trailer)
            })
    }

    /// Writes rows until there are no more or the limit is reached.
    /// - Returns: Where to go on when the limit was reached and there is more.
    // @concurrent: the framework's writer may not be tied to a caller's actor.
    @concurrent
    private func rows(to writer: inout any ResponseBodyWriter) async throws -> EventCursor? {
        var remaining = query.limit ?? EventQuery.Shape.export.defaultRowLimit
        var cursor = query.cursor
        if format == .csv { try await write(EventTable.header, to: &writer) }
        while true {
            // One more than is still wanted tells whether the limit cuts something off.
            let wanted = min(Self.pageLimit, remaining)
            let limit = wanted == remaining ? wanted + 1 : wanted
            let page = try await index.events(query.filter, before: cursor, limit: limit)
            let shown = page.prefix(wanted)
            try await write(text(shown), to: &writer)
            exchange.add(rows: shown.count)
            remaining -= shown.count
            cursor = shown.last?.cursor ?? cursor
            if page.count > wanted { return cursor }
            if page.count < limit { return nil }
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
