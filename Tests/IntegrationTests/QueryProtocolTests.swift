import Logging
import MKDSCore
import QueryAPI
import QueryServer
import Testing

extension QueryServerTests {
    @Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
    struct QueryProtocolTests {
        @Test func whatIsNotHTTPGetsAProblemAndTheServerLivesOn() async throws {
            try await QueryFixture.with { fixture in
                for bytes in Self.notHTTP {
                    let answer = try await fixture.client.raw(Array(bytes.utf8))
                    #expect(answer.hasPrefix("HTTP/1.1 400"), "\(bytes.debugDescription): \(answer)")
                    let health = try await fixture.client.get(APIPath.health)
                    #expect(health.status == 200)
                }
            }
        }

        private static let notHTTP = [
            "nonsense\r\n\r\n", "GET\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}",
            "GET / HTTP/9.9\r\n\r\n", "GET /v1/health HTTP/1.1\r\nHost : x\r\n\r\n",
            "GET /v1/health HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
            "GET /v1/health HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        ]

        @Test func randomBytesNeverBringTheServerDown() async throws {
            var limits = QueryServerConfiguration.Limits()
            limits.idleTime = .milliseconds(200)
            try await QueryFixture.with(limits: limits) { fixture in
                var random = SeededGenerator(seed: 42)
                for _ in 0..<100 {
                    let count = Int(random.next() % 300) + 1
                    var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                    if random.next() % 2 == 0 { bytes = Array("GET /".utf8) + bytes + Array(" HTTP/1.1\r\n\r\n".utf8) }
                    _ = try? await fixture.client.raw(bytes)
                }
                let health = try await fixture.client.get(APIPath.health)
                #expect(health.status == 200)
            }
        }

        @Test func aHeaderBeyondTheLimitIsRefused() async throws {
            try await QueryFixture.with { fixture in
                let long = String(repeating: "x", count: 20_000)
                let answer = try await fixture.client.raw(
                    Array("GET /v1/health HTTP/1.1\r\nHost: x\r\nX-Long: \(long)\r\n\r\n".utf8))
                #expect(answer.hasPrefix("HTTP/1.1 4"), "\(answer.prefix(80))")
                let health = try await fixture.client.get(APIPath.health)
                #expect(health.status == 200)
            }
        }

        @Test func aDocumentBeyondTheLimitIsRefusedWhetherDeclaredOrNot() async throws {
            var limits = QueryServerConfiguration.Limits()
            limits.bodyByteCount = 10_000
            try await QueryFixture.with(limits: limits) { fixture in
                let declared = try await fixture.client.post(
                    APIPath.cameraImports, "text/csv", [UInt8](repeating: 65, count: 10_001))
                #expect(declared.status == 413)
                #expect(declared.fields["connection"] == "close")
                #expect(try declared.decode(Problem.self).kind == .bodyTooLarge)
                let chunk = "800\r\n" + String(repeating: "A", count: 0x800) + "\r\n"
                let head = "POST \(APIPath.cameraImports) HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
                let chunked = try await fixture.client.raw(
                    Array(
                        (head + "Transfer-Encoding: chunked\r\n\r\n" + String(repeating: chunk, count: 6) + "0\r\n\r\n")
                            .utf8))
                #expect(chunked.hasPrefix("HTTP/1.1 413"), "\(chunked.prefix(200))")
                #expect(chunked.contains("urn:mkds:problem:body-too-large"))
            }
        }

        @Test func aQuestionWithABodyIsRefused() async throws {
            try await QueryFixture.with { fixture in
                let answer = try await fixture.client.send("GET", APIPath.events, body: [1, 2, 3])
                #expect(answer.status == 400)
                #expect(answer.fields["connection"] == "close")
            }
        }

        @Test func aClientThatSaysNothingIsLetGo() async throws {
            var limits = QueryServerConfiguration.Limits()
            limits.idleTime = .milliseconds(100)
            try await QueryFixture.with(limits: limits) { fixture in
                let nothing = try await fixture.client.raw([])
                #expect(nothing.isEmpty)
                let half = try await fixture.client.raw(Array("GET /v1/health HTTP/1.1\r\nHost:".utf8))
                #expect(!half.contains("200 OK"))
            }
        }

        @Test func aUserMayNotTakeEveryConnection() async throws {
            var limits = QueryServerConfiguration.Limits()
            limits.connectionsPerUser = 2
            try await QueryFixture.with(limits: limits) { fixture in
                let request = "GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n"
                try await fixture.client.withConnection { first in
                    try await first.write(request)
                    #expect(try await first.readAnswer().status == 200)
                    try await fixture.client.withConnection { second in
                        try await second.write(request)
                        #expect(try await second.readAnswer().status == 200)
                        let third = try await fixture.client.get(APIPath.health)
                        #expect(third.status == 429)
                    }
                }
                var status = 429
                while status == 429 { status = try await fixture.client.get(APIPath.health).status }
                #expect(status == 200)
            }
        }

        @Test func severalQuestionsShareAConnection() async throws {
            try await QueryFixture.with { fixture in
                try await fixture.client.withConnection { connection in
                    let request = "GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n"
                    try await connection.write(request + request + "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" + request)
                    var statuses: [Int] = []
                    for _ in 0..<4 { statuses.append(try await connection.readAnswer().status) }
                    #expect(statuses == [200, 200, 404, 200])
                }
            }
        }
    }
}
