import EventIndex
import MKDSCore
import Postgres
import QueryAPI
import Testing

extension QueryServerTests {
    /// Coverage from the journal to the socket.
    @Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
    struct CoverageTests {
        private static func at(_ clock: String) -> UTCTime { LoaderFixture.time("2026-03-01T\(clock)Z") }

        private static func run(
            _ id: UUIDv7, _ first: String, _ last: String, _ end: EndReason?, revision: UInt32 = 1, camera: String = "a"
        ) -> JournalRecord {
            .run(
                StreamRun(
                    id: id, revision: revision, camera: LoaderFixture.camera(camera), codec: "h264", width: 640,
                    height: 360, firstPacket: at(first), lastPacket: at(last), packets: 10, bytes: 1000, endReason: end,
                    clock: .arrival))
        }

        /// Seen from 10:00 to 10:20, lost to 10:30, seen again, covered from 10:40 to 10:50, killed at 11:00 with a
        /// covered camera and an open run, back at 12:00.
        private static var morning: [JournalRecord] {
            let (camera, first, second) = (
                LoaderFixture.camera("a"), UUIDv7(at: at("10:00:00")), UUIDv7(at: at("10:30:00"))
            )
            func gap(_ end: UTCTime?, _ revision: UInt32) -> Gap {
                Gap(
                    id: UUIDv7(high: first.high, low: first.low ^ 1), revision: revision, camera: camera,
                    start: at("10:20:00"), end: end, reason: .lost, detail: "")
            }
            func covered(_ start: String, _ last: String, _ isOpen: Bool) -> Event {
                Event(
                    id: UUIDv7(at: at(start)), camera: camera, kind: .tamper, topic: SightTrouble.covered.rawValue,
                    start: at(start), lastSeen: at(last), end: isOpen ? nil : at(last), endReason: isOpen ? nil : .over,
                    clock: .arrival)
            }
            return [
                .captureStarted(CaptureStart(time: at("09:59:50"), version: "test")),
                run(first, "10:00:00", "10:20:01", .streamLost), .gap(gap(nil, 0)), .gap(gap(at("10:30:00"), 1)),
                run(second, "10:30:00", "11:00:00", nil), .event(covered("10:40:00", "10:50:00", false)),
                .event(covered("10:59:00", "11:00:00", true)),
                .captureStarted(CaptureStart(time: at("12:00:00"), version: "test")),
                run(UUIDv7(at: at("12:00:05")), "12:00:05", "12:30:00", .withdrawn),
            ]
        }

        private func words(_ items: [CoverageResource]) -> [String] {
            items.map { span in
                let clock = { (time: UTCTime) in String(time.description.dropFirst(11).prefix(8)) }
                return "\(span.state.rawValue) \(span.reason ?? "-") \(clock(span.from))-\(clock(span.to))"
            }
        }

        private static let expected = [
            "unseen not-running 09:00:00-10:00:00", "seen - 10:00:00-10:20:00", "unseen lost 10:20:00-10:30:00",
            "seen - 10:30:00-10:40:00", "impaired covered 10:40:00-10:50:00", "seen - 10:50:00-10:59:00",
            "impaired covered 10:59:00-11:00:00", "unknown killed 11:00:00-11:01:05",
            "unseen not-running 11:01:05-12:00:05", "seen - 12:00:05-12:30:00", "unseen not-running 12:30:00-13:00:00",
        ]

        private func prepare(_ fixture: QueryFixture) async throws {
            try await fixture.index.admin.execute("UPDATE mkds.camera_service SET since = '2026-01-01Z'")
            try fixture.index.write(Self.morning)
            try await fixture.index.load()
        }

        @Test func everySecondOfAMorningWithAKillIsTold() async throws {
            try await QueryFixture.with { fixture in
                try await prepare(fixture)
                let span = "from=2026-03-01T09:00:00Z&to=2026-03-01T13:00:00Z"
                let answer = try await fixture.client.get("/v1/coverage?camera=a&\(span)")
                #expect(answer.status == 200, "\(answer.text)")
                let page = try answer.decode(Page<CoverageResource>.self)
                #expect(words(page.items) == Self.expected)
                #expect(page.items.first?.since == LoaderFixture.time("2026-01-01T00:00:00Z"))
                #expect(page.items[4].event != nil)

                // The same in pages of two, and as lines and as a table.
                var paged: [CoverageResource] = []
                var target: String? = "/v1/coverage?camera=a&\(span)&limit=2"
                while let now = target {
                    let page = try await fixture.client.get(now).decode(Page<CoverageResource>.self)
                    #expect(page.items.count <= 2)
                    paged += page.items
                    target = page.nextCursor.map { "/v1/coverage?camera=a&\(span)&limit=2&cursor=\($0)" }
                }
                #expect(words(paged) == Self.expected)
                let lines = try await fixture.client.get(
                    "/v1/coverage?camera=a&\(span)", ["Accept": "application/x-ndjson"])
                #expect(lines.isWhole && lines.text.split(separator: "\n").count == Self.expected.count)
                let table = try await fixture.client.get(
                    "/v1/coverage?camera=a&\(span)&limit=3", ["Accept": "text/csv"])
                #expect(table.text.split(separator: "\r\n").count == 5)
                #expect(table.text.contains("# truncated after 3 rows"))
            }
        }

        @Test func aLongSpanIsToldInOnePieceOverMidnight() async throws {
            try await QueryFixture.with { fixture in
                try await prepare(fixture)
                let page = try await fixture.client.get("/v1/coverage?camera=b&from=2026-02-20&to=2026-03-05")
                    .decode(Page<CoverageResource>.self)
                #expect(page.items.map(\.reason) == ["not-running"])
                #expect(page.items.first?.durationSeconds == 1_123_200.0)
            }
        }

        @Test func aSearchNamesWhatItsCamerasCouldNotSee() async throws {
            try await QueryFixture.with { fixture in
                try await prepare(fixture)
                let span = "from=2026-03-01T10:00:00Z&to=2026-03-01T11:00:00Z"
                let page = try await fixture.client.get("/v1/events?okrsek=O1&kind=motion&\(span)").decode(
                    EventPage.self)
                let coverage = try #require(page.coverage)
                #expect(page.items.isEmpty && coverage.cameras == 1 && coverage.incompleteCameras == 1)
                #expect(
                    words(coverage.gaps) == [
                        "unseen lost 10:20:00-10:30:00", "impaired covered 10:40:00-10:50:00",
                        "impaired covered 10:59:00-11:00:00",
                    ])
                #expect(coverage.missingSeconds == 1260)
                #expect(!coverage.isTruncated)
                let both = try await fixture.client.get("/v1/events?\(span)").decode(EventPage.self)
                #expect(both.coverage?.cameras == 2)
                let whole = try await fixture.client.get(
                    "/v1/events?camera=a&from=2026-03-01T10:01:00Z&to=2026-03-01T10:02:00Z"
                ).decode(EventPage.self)
                #expect(whole.coverage?.incompleteCameras == 0 && whole.coverage?.gaps == [])
                let csv = try await fixture.client.get("/v1/events?camera=a&\(span)", ["Accept": "text/csv"])
                let trailer = csv.trailer["mkds-coverage"]
                #expect(trailer == "incomplete; cameras=1; incomplete_cameras=1; missing_s=1260.0")
            }
        }

        @Test func aPageTellsOfTheTimeItCovers() async throws {
            try await QueryFixture.with { fixture in
                try await prepare(fixture)
                try await fixture.store(QueryFixture.series(10, from: Self.at("10:30:00")))
                let page = try await fixture.client.get(
                    "/v1/events?camera=a&kind=motion&limit=4&from=2026-03-01T10:00:00Z&to=2026-03-01T10:30:10Z"
                ).decode(EventPage.self)
                #expect(page.coverage?.from == page.items.last?.start)
                #expect(page.coverage?.gaps == [])
                let next = try #require(page.nextCursor)
                let last = try await fixture.client.get(
                    "/v1/events?camera=a&kind=motion&from=2026-03-01T10:00:00Z&to=2026-03-01T10:30:10Z&cursor=\(next)"
                ).decode(EventPage.self)
                #expect(last.coverage?.to == page.items.last?.start)
                #expect(last.coverage.map { words($0.gaps) } == ["unseen lost 10:20:00-10:30:00"])
            }
        }

        @Test func theRegisterRemembersWhenACameraWasSwitchedOff() async throws {
            try await QueryFixture.with { fixture in
                try await fixture.index.admin.execute("UPDATE mkds.camera SET enabled = false WHERE id = 'b'")
                try await fixture.index.admin.execute("UPDATE mkds.camera SET name = 'still off' WHERE id = 'b'")
                let rows = try await fixture.index.admin.query(
                    "SELECT enabled FROM mkds.camera_service WHERE camera = 'b' ORDER BY since")
                #expect(try rows.map { try $0.bool("enabled") } == [true, false])
                let page = try await fixture.client.get("/v1/coverage?camera=b").decode(Page<CoverageResource>.self)
                #expect(page.items.map(\.reason).first == "not-registered")
                #expect(page.items.map(\.reason).last == "disabled")
            }
        }

        /// Searches look at the partitions of their span and of a day before it; older trouble is named in a table.
        @Test func aLensCoveredForDaysIsFoundDaysLaterAndAShortSpellIsForgotten() async throws {
            try await QueryFixture.with { fixture in
                try await prepare(fixture)
                func time(_ text: String) -> UTCTime { LoaderFixture.time("2026-03-\(text)Z") }
                let camera = LoaderFixture.camera("a")
                func covered(_ start: String, _ last: String, end: Bool, revision: UInt32, id: UUIDv7) -> JournalRecord
                {
                    .event(
                        Event(
                            id: id, revision: revision, camera: camera, kind: .tamper,
                            topic: SightTrouble.covered.rawValue, start: time(start), lastSeen: time(last),
                            end: end ? time(last) : nil, endReason: end ? .over : nil, clock: .arrival))
                }
                func told() async throws -> [String] {
                    let span = "from=2026-03-05T10:00:00Z&to=2026-03-05T11:00:00Z"
                    let page = try await fixture.client.get("/v1/events?camera=a&kind=motion&\(span)")
                        .decode(EventPage.self)
                    return words(page.coverage?.gaps ?? [])
                }
                func lasting() async throws -> Int64 {
                    try await fixture.index.admin.query("SELECT count(*) AS n FROM mkds.lasting_trouble")[0].int("n")
                }
                let before = try await lasting()
                let (open, short) = (UUIDv7(at: time("02T06:00:00")), UUIDv7(at: time("05T09:00:00")))
                try fixture.index.write([
                    .run(
                        StreamRun(
                            id: UUIDv7(at: time("02T05:00:00")), camera: camera, codec: "h264", width: 640, height: 360,
                            firstPacket: time("02T05:00:00"), lastPacket: time("08T00:00:00"), packets: 10, bytes: 1000,
                            endReason: .over, clock: .arrival)),
                    covered("02T06:00:00", "02T06:01:00", end: false, revision: 0, id: open),
                    covered("05T09:00:00", "05T09:01:00", end: false, revision: 0, id: short),
                    covered("05T09:00:00", "05T09:02:00", end: true, revision: 1, id: short),
                ])
                try await fixture.index.load()
                #expect(try await lasting() == before + 1)
                #expect(try await told() == ["impaired covered 10:00:00-11:00:00"])
                // The next session begins by closing what this one left open: that was a minute, and is forgotten.
                let long = UUIDv7(at: time("02T07:00:00"))
                try fixture.index.write([
                    covered("02T07:00:00", "02T07:01:00", end: false, revision: 0, id: long),
                    covered("02T07:00:00", "05T10:30:00", end: true, revision: 1, id: long),
                ])
                try await fixture.index.load()
                #expect(try await lasting() == before + 1)
                #expect(try await told() == ["impaired covered 10:00:00-10:30:00"])
            }
        }

        @Test func whatCannotBeAskedIsAProblem() async throws {
            try await QueryFixture.with { fixture in
                for (target, status) in [
                    ("/v1/coverage?camera=zz", 404), ("/v1/coverage?from=2026-01-01&to=2026-02-10", 400),
                    ("/v1/coverage?from=2026-02-01&to=2026-01-10", 400), ("/v1/coverage?cursor=x", 400),
                    ("/v1/coverage?limit=0", 400), ("/v1/coverage?okrsek=1", 400),
                ] {
                    let answer = try await fixture.client.get(target)
                    #expect(answer.status == status, "\(target): \(answer.text)")
                }
            }
        }
    }
}
