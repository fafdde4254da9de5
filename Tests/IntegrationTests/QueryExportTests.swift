import Glibc
import Logging
import MKDSCore
import QueryAPI
import QueryServer
import Testing

extension QueryServerTests {
    @Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
    struct QueryExportTests {
        @Test func linesAndTableHoldEveryRowOfManyPages() async throws {
            try await QueryFixture.with { fixture in
                let stored = try await fixture.store(QueryFixture.series(2345))
                let lines = try await fixture.client.get("/v1/events", ["Accept": "application/x-ndjson"])
                #expect(lines.isWhole)
                #expect(lines.fields["content-type"] == "application/x-ndjson")
                #expect(lines.trailer["mkds-rows"] == "2345")
                #expect(lines.trailer["mkds-truncated"] == "false")
                #expect(lines.trailer["mkds-next-cursor"] == nil)
                let ids = lines.text.split(separator: "\n").map { line in
                    line.firstRange(of: "\"id\":\"").map { String(line[$0.upperBound...].prefix(36)) } ?? ""
                }
                #expect(ids == stored.map(\.id.description))

                let table = try await fixture.client.get("/v1/events", ["Accept": "text/csv"])
                #expect(table.isWhole)
                #expect(table.fields["content-type"] == "text/csv; charset=utf-8")
                let rows = table.text.split(separator: "\r\n")
                #expect(rows.first.map { $0 + "\r\n" } == EventTable.header)
                #expect(rows.dropFirst().map { String($0.prefix(36)) } == stored.map(\.id.description))
                let line = try await fixture.log.line { $0.metadata["rows"] == "2345" }
                #expect((line.metadata["bytes"].flatMap { Int($0) } ?? 0) > 100_000)
            }
        }

        @Test func aListCutOffByItsLimitSaysSoAndWhereItGoesOn() async throws {
            try await QueryFixture.with { fixture in
                let stored = try await fixture.store(QueryFixture.series(1200))
                let first = try await fixture.client.get("/v1/events?limit=1100", ["Accept": "text/csv"])
                #expect(first.isWhole)
                #expect(first.trailer["mkds-truncated"] == "true")
                let cursor = try #require(first.trailer["mkds-next-cursor"])
                #expect(first.text.hasSuffix("# truncated after 1100 rows; more: cursor=\(cursor)\r\n"))
                let rest = try await fixture.client.get(
                    "/v1/events?cursor=\(cursor)", ["Accept": "application/x-ndjson"])
                #expect(rest.trailer["mkds-truncated"] == "false")
                #expect(rest.text.split(separator: "\n").count == 100)
                #expect(rest.text.contains(stored[1100].id.description))
                // Exactly as many as there are: nothing is cut off.
                let exact = try await fixture.client.get("/v1/events?limit=1200", ["Accept": "application/x-ndjson"])
                #expect(exact.trailer["mkds-truncated"] == "false")
            }
        }

        @Test func everyLineKeepsToItsSchema() async throws {
            try await QueryFixture.with { fixture in
                try await fixture.store(
                    QueryFixture.series(3) + [LoaderFixture.event("b", "2026-03-01T13:00:00Z")])
                let answer = try await fixture.client.get("/v1/events?limit=3", ["Accept": "application/x-ndjson"])
                let lines = answer.text.split(separator: "\n").map(String.init)
                #expect(lines.count == 4)
                for line in lines.prefix(3) { #expect(QuerySchema().faults(text: line, "Event") == []) }
                #expect(QuerySchema().faults(text: lines.last ?? "", "Truncation") == [])
            }
        }

        @Test func aListOfWhichTheReaderPausedTooLongEndsWithoutItsEnd() async throws {
            var limits = QueryServerConfiguration.Limits()
            limits.stallTime = .milliseconds(300)
            try await QueryFixture.with(limits: limits) { fixture in
                try await fixture.store(QueryFixture.series(3000))
                let reader = try PausingReader(path: fixture.client.path)
                try reader.send("GET /v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n")
                _ = try await fixture.log.line { $0.message == "query client does not read, cut off" }
                let received = try reader.readAll()
                #expect(received.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(received.contains("\r\nid,revision,camera,"), "what had been sent is there")
                #expect(!received.hasSuffix("\r\n\r\n"), "but not the last chunk: no client takes it for whole")
                #expect(!received.lowercased().contains("mkds-truncated: "))
            }
        }

        @Test func aFormThatIsNotKnownIsRefused() async throws {
            try await QueryFixture.with { fixture in
                let answer = try await fixture.client.get("/v1/events", ["Accept": "text/html"])
                #expect(answer.status == 406)
                let weighted = try await fixture.client.get("/v1/events", ["Accept": "text/html, text/csv;q=0.8"])
                #expect(weighted.fields["content-type"] == "text/csv; charset=utf-8")
                let anything = try await fixture.client.get("/v1/events", ["Accept": "*/*"])
                #expect(anything.fields["content-type"] == "application/json")
            }
        }

        @Test func aClientThatDoesNotReadIsCutOffAndOthersAreServedMeanwhile() async throws {
            var limits = QueryServerConfiguration.Limits()
            limits.stallTime = .milliseconds(300)
            try await QueryFixture.with(limits: limits) { fixture in
                try await fixture.store(QueryFixture.series(3000))
                try await fixture.client.withConnection { connection in
                    try await connection.setReading(false)
                    try await connection.write(
                        "GET /v1/events HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson\r\n\r\n")
                    let other = try await fixture.client.get("/v1/events?limit=1")
                    #expect(other.status == 200)
                    let cut = try await fixture.log.line { $0.message == "query client does not read, cut off" }
                    #expect(cut.level == .notice)
                    let line = try await fixture.log.line { $0.metadata["outcome"] == "interrupted" }
                    // Far from all of it was made: what is not read is not produced.
                    let rows = try #require(line.metadata["rows"].flatMap { Int($0) })
                    #expect(rows < 3000)
                }
            }
        }
    }
}

/// A client that leaves what arrives in the kernel until it is told to read.
private struct PausingReader: ~Copyable {
    struct Failed: Error { var code: Int32 }

    private let descriptor: Int32

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Failed(code: errno) }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw Failed(code: errno) }
    }

    /// Everything up to the end; call it when the other side has closed, so that it does not wait.
    func readAll() throws -> String {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return String(decoding: received, as: UTF8.self) }
            guard count > 0 else { throw Failed(code: errno) }
            received += buffer[..<count]
        }
    }
}
