internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import QueryAPI

/// A long list as NDJSON or CSV: headers, rows as they come, and the trailer that tells whether it was whole.
///
/// An export that is cut off by its row limit says so in its last line and in the trailer fields `Mkds-Truncated` and
/// `Mkds-Next-Cursor`. One that fails midway ends without the last chunk, so that no client takes it for whole.
struct ExportOutput: Sendable {
    /// What follows the rows.
    struct End: Sendable {
        /// Where to go on when the row limit cut it off.
        var next: String?
        /// Trailer fields of this kind of list.
        var trailer: HTTPFields = [:]
    }

    /// What it is a list of: names the file a browser saves.
    let name: String
    let format: AnswerFormat
    let exchange: Exchange

    /// - Parameters:
    ///   - announced: fields of the trailer beyond those of every export.
    ///   - rows: writes the rows and says how they ended; concurrent, for the framework's writer may not be tied to a
    ///     caller's actor.
    /// - Returns: The answer, whose body is written while it is read.
    func response(
        announcing announced: [HTTPField.Name] = [],
        rows: @escaping @concurrent @Sendable (inout any ResponseBodyWriter) async throws -> End
    ) -> Response {
        var headers: HTTPFields = [.contentType: format == .csv ? "text/csv; charset=utf-8" : format.mediaType]
        let fields: [HTTPField.Name] = [.mkdsRows, .mkdsTruncated, .mkdsNextCursor] + announced
        headers[.trailer] = fields.map(\.rawName).joined(separator: ", ")
        if format == .csv { headers[.contentDisposition] = "attachment; filename=\"mkds-\(name).csv\"" }
        return Response(
            status: .ok, headers: headers,
            body: .init { writer in
                let end = try await rows(&writer)
                var trailer = end.trailer
                trailer[.mkdsRows] = String(exchange.rows)
                trailer[.mkdsTruncated] = String(end.next != nil)
                if let next = end.next {
                    trailer[.mkdsNextCursor] = next
                    try await write(truncation(next), to: &writer)
                }
                try await writer.finish(trailer)
            })
    }

    /// One row with its end: `csv` is its line in that format.
    func line(_ resource: some Encodable, csv: @autoclosure () -> String) throws -> String {
        format == .csv ? csv() : String(decoding: try WireJSON.encode(resource), as: UTF8.self) + "\n"
    }

    // @concurrent: the framework's writer may not be tied to a caller's actor.
    @concurrent
    func write(_ text: String, to writer: inout any ResponseBodyWriter) async throws {
        guard !text.isEmpty else { return }
        exchange.add(bytes: text.utf8.count)
        try await writer.write(ByteBuffer(string: text))
        try await exchange.settle()
    }

    private func truncation(_ next: String) -> String {
        format == .csv
            ? "# truncated after \(exchange.rows) rows; more: cursor=\(next)\r\n"
            : "{\"truncated\":true,\"rows\":\(exchange.rows),\"next_cursor\":\"\(next)\"}\n"
    }
}
