internal import Glibc
internal import MKDSCore
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import QueryAPI

/// Speaks HTTP/1.1 with mkdsd over its Unix socket, one connection a request.
struct QuerySocket: Sendable {
    struct Request: Sendable {
        enum Method: Sendable {
            case get
            case post
        }

        var method = Method.get
        /// Path and query, percent-encoded.
        var target: String
        var accept: String = "application/json"
        var headers: [(name: String, value: String)] = []
        var contentType: String?
        var body: [UInt8] = []

        /// It carries a document to import, not a question.
        var isImport: Bool { contentType != nil && contentType != MediaTypeName.json }
    }

    struct Head: Sendable {
        var status: Int
        var contentType: String?
        /// Seconds of `Retry-After`, when given as a number.
        var retryAfter: Int?
    }

    /// The body of an answer in pieces, read from the socket only as fast as it is taken.
    struct Body: ~Copyable {
        fileprivate var parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator
        fileprivate var isDone = false
        /// Fields the server sent after the body.
        private var trailers = HTTPHeaders()

        fileprivate init(parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator) {
            self.parts = parts
        }

        /// A field the server sent after the body; nil before its end.
        func trailer(_ name: String) -> String? { trailers.first(name: name) }

        /// The next piece, nil at the end of the answer. Throws ``ClientError``.
        mutating func next() async throws -> ByteBuffer? {
            while !isDone {
                switch try await part() {
                case .body(let buffer): return buffer
                case .head: continue
                case .end(let fields):
                    isDone = true
                    if let fields { trailers = fields }
                case nil: throw ClientError.cutShort
                }
            }
            return nil
        }

        fileprivate mutating func part() async throws -> HTTPClientResponsePart? {
            do {
                return try await parts.next(isolation: #isolation)
            } catch {
                throw QuerySocket.translated(error)
            }
        }

        /// All that is left; throws ``ClientError/tooLarge(limit:)`` beyond the limit.
        mutating func collect(limit: Int) async throws -> [UInt8] {
            var bytes: [UInt8] = []
            while let piece = try await next() {
                guard bytes.count + piece.readableBytes <= limit else { throw ClientError.tooLarge(limit: limit) }
                bytes.append(contentsOf: piece.readableBytesView)
            }
            return bytes
        }
    }

    var path: String
    /// How long the daemon may keep silent before its answer, and within it.
    var silenceLimit: Duration

    private static let connectLimit = TimeAmount.seconds(5)
    private static let pieceByteCount = 1 << 16

    /// Sends a request and hands head and body of the answer to a closure; the connection is closed after it.
    ///
    /// Throws ``ClientError``, and what the closure throws.
    func send<Result: Sendable>(
        _ request: Request, _ receive: (Head, inout Body) async throws -> Result
    ) async throws -> Result {
        let channel = try await connect()
        return try await channel.executeThenClose { inbound, outbound in
            // Beside the reading, because a server may answer before it took the whole body; what is left is then
            // dropped with the scope. A failed write shows as a missing answer.
            async let _: Void = Self.write(request, to: outbound)
            var body = Body(parts: inbound.makeAsyncIterator())
            let head = try await Self.head(&body)
            return try await receive(head, &body)
        }
    }

    private func connect() async throws -> NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart> {
        let limit = silenceLimit
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(Self.connectLimit)
                .connect(unixDomainSocketPath: path) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(ReadDeadline(limit: limit))
                        try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw connectError(error)
        }
    }

    private func connectError(_ error: any Error) -> ClientError {
        switch error {
        case let error as IOError:
            switch error.errnoCode {
            case ENOENT, ENOTDIR: return .socketMissing(path)
            case EACCES, EPERM: return .permissionDenied(path)
            case ECONNREFUSED, ENOTSOCK: return .nobodyListens(path)
            default: return .system(path: path, code: error.errnoCode)
            }
        case is SocketAddressError: return .pathTooLong(path)
        case is ChannelError: return .timeout(.nanoseconds(Self.connectLimit.nanoseconds))
        default: return .notUnderstood(String(describing: type(of: error)))
        }
    }

    private static func write(
        _ request: Request, to outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) async throws {
        var headers: HTTPHeaders = [
            "Host": "localhost", "Accept": request.accept, "Connection": "close",
            "User-Agent": "mkdsctl/\(ProductVersion.text)",
        ]
        for header in request.headers { headers.add(name: header.name, value: header.value) }
        if let type = request.contentType {
            headers.add(name: "Content-Type", value: type)
            headers.add(name: "Content-Length", value: String(request.body.count))
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: request.method == .get ? .GET : .POST, uri: request.target, headers: headers)
        try await outbound.write(.head(head))
        var rest = request.body[...]
        while !rest.isEmpty {
            try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: rest.prefix(pieceByteCount)))))
            rest = rest.dropFirst(pieceByteCount)
        }
        try await outbound.write(.end(nil))
    }

    private static func head(_ body: inout Body) async throws -> Head {
        guard case .head(let head) = try await body.part() else {
            throw ClientError.cutShort
        }
        return Head(
            status: Int(head.status.code), contentType: head.headers.first(name: "Content-Type"),
            retryAfter: head.headers.first(name: "Retry-After").flatMap { Int($0) })
    }

    /// Turns the errors of NIO into ours.
    private static func translated(_ error: any Error) -> any Error {
        switch error {
        case HTTPParserError.invalidEOFState: ClientError.cutShort
        case let error as HTTPParserError: ClientError.notUnderstood("HTTP: \(error)")
        case is IOError, is ChannelError: ClientError.cutShort
        default: error
        }
    }
}
