internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Linux
internal import Logging
internal import MKDSCore
internal import NIOCore
internal import QueryAPI

/// Answers one request after another: who is it, may they, what do they ask; then the answer and its log line.
struct QueryResponder: Sendable {
    let gate: AccessGate
    let router: any HTTPResponder<QueryContext>
    let limits: QueryServerConfiguration.Limits
    let logger: Logger

    /// Answers and logs. It throws only when the connection cannot go on.
    // @concurrent: the framework's writer may not be tied to a caller's actor.
    @concurrent
    func respond(to request: Request, writer: consuming ResponseWriter, connection: QueryConnection) async throws {
        let began = ContinuousClock.now
        let exchange = Exchange(channel: connection.channel)
        let (name, role, response) = await answer(request, connection, exchange)
        let closes = Self.leavesBodyUnread(request, response) || !connection.isWelcome
        let finished = Self.finished(response, exchange: exchange, closes: closes)
        if response.headers[.contentType] == MediaTypeName.eventStream {
            log("query stream opened", request, connection, name, role, finished.status, exchange, began)
        }
        do {
            try await writer.write(response: finished.head, body: finished.body)
        } catch {
            exchange.note(outcome: "interrupted")
            log("query", request, connection, name, role, finished.status, exchange, began)
            throw error
        }
        log("query", request, connection, name, role, finished.status, exchange, began)
        if closes {
            // What is still coming is read and dropped for a moment, so that the client gets to read the answer.
            let channel = connection.channel
            channel.eventLoop.scheduleTask(in: .seconds(2)) { channel.close(promise: nil) }
        }
    }

    /// Never throws: whatever goes wrong is an answer too.
    private func answer(
        _ request: Request, _ connection: QueryConnection, _ exchange: Exchange
    ) async -> (name: String, role: String, Response) {
        guard connection.isWelcome else { return (connection.name, "refused", Self.tooMany.response) }
        switch await gate.decide(connection.peer) {
        case .refused(let name, let problem): return (name, "refused", problem.response)
        case .admitted(let principal):
            let source = QueryContext.Source(logger: logger, principal: principal, exchange: exchange)
            do {
                try Self.checkShape(request)
                let response = try await router.respond(to: request, context: QueryContext(source: source))
                // Our routes throw what they do not find; a 404 that comes back is the router's own.
                let isRouted = response.status != .notFound
                return (principal.name, principal.role.rawValue, isRouted ? response : Self.noRoute(request))
            } catch {
                let problem = Problem(error)
                if problem.status >= 500 {
                    logger.warning(
                        "query failed",
                        metadata: ["path": "\(Self.shown(request.uri.path))", "error": "\(error)"])
                }
                return (principal.name, principal.role.rawValue, problem.response)
            }
        }
    }

    // MARK: Shape of the request

    private static func checkShape(_ request: Request) throws(Problem) {
        guard request.uri.string.utf8.first == UInt8(ascii: "/") else {
            throw Problem(
                .badRequest, detail: "The request target must begin with a slash.",
                detailCS: "Cíl požadavku musí začínat lomítkem.")
        }
        if request.method == .get, hasBody(request) {
            throw Problem(.badRequest, detail: "GET carries no body.", detailCS: "GET nenese žádné tělo.")
        }
    }

    private static func hasBody(_ request: Request) -> Bool {
        request.headers[.transferEncoding] != nil
            || request.headers[.contentLength].map { Int($0) != 0 } ?? false
    }

    private static func leavesBodyUnread(_ request: Request, _ response: Response) -> Bool {
        hasBody(request) && response.status.code >= 400
    }

    /// 405 when the path is there under another method, else 404.
    private static func noRoute(_ request: Request) -> Response {
        let methods = APIRoute.methods(at: request.uri.path)
        guard methods.isEmpty else {
            let allowed = methods.joined(separator: ", ")
            var response = Problem(
                .methodNotAllowed, detail: "Here only \(allowed) is allowed.",
                detailCS: "Zde je dovoleno jen \(allowed)."
            ).response
            response.headers[.allow] = allowed
            return response
        }
        return Problem(
            .noSuchPath, detail: "The paths of this server are listed in \(APIPath.openAPI).",
            detailCS: "Cesty tohoto serveru vypisuje \(APIPath.openAPI)."
        ).response
    }

    static var tooMany: Problem {
        Problem(
            .tooMany, detail: "Too many connections are open; close some and try again.",
            detailCS: "Je otevřeno příliš mnoho spojení; některá zavřete a zkuste to znovu.")
    }

    // MARK: The answer

    /// The answer with the header fields all have and with its bytes counted.
    private static func finished(_ response: Response, exchange: Exchange, closes: Bool) -> Response {
        var response = response
        response.headers[.date] = HTTPDate.text(.now)
        response.headers[.server] = "mkdsd"
        response.headers[.cacheControl] = "no-store"
        response.headers[.xContentTypeOptions] = "nosniff"
        if closes { response.headers[.connection] = "close" }
        if let count = response.body.contentLength {
            exchange.add(bytes: count)
        }
        return response
    }

    // MARK: The log line

    private func log(
        _ message: Logger.Message, _ request: Request, _ connection: QueryConnection, _ name: String, _ role: String,
        _ status: HTTPResponse.Status, _ exchange: Exchange, _ began: ContinuousClock.Instant
    ) {
        var metadata = exchange.metadata
        metadata.merge(connection.metadata) { first, _ in first }
        metadata["user"] = "\(name)"
        metadata["role"] = "\(role)"
        metadata["method"] = "\(Self.shown(request.method.rawValue))"
        metadata["path"] = "\(Self.shown(request.uri.path))"
        metadata["status"] = "\(status.code)"
        metadata["duration_ms"] = "\((ContinuousClock.now - began).inMicroseconds / 1000)"
        logger.log(level: status.code == 403 || status.code == 429 ? .notice : .info, message, metadata: metadata)
    }

    /// A client's text as it may stand in a log: short and printable.
    static func shown(_ text: String) -> String {
        let visible = text.unicodeScalars.prefix(200).map { (33...126).contains($0.value) ? Character($0) : "?" }
        return String(visible)
    }
}
