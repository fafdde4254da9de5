internal import FoundationEssentials
internal import Glibc
internal import Linux
internal import MKDSCore
internal import NIOCore
internal import QueryAPI

/// One run of a command: where it asks, in which language and shape it answers.
struct Session {
    var socket: QuerySocket
    var texts: Texts
    var console: Console
    var format: OutputFormat
    var now: UTCTime

    /// Largest answer held in memory at once; what is longer is streamed.
    static let answerLimit = 64 << 20
    static let problemLimit = 1 << 20

    init(_ options: SharedOptions) {
        socket = QuerySocket(path: options.socketPath, silenceLimit: .seconds(options.timeout ?? 30))
        texts = .here
        console = Console()
        format = options.format
        now = .now
    }

    /// An import may compute for long before it answers, unless the person set a limit.
    func patient(_ options: SharedOptions) -> Session {
        var session = self
        session.socket.silenceLimit = .seconds(options.timeout ?? 600)
        return session
    }

    /// Sends a request and passes a good answer on; anything else becomes a ``CommandFailure``.
    @MainActor
    func send<Result: Sendable>(
        _ request: QuerySocket.Request,
        _ receive: (QuerySocket.Head, inout QuerySocket.Body) async throws -> Result
    ) async throws -> Result {
        do {
            return try await refusing(request, receive)
        } catch let error as ClientError {
            if format == .json, case .refused(_, let problem?) = error, let bytes = try? WireJSON.encode(problem) {
                try console.write(Array(bytes) + [10])
            }
            throw failure(error, importing: request.isImport)
        }
    }

    /// As ``send(_:_:)``, with a refusal as ``ClientError/refused(status:_:)``.
    @MainActor
    func refusing<Result: Sendable>(
        _ request: QuerySocket.Request,
        _ receive: (QuerySocket.Head, inout QuerySocket.Body) async throws -> Result
    ) async throws -> Result {
        try await socket.send(request) { head, body in
            guard (200..<300).contains(head.status) else {
                let bytes = try await body.collect(limit: Self.problemLimit)
                let problem = try? WireJSON.decode(Problem.self, from: Data(bytes))
                throw ClientError.refused(status: head.status, problem)
            }
            return try await receive(head, &body)
        }
    }

    /// The whole answer, which must be one JSON value of the given type.
    @MainActor
    func value<Value: Decodable & Sendable>(_ type: Value.Type, _ request: QuerySocket.Request) async throws -> Value {
        let bytes = try await bytes(request)
        do {
            return try WireJSON.decode(type, from: Data(bytes))
        } catch {
            throw failure(.notUnderstood(String(describing: type)), importing: false)
        }
    }

    @MainActor
    func bytes(_ request: QuerySocket.Request) async throws -> [UInt8] {
        try await send(request) { _, body in try await body.collect(limit: Self.answerLimit) }
    }

    /// The answer of `/v1/health`, which is a report also when the status is 503.
    @MainActor
    func healthBytes(_ request: QuerySocket.Request) async throws -> [UInt8] {
        do {
            return try await socket.send(request) { head, body in
                let bytes = try await body.collect(limit: Self.answerLimit)
                if head.status == 200 || head.status == 503, head.contentType?.hasPrefix(MediaTypeName.json) == true {
                    return bytes
                }
                throw ClientError.refused(
                    status: head.status, try? WireJSON.decode(Problem.self, from: Data(bytes)))
            }
        } catch let error as ClientError {
            throw failure(error, importing: false)
        }
    }

    /// Copies an answer to standard output as it comes, with a line break at its end.
    @MainActor
    func pass(_ request: QuerySocket.Request) async throws {
        try await send(request) { _, body in
            var last: UInt8 = 10
            while let piece = try await body.next() {
                let bytes = Array(piece.readableBytesView)
                last = bytes.last ?? last
                try console.write(bytes)
            }
            if last != 10 { try console.write("\n") }
        }
    }

    /// Copies an answer to standard output byte for byte.
    @MainActor
    func copy(_ request: QuerySocket.Request) async throws {
        try await send(request) { _, body in
            while let piece = try await body.next() { try console.write(Array(piece.readableBytesView)) }
        }
    }

    /// Copies an export (NDJSON, CSV) to standard output as it comes, without the daemon's note that its row limit cut
    /// it off.
    ///
    /// Returns where to go on when it was cut off.
    @MainActor
    func export(_ request: QuerySocket.Request, withoutTitles: Bool) async throws -> EventCursor? {
        try await send(request) { _, body in
            var lines = ExportLines(skippingFirst: withoutTitles)
            while let piece = try await body.next() { try console.write(lines.take(piece.readableBytesView)) }
            let cursor = body.trailer(ExportLines.cursorField).flatMap { EventCursor($0) }
            try console.write(lines.finish(isTruncated: body.trailer(ExportLines.truncatedField) == "true"))
            return cursor
        }
    }

    /// The failure a person sees for an error of the client.
    func failure(_ error: ClientError, importing: Bool) -> CommandFailure {
        var group: String?
        if case .permissionDenied(let path) = error { group = Self.groupName(of: path) }
        var message = texts.message(error, groupOfSocket: group)
        if case .refused(_, let problem?) = error, !problem.problems.isEmpty {
            message += "\n" + texts.list(problem, importing: importing)
        }
        return CommandFailure(status: error.exitStatus(importing: importing), message: message)
    }

    /// Reads a time the way a person types it.
    func time(_ text: String?, as use: TimeInput.Use, option: String) throws -> UTCTime? {
        guard let text else { return nil }
        do {
            return try TimeInput(now: now).read(text, as: use)
        } catch {
            throw CommandFailure(status: .usage, message: texts.message(error, option: option))
        }
    }

    /// Prints a table, or the sentence that stands for an empty one.
    func show(_ table: inout Table, empty: String) throws {
        if table.isEmpty { return try console.print(empty) }
        for line in table.takeLines(coloured: console.colours) { try console.print(line) }
    }

    /// Prints `name: value` pairs one below the other.
    func show(fields: [(name: String, value: String?)]) throws {
        let width = fields.filter { $0.value != nil }.map { DisplayWidth.columns($0.name) }.max() ?? 0
        for field in fields {
            guard let value = field.value else { continue }
            let padding = String(repeating: " ", count: width - DisplayWidth.columns(field.name))
            let name = console.colours ? Style.title.applied(to: field.name) : field.name
            try console.print("\(name)\(padding)  \(DisplayWidth.harmless(value))")
        }
    }

    /// The group a file belongs to, nil when even that may not be seen.
    private static func groupName(of path: String) -> String? {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        var entry = group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: 1 << 14)
        guard getgrgid_r(facts.st_gid, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return String(cString: entry.gr_name)
    }
}
