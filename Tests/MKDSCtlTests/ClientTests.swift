internal import QueryAPI
internal import Testing

@testable import mkdsctl

/// The client against a server that misbehaves in every way a socket allows.
@Suite(.timeLimit(.minutes(10))) struct ClientTests {
    private static func fetch(_ server: ScriptedServer, silence: Duration = .seconds(90), limit: Int = 1 << 20)
        async throws -> String
    {
        let socket = QuerySocket(path: server.path, silenceLimit: silence)
        let bytes = try await socket.send(QuerySocket.Request(target: "/v1/x")) { _, body in
            try await body.collect(limit: limit)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The error `fetch` ends with, nil when it does not.
    private static func failure(
        _ server: ScriptedServer, silence: Duration = .seconds(90), limit: Int = 1 << 20
    ) async throws -> ClientError? {
        do {
            _ = try await fetch(server, silence: silence, limit: limit)
            return nil
        } catch let error as ClientError {
            return error
        }
    }

    @Test func sendsAWholeRequest() async throws {
        let server = try ScriptedServer { _, connection, server in
            server.log(connection.readRequest())
            connection.answer("x")
        }
        let socket = QuerySocket(path: server.path, silenceLimit: .seconds(90))
        let body = [UInt8](repeating: 97, count: 300_000)
        _ = try await socket.send(
            QuerySocket.Request(method: .post, target: "/v1/areas/imports?kind=okrsek", contentType: "x/y", body: body)
        ) { _, body in try await body.collect(limit: 10) }
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("POST /v1/areas/imports?kind=okrsek HTTP/1.1\r\n"))
        #expect(request.contains("Content-Length: 300000\r\n") && request.contains("Content-Type: x/y\r\n"))
        #expect(request.hasSuffix(String(repeating: "a", count: 300_000)))
    }

    @Test func readsAnAnswerThatComesByteByByte() async throws {
        let server = try ScriptedServer { _, connection, _ in
            _ = connection.readRequest()
            let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\n\r\n"
            for character in answer.unicodeScalars { connection.send(String(character)) }
        }
        #expect(try await Self.fetch(server) == "abcdefgh")
    }

    @Test func readsAnAnswerThatEndsWithTheConnection() async throws {
        let server = try ScriptedServer { _, connection, _ in
            _ = connection.readRequest()
            connection.send("HTTP/1.0 200 OK\r\n\r\nabc")
        }
        #expect(try await Self.fetch(server) == "abc")
    }

    @Test(arguments: [
        "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ])
    func noticesAnAnswerThatIsCutShort(answer: String) async throws {
        let server = try ScriptedServer { _, connection, _ in
            _ = connection.readRequest()
            connection.send(answer)
        }
        guard case .cutShort = try await Self.failure(server) else {
            Issue.record("not cutShort")
            return
        }
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    ])
    func noticesThatItIsNotHTTP(answer: String) async throws {
        let server = try ScriptedServer { _, connection, _ in
            _ = connection.readRequest()
            connection.send(answer)
        }
        guard case .notUnderstood = try await Self.failure(server) else {
            Issue.record("not notUnderstood")
            return
        }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"])
    func givesUpOnASilentServer(answer: String) async throws {
        let server = try ScriptedServer { _, connection, _ in
            _ = connection.readRequest()
            connection.send(answer)
            // Until the client has closed.
            _ = connection.read(1)
        }
        guard case .timeout = try await Self.failure(server, silence: .milliseconds(100)) else {
            Issue.record("not timeout")
            return
        }
    }

    @Test func refusesAnAnswerBeyondTheLimit() async throws {
        let server = try ScriptedServer { _, connection, _ in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while connection.chunk(String(repeating: "x", count: 10_000)) {}
        }
        guard case .tooLarge(limit: 50_000) = try await Self.failure(server, limit: 50_000) else {
            Issue.record("not tooLarge")
            return
        }
    }

    @Test func takesARefusalThatComesBeforeTheBodyWasRead() async throws {
        let problem = Problem(.bodyTooLarge, detail: "too large", detailCS: "příliš velký")
        let server = try ScriptedServer { _, connection, _ in
            _ = connection.read(100)
            connection.answer(Sample.json(problem), status: "413 Too Large", type: MediaTypeName.problem)
            // The rest of the body is never read.
        }
        let outcome = try await BuiltProgram.run(
            ["cameras", "import", "-", "--socket", server.path],
            input: String(repeating: "id,name\n", count: 1 << 20))
        #expect(outcome.status == ExitNumber.badData.rawValue)
        #expect(outcome.errors.contains("příliš velký"))
    }

    @Test func letsTheServerWaitForASlowReader() async throws {
        // An endless list into a reader that takes a little and goes: the program must neither hoard nor hang.
        let server = try ScriptedServer { _, connection, server in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n")
            var sent = 0
            while connection.chunk(String(repeating: "a,b\r\n", count: 2000)) { sent += 10_000 }
            server.log("\(sent)")
        }
        let outcome = try await BuiltProgram.run(
            ["events", "list", "--all", "--csv", "--socket", server.path], outputLimit: 100)
        #expect(outcome.status == 141)
        #expect(outcome.errors.isEmpty)
    }

    @Test func copiesALongAnswerUnchanged() async throws {
        let line = #"{"id":"ěščřž"}"# + "\n"
        let server = try ScriptedServer { _, connection, _ in
            _ = connection.readRequest()
            connection.send(
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<100 { connection.chunk(String(repeating: line, count: 1000)) }
            connection.chunk("")
        }
        let outcome = try await BuiltProgram.run(["events", "list", "--all", "--json", "--socket", server.path])
        #expect(outcome.status == 0)
        #expect(outcome.output == String(repeating: line, count: 100_000))
    }
}
