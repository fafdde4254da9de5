import EventIndex
import FoundationEssentials
import Logging
import MKDSCore
import QueryAPI
import QueryServer
import Spool
import Testing

extension QueryServerTests {
    @Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
    struct QueryStreamTests {
        /// The messages of a live feed, one after another.
        private struct Feed {
            var parser = StreamMessageParser()
            var waiting: [StreamMessage] = []

            mutating func next(_ connection: inout QueryClient.Connection) async throws -> StreamMessage? {
                while waiting.isEmpty {
                    guard let chunk = try await connection.readChunk(), !chunk.isEmpty else { return nil }
                    waiting = parser.append(chunk)
                }
                return waiting.removeFirst()
            }

            mutating func nextEvent(_ connection: inout QueryClient.Connection) async throws -> EventResource? {
                while let message = try await next(&connection) {
                    guard message.name == StreamMessage.event else { continue }
                    let event = try WireJSON.decode(EventResource.self, from: Data(message.data.utf8))
                    #expect(message.id == String(event.change))
                    return event
                }
                return nil
            }
        }

        private func open(
            _ connection: inout QueryClient.Connection, _ target: String = APIPath.eventStream, after: String? = nil
        ) async throws -> QueryClient.Answer {
            let resume = after.map { "Last-Event-ID: \($0)\r\n" } ?? ""
            try await connection.write("GET \(target) HTTP/1.1\r\nHost: x\r\n\(resume)\r\n")
            return try await connection.readHead()
        }

        @Test func whatHappensIsToldAsItHappens() async throws {
            try await QueryFixture.with { fixture in
                try await fixture.store(QueryFixture.series(3))
                try await fixture.client.withConnection { connection in
                    let head = try await open(&connection)
                    #expect(head.status == 200)
                    #expect(head.fields["content-type"] == "text/event-stream")
                    var feed = Feed()
                    let greeting = try await feed.next(&connection)
                    #expect(greeting?.name == StreamMessage.heartbeat)
                    #expect(greeting?.id == "3", "what happened before is not told")
                    let later = try await fixture.store(
                        QueryFixture.series(1, from: LoaderFixture.time("2026-03-01T15:00:00Z")))
                    let event = try await feed.nextEvent(&connection)
                    #expect(event?.id == later.first?.id)
                    #expect(event?.change == 4)
                }
                let opened = try await fixture.log.line { $0.message == "query stream opened" }
                #expect(opened.metadata["path"] == APIPath.eventStream)
            }
        }

        @Test func aFeedResumedAgainAndAgainLosesAndDoublesNothing() async throws {
            try await QueryFixture.with { fixture in
                let first = QueryFixture.series(450)
                try await fixture.store(first)
                var seen: [UUIDv7] = []
                var last = "0"
                var wanted = 450
                for round in 0..<6 {
                    try await fixture.client.withConnection { connection in
                        let head = try await open(&connection, after: last)
                        #expect(head.status == 200)
                        var feed = Feed()
                        // Broken off in the middle of what is already waiting, or after something new came live.
                        while seen.count < min(wanted, 100 * (round + 1)),
                            let event = try await feed.nextEvent(&connection)
                        {
                            seen.append(event.id)
                            last = String(event.change)
                        }
                        let start = LoaderFixture.time("2026-03-01T16:00:00Z") + .seconds(round * 600)
                        try await fixture.store(QueryFixture.series(20, from: start))
                        wanted += 20
                    }
                }
                try await fixture.client.withConnection { connection in
                    let head = try await open(&connection, "\(APIPath.eventStream)?last_event_id=\(last)")
                    #expect(head.status == 200)
                    var feed = Feed()
                    while seen.count < wanted, let event = try await feed.nextEvent(&connection) {
                        seen.append(event.id)
                    }
                }
                #expect(seen.count == 570)
                #expect(Set(seen).count == 570)
            }
        }

        @Test func anOpenEventIsToldAgainWhenItIsExtendedAndClosed() async throws {
            try await QueryFixture.with { fixture in
                try await fixture.client.withConnection { connection in
                    let head = try await open(&connection, "\(APIPath.eventStream)?camera=a")
                    #expect(head.status == 200)
                    var feed = Feed()
                    let start = LoaderFixture.event("a", "2026-03-01T12:00:00Z")
                    let writer = try JournalWriter(
                        directory: fixture.index.spool, configuration: SpoolConfiguration(reserveByteCount: 0),
                        version: "test", now: { start.start })
                    let loader = Loader(fixture.index.settings, spools: [fixture.index.spool])
                    try await LoaderFixture.running(loader) {
                        var told: [EventResource?] = []
                        for state in [
                            start, LoaderFixture.extended(start, by: 5, revision: 1),
                            LoaderFixture.closed(start, after: 9, revision: 2),
                        ] {
                            writer.append(.event(LoaderFixture.event("b", "2026-03-01T12:00:00Z")))
                            writer.append(.event(state))
                            told.append(try await feed.nextEvent(&connection))
                        }
                        #expect(told.map { $0?.revision } == [0, 1, 2])
                        #expect(told.map { $0?.state } == [.open, .open, .closed])
                        #expect(Set(told.map { $0?.id }) == [start.id])
                    }
                    writer.close()
                }
            }
        }

        @Test func aQuietFeedSaysThatItLivesAndHowFarItHasLooked() async throws {
            var limits = QueryServerConfiguration.Limits()
            limits.heartbeat = .milliseconds(50)
            try await QueryFixture.with(limits: limits) { fixture in
                try await fixture.client.withConnection { connection in
                    let head = try await open(&connection, "\(APIPath.eventStream)?camera=b")
                    #expect(head.status == 200)
                    var feed = Feed()
                    try await fixture.store(QueryFixture.series(5))
                    // Events of camera a are not told, but the feed moves past them.
                    while let message = try await feed.next(&connection) {
                        #expect(message.name == StreamMessage.heartbeat)
                        if message.id == "5" { break }
                    }
                }
            }
        }

        @Test func feedsAreBoundedAndAFreedPlaceIsTakenAgain() async throws {
            var limits = QueryServerConfiguration.Limits()
            limits.streams = 1
            limits.heartbeat = .milliseconds(50)
            try await QueryFixture.with(limits: limits) { fixture in
                try await fixture.client.withConnection { connection in
                    let head = try await open(&connection)
                    #expect(head.status == 200)
                    let second = try await fixture.client.get(APIPath.eventStream)
                    #expect(second.status == 429)
                    #expect(second.fields["retry-after"] == "1")
                }
                var status = 429
                while status == 429 {
                    status = try await fixture.client.withConnection { try await open(&$0).status }
                }
                #expect(status == 200)
            }
        }

        @Test func theOrderToStopEndsEveryFeed() async throws {
            try await QueryFixture.with { fixture in
                try await fixture.client.withConnection { connection in
                    let head = try await open(&connection)
                    #expect(head.status == 200)
                    var feed = Feed()
                    let greeting = try await feed.next(&connection)
                    #expect(greeting?.name == StreamMessage.heartbeat)
                    await fixture.stop()
                    let end = try await feed.next(&connection)
                    #expect(end == nil)
                }
            }
        }

        @Test func whoLosesTheRightToAskIsToldNothingMore() async throws {
            try await QueryFixture.with { fixture in
                try await fixture.client.withConnection { connection in
                    let head = try await open(&connection)
                    #expect(head.status == 200)
                    var feed = Feed()
                    let greeting = try await feed.next(&connection)
                    #expect(greeting?.name == StreamMessage.heartbeat)
                    await fixture.server.apply(AccessRules(administratorUsers: ["4000000000"]))
                    try await fixture.store(QueryFixture.series(3))
                    let end = try await feed.next(&connection)
                    #expect(end == nil, "an event committed after the right was withdrawn must not be told")
                }
                let line = try await fixture.log.line { $0.metadata["outcome"] == "right-withdrawn" }
                #expect(line.metadata["rows"] == "0")
            }
        }

        @Test func everyMessageKeepsToItsSchema() async throws {
            try await QueryFixture.with { fixture in
                try await fixture.store(QueryFixture.series(2))
                try await fixture.client.withConnection { connection in
                    let head = try await open(&connection, after: "0")
                    #expect(head.status == 200)
                    var feed = Feed()
                    for name in [StreamMessage.heartbeat, StreamMessage.event, StreamMessage.event] {
                        let message = try #require(try await feed.next(&connection))
                        #expect(message.name == name)
                        let schema = name == StreamMessage.event ? "Event" : "Heartbeat"
                        #expect(QuerySchema().faults(text: message.data, schema) == [])
                    }
                }
            }
        }

        @Test func aForeignLastEventIDIsRefused() async throws {
            try await QueryFixture.with { fixture in
                for text in ["-1", "x", "9999999999999999999999"] {
                    let answer = try await fixture.client.get(APIPath.eventStream, ["Last-Event-ID": text])
                    #expect(answer.status == 400)
                }
            }
        }
    }
}
