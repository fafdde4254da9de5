import FoundationEssentials
import NIOCore
import NIOPosix
import QueryAPI
import Testing

/// A small HTTP/1.1 client over a Unix socket that shows everything: status, fields, trailer, whether the body is whole.
struct QueryClient: Sendable {
    let path: String

    struct Answer: Sendable {
        var status = 0
        /// Names in lower case.
        var fields: [String: String] = [:]
        var trailer: [String: String] = [:]
        var body: [UInt8] = []
        /// The body came to its declared end.
        var isWhole = false

        var text: String { String(decoding: body, as: UTF8.self) }

        func json() throws -> JSONValue { try decode(JSONValue.self) }

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try WireJSON.decode(type, from: Data(body))
        }
    }

    func get(_ target: String, _ fields: [String: String] = [:]) async throws -> Answer {
        try await send("GET", target, fields, body: nil)
    }

    func post(_ target: String, _ type: String, _ body: some Sequence<UInt8>) async throws -> Answer {
        try await send("POST", target, ["Content-Type": type], body: Array(body))
    }

    func send(
        _ method: String, _ target: String, _ fields: [String: String] = [:], body: [UInt8]? = nil
    ) async throws -> Answer {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        let request = Array((head + "\r\n").utf8) + (body ?? [])
        return try await withConnection { connection in
            try await connection.write(request)
            return try await connection.readAnswer()
        }
    }

    /// Sends bytes as they are and returns all that comes back until the server closes.
    func raw(_ bytes: [UInt8]) async throws -> String {
        try await withConnection { connection in
            try await connection.write(bytes)
            var received: [UInt8] = []
            while let more = try await connection.read() { received += more }
            return String(decoding: received, as: UTF8.self)
        }
    }

    func withConnection<Value: Sendable>(_ body: (inout Connection) async throws -> Value) async throws -> Value {
        let (incoming, inlet) = AsyncStream.makeStream(of: [UInt8].self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Inlet(inlet))
                }
            }
            .connect(unixDomainSocketPath: path).get()
        var connection = Connection(incoming: incoming.makeAsyncIterator(), channel: channel)
        do {
            let value = try await body(&connection)
            try? await channel.close()
            return value
        } catch {
            try? await channel.close()
            throw error
        }
    }

    /// Hands what arrives to a stream.
    private final class Inlet: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let inlet: AsyncStream<[UInt8]>.Continuation

        init(_ inlet: AsyncStream<[UInt8]>.Continuation) { self.inlet = inlet }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            inlet.yield(Array(unwrapInboundIn(data).readableBytesView))
        }

        func channelInactive(context: ChannelHandlerContext) { inlet.finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    /// An open connection.
    struct Connection {
        var incoming: AsyncStream<[UInt8]>.AsyncIterator
        let channel: any Channel
        var pending: [UInt8] = []

        func write(_ bytes: some Sequence<UInt8>) async throws {
            try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
        }

        func write(_ text: String) async throws { try await write(text.utf8) }

        /// Leaves what arrives in the kernel, or takes it again.
        func setReading(_ isReading: Bool) async throws {
            try await channel.setOption(.autoRead, value: isReading).get()
        }

        /// Nil at the end.
        mutating func read() async throws -> [UInt8]? { await incoming.next(isolation: #isolation) }

        /// The head of an answer; what follows stays pending.
        mutating func readHead() async throws -> Answer {
            let end = Array("\r\n\r\n".utf8)
            while true {
                if let position = pending.firstPosition(of: end) {
                    let answer = Self.head(String(decoding: pending[..<position], as: UTF8.self))
                    pending.removeFirst(position + end.count)
                    return answer
                }
                guard let more = try await read() else { return Answer() }
                pending += more
            }
        }

        mutating func readAnswer() async throws -> Answer {
            var answer = try await readHead()
            if let length = answer.fields["content-length"].flatMap({ Int($0) }) {
                while pending.count < length, let more = try await read() { pending += more }
                answer.body = Array(pending.prefix(length))
                answer.isWhole = answer.body.count == length
                pending.removeFirst(answer.body.count)
            } else if answer.fields["transfer-encoding"] == "chunked" {
                while let chunk = try await readChunk() {
                    if chunk.isEmpty {
                        answer.trailer = Self.fields(try await readTrailer())
                        answer.isWhole = true
                        break
                    }
                    answer.body += chunk
                }
            }
            return answer
        }

        /// The next chunk of a body; empty for the last one, nil when the connection ended before.
        mutating func readChunk() async throws -> [UInt8]? {
            let lineEnd = Array("\r\n".utf8)
            while true {
                if let position = pending.firstPosition(of: lineEnd),
                    let size = Int(String(decoding: pending[..<position], as: UTF8.self), radix: 16)
                {
                    let start = position + 2
                    if size == 0 {
                        pending.removeFirst(start)
                        return []
                    }
                    if pending.count >= start + size + 2 {
                        let chunk = Array(pending[start..<start + size])
                        pending.removeFirst(start + size + 2)
                        return chunk
                    }
                }
                guard let more = try await read() else { return nil }
                pending += more
            }
        }

        private mutating func readTrailer() async throws -> [Substring] {
            while true {
                let text = String(decoding: pending, as: UTF8.self)
                if text.utf8.starts(with: "\r\n".utf8) { return [] }
                if pending.firstPosition(of: Array("\r\n\r\n".utf8)) != nil {
                    return text.split(separator: "\r\n")
                }
                guard let more = try await read() else { return [] }
                pending += more
            }
        }

        private static func head(_ text: String) -> Answer {
            let lines = text.split(separator: "\r\n")
            var answer = Answer()
            answer.status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
            answer.fields = fields(Array(lines.dropFirst()))
            return answer
        }

        private static func fields(_ lines: [Substring]) -> [String: String] {
            let pairs = lines.compactMap { line -> (String, String)? in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                let value = line[line.index(after: colon)...].drop { $0 == " " }
                return (line[..<colon].lowercased(), String(value))
            }
            return Dictionary(pairs) { _, later in later }
        }
    }
}

extension [UInt8] {
    fileprivate func firstPosition(of pattern: [UInt8]) -> Int? {
        guard count >= pattern.count else { return nil }
        return (0...count - pattern.count).first { self[$0..<$0 + pattern.count].elementsEqual(pattern) }
    }
}
