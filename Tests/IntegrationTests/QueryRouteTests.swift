import Linux
import MKDSCore
import Postgres
import QueryAPI
import Testing

@testable import QueryServer

extension QueryServerTests {
    @Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
    struct QueryRouteTests {
        @Test func everyRouteAnswersWithExactlyTheDocumentedProperties() async throws {
            try await QueryFixture.with { fixture in
                let events = try await fixture.store(
                    QueryFixture.series(3) + [LoaderFixture.event("b", "2026-03-01T13:00:00Z")])
                try await storeStream(fixture)
                let document = try await fixture.tell(of: events[1])
                let official = "role,body,person,kind,code,valid_from\r\nokrskar,MP,Jan Novák,okrsek,O1,2026-01-01\r\n"
                let imported = try await fixture.client.post(APIPath.officialImports, "text/csv", official.utf8)
                #expect(imported.status == 200, "\(imported.text)")
                let targets = [
                    APIPath.events: APIPath.events, APIPath.events + "/{id}": APIPath.event(events[1].id),
                    APIPath.events + "/{id}/documents": APIPath.eventDocuments(events[1].id),
                    APIPath.cameras: APIPath.cameras, APIPath.cameras + "/{id}": "/v1/cameras/a",
                    APIPath.cameras + "/{id}/streams": "/v1/cameras/a/streams?limit=1",
                    APIPath.cameras + "/{id}/bitrate": "/v1/cameras/a/bitrate",
                    APIPath.coverage: "/v1/coverage?camera=a",
                    APIPath.areas: "/v1/areas?kind=okrsek&obec=554791", APIPath.place: "/v1/place?point=13.05,49.05",
                    APIPath.officials: "/v1/officials?kind=okrsek&code=O1&at=2026-06-01",
                    APIPath.health: APIPath.health, APIPath.openAPI: APIPath.openAPI,
                ]
                var answered: Set<String> = []
                let others = [APIPath.eventStream, APIPath.documents + "/{id}"]
                for route in APIRoute.all where route.method == .get && !others.contains(route.path) {
                    let target = try #require(targets[route.path], "no test for \(route.path)")
                    let answer = try await fixture.client.get(target)
                    #expect(answer.status == 200, "\(target): \(answer.text)")
                    #expect(answer.isWhole)
                    #expect(answer.fields["content-type"] == "application/json")
                    let schema = try #require(QuerySchema.ofAnswer(to: route))
                    let json = try answer.json()
                    #expect(QuerySchema().faults(json, schema) == [], "\(target)")
                    // An empty list would prove nothing.
                    if let items = json["items"]?.array { #expect(!items.isEmpty, "\(target)") }
                    answered.insert(route.path)
                }
                #expect(answered.count == targets.count)
                let raw = try await fixture.client.get(APIPath.document(document.id))
                #expect(raw.status == 200 && raw.body == QueryFixture.documentBytes)
                #expect(raw.fields["content-type"] == MediaTypeName.bytes)
                #expect(raw.fields["x-content-type-options"] == "nosniff")
                #expect(raw.fields["content-disposition"] == "attachment; filename=\"\(document.id).xml\"")
                for path in [APIPath.document(events[1].id), APIPath.documents + "/x"] {
                    let answer = try await fixture.client.get(path)
                    #expect(answer.status == 404)
                    #expect(try answer.decode(Problem.self).kind == .noSuchDocument)
                }
                let none = APIPath.eventDocuments(document.id)
                #expect(try await fixture.client.get(none).decode(Problem.self).kind == .noSuchEvent)
                #expect(try await fixture.client.get(APIPath.openAPI).json() == OpenAPIDocument.json)
            }
        }

        /// Two connections of camera `a`, the last with everything a stream may tell, and a minute of it.
        private func storeStream(_ fixture: QueryFixture) async throws {
            let minute = StreamSample.minute(of: .now) - .seconds(600)
            let runs = (0..<2).map { index in
                let start = minute + .seconds(index)
                return StreamRun(
                    id: UUIDv7(at: start), camera: LoaderFixture.camera("a"), codec: "h264", profile: "High", width: 1,
                    height: 1, groupOfPictures: .seconds(2), firstPacket: start, lastPacket: start, packets: 1,
                    bytes: 1, endReason: .over, clock: .rtcp,
                    details: StreamDetails(
                        level: "4.1", announcedFrameRate: 25, signing: .onvif, userData: [.onvifMediaSigning],
                        metadata: [.klv], klv: KLVFacts(label: .datalinkSet, timestamp: start)))
            }
            let sample = StreamSample(
                camera: runs[0].camera, run: runs[0].id, minute: minute, duration: .seconds(60), packets: 1500,
                bytes: 7_500_000, keyframes: 30, longestPause: .milliseconds(41), meanGroup: .seconds(2),
                longestGroup: .seconds(2))
            try fixture.index.write(runs.map { .run($0) } + [.sample(sample)])
            try await fixture.index.load()
        }

        @Test func importsAnswerWithTheirReportsAndChangeTheRegister() async throws {
            try await QueryFixture.with { fixture in
                let header = "role,body,person,phone,kind,obec,code,valid_from,valid_to\r\n"
                let line = "okrskar,MP,str. Jan Novák,123456789,okrsek,554791,O2,2026-01-01,\r\n"
                let officials = try await fixture.client.post(
                    "\(APIPath.officialImports)?source=lide.csv", "text/csv; charset=utf-8", (header + line).utf8)
                #expect(officials.status == 200, "\(officials.text)")
                #expect(try faults(officials, APIPath.officialImports) == [])
                let place = try await fixture.client.get("/v1/place?point=13.15,49.05")
                #expect(try place.decode(PlaceAnswer.self).officials.map(\.person) == ["str. Jan Novák"])

                let square = "[[[12.9,48.9],[13.3,48.9],[13.3,49.2],[12.9,49.2],[12.9,48.9]]]"
                let map = """
                    {"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"P9","name":"Devět"},\
                    "geometry":{"type":"Polygon","coordinates":\(square)}}]}
                    """
                let areas = try await fixture.client.post(
                    "\(APIPath.areaImports)?kind=obvod&obec=554791&valid_from=2027-01-01&dry_run=true",
                    "application/geo+json", map.utf8)
                #expect(areas.status == 200, "\(areas.text)")
                #expect(try faults(areas, APIPath.areaImports) == [])
                #expect(try areas.decode(AreaImportReport.self).dryRun)

                let cameras = "id,name,owner,purpose_class,legal_basis,url,mast_lon,mast_lat,retention\r\n"
                let camera = "c,C,MP,MKDS,553/1991,rtsp://192.0.2.9/1,13.05,49.05,30d\r\n"
                let imported = try await fixture.client.post(APIPath.cameraImports, "text/csv", (cameras + camera).utf8)
                #expect(imported.status == 200, "\(imported.text)")
                #expect(try faults(imported, APIPath.cameraImports) == [])
                #expect(try await fixture.client.get("/v1/cameras/c").status == 200)
                let line1 = try await fixture.log.line { $0.metadata["path"] == APIPath.cameraImports }
                #expect(line1.metadata["role"] == "administrator")
            }
        }

        @Test func aBadDocumentIsRefusedWithEveryProblemItHas() async throws {
            try await QueryFixture.with { fixture in
                let answer = try await fixture.client.post(
                    APIPath.officialImports, "text/csv", "role,person\r\nking,Karel\r\n".utf8)
                #expect(answer.status == 422, "\(answer.text)")
                let problem = try answer.decode(Problem.self)
                #expect(problem.kind == .importRefused)
                #expect(!problem.problems.isEmpty)
                #expect(QuerySchema().faults(try answer.json(), ["$ref": "#/components/schemas/Problem"]) == [])
                let wrongType = try await fixture.client.post(APIPath.cameraImports, "application/xml", "<a/>".utf8)
                #expect(try wrongType.decode(Problem.self).kind == .unsupportedMediaType)
            }
        }

        @Test func whatCannotBeAnsweredIsAProblemInTwoLanguages() async throws {
            try await QueryFixture.with { fixture in
                for (target, status, kind) in Self.unanswerable {
                    let answer = try await fixture.client.get(target)
                    #expect(answer.status == status, "\(target): \(answer.text)")
                    #expect(answer.fields["content-type"] == "application/problem+json")
                    let problem = try answer.decode(Problem.self)
                    #expect(problem.type == "urn:mkds:problem:\(kind)", "\(target)")
                    #expect(problem.status == status)
                    #expect(!problem.detail.isEmpty && !problem.detailCS.isEmpty && problem.detail != problem.detailCS)
                    #expect(QuerySchema().faults(try answer.json(), ["$ref": "#/components/schemas/Problem"]) == [])
                }
            }
        }

        private static let unanswerable = [
            ("/v1/cameras/nobody/streams", 404, "no-such-camera"),
            ("/v1/cameras/nobody/bitrate", 404, "no-such-camera"),
            ("/v1/cameras/a/streams?limit=1001", 400, "bad-parameter"),
            ("/v1/cameras/a/bitrate?step=61", 400, "bad-parameter"),
            ("/v1/cameras/a/bitrate?from=2026-01-01&to=2026-03-01", 400, "bad-parameter"),
            ("/v1/cameras/a/bitrate?from=2026-01-01&to=2026-01-31&step=60", 400, "bad-parameter"),
            ("/v1/events?limit=0", 400, "bad-parameter"), ("/v1/events?colour=red", 400, "bad-parameter"),
            ("/v1/events?from=x&to=y", 400, "bad-parameter"), ("/v1/events?okrsek=NIC", 400, "bad-parameter"),
            ("/v1/events?a=%zz", 400, "bad-request"), ("/v1/events/stream?limit=5", 400, "bad-parameter"),
            ("/v1/events/stream?okrsek=NIC", 400, "bad-parameter"), ("/v1/events?camera=a,zz", 400, "bad-parameter"),
            ("/v1/events/stream?camera=zz", 400, "bad-parameter"), ("/v1/officials?kind=kraj", 400, "bad-parameter"),
            ("/v1/events/019aa6b3-1f1b-7abc-8123-456789abcdef", 404, "no-such-event"),
            ("/v1/events/nonsense", 404, "no-such-event"), ("/v1/cameras/zz", 404, "no-such-camera"),
            ("/v1/cameras?x=1", 400, "bad-parameter"), ("/v1/place", 400, "bad-parameter"),
            ("/v1/areas?kind=ulice", 400, "bad-parameter"), ("/v1", 404, "no-such-path"), ("/", 404, "no-such-path"),
            ("/v1/areas/imports", 405, "method-not-allowed"), ("/v1/health?verbose=1", 400, "bad-parameter"),
        ]

        @Test func aWrongMethodIsToldTheRightOne() async throws {
            try await QueryFixture.with { fixture in
                let answer = try await fixture.client.send("DELETE", "/v1/events")
                #expect(answer.status == 405)
                #expect(answer.fields["allow"] == "GET")
                let other = try await fixture.client.get(APIPath.officialImports)
                #expect(other.fields["allow"] == "POST")
            }
        }

        @Test func theFiltersOfAListAreThoseOfTheIndex() async throws {
            try await QueryFixture.with { fixture in
                try await fixture.store(
                    QueryFixture.series(3) + [LoaderFixture.event("b", "2026-03-01T13:00:00Z")])
                func count(_ filter: String) async throws -> Int {
                    try await fixture.client.get("/v1/events?\(filter)").decode(Page<EventResource>.self).items.count
                }
                #expect(try await count("") == 4)
                #expect(try await count("camera=b") == 1)
                #expect(try await count("camera=a,b") == 4)
                #expect(try await count("okrsek=O1") == 3)
                #expect(try await count("okrsek=O2") == 1)
                #expect(try await count("okrsek=O2&touched=true") == 4)
                #expect(try await count("kind=tamper") == 0)
                #expect(try await count("from=2026-03-01T12:30:00Z") == 1)
                #expect(try await count("to=2026-03-01T13:30:00%2B01:00") == 3)
                #expect(try await count("min_duration=0.5") == 3)
                #expect(try await count("near=13.15,49.05,100") == 1)
            }
        }

        @Test func everyRowIsListedOnceWhileNewOnesComeIn() async throws {
            try await QueryFixture.with { fixture in
                let stored = try await fixture.store(QueryFixture.series(57))
                var seen: [UUIDv7] = []
                var target: String? = "/v1/events?limit=10&camera=a"
                var round = 0
                while let now = target {
                    let page = try await fixture.client.get(now).decode(Page<EventResource>.self)
                    seen += page.items.map(\.id)
                    target = page.nextCursor.map { "/v1/events?limit=10&camera=a&cursor=\($0)" }
                    round += 1
                    let later = LoaderFixture.time("2026-03-01T14:00:00Z") + .seconds(round * 60)
                    try await fixture.store(QueryFixture.series(2, from: later))
                }
                #expect(seen == stored.map(\.id))
                #expect(round == 6)
            }
        }

        @Test func aFailingDatabaseIsAProblemThatSaysWhenToComeAgain() async throws {
            try await QueryFixture.with { fixture in
                try await fixture.index.admin.execute("REVOKE SELECT ON mkds.event FROM mkds_query")
                let broken = try await fixture.client.get("/v1/events")
                #expect(broken.status == 500)
                #expect(!broken.text.contains("mkds.event"), "database text must not reach a client")
                // Too slow: somebody holds the table longer than a question may take.
                try await fixture.index.admin.execute("GRANT SELECT ON mkds.event TO mkds_query")
                try await fixture.index.admin.execute("BEGIN; LOCK TABLE mkds.event IN ACCESS EXCLUSIVE MODE")
                let slow = try await fixture.client.get("/v1/events", ["Accept": "text/csv"])
                try await fixture.index.admin.execute("ROLLBACK")
                #expect(slow.status == 503)
                #expect(slow.fields["retry-after"] == "5")
                #expect(try slow.decode(Problem.self).kind == .queryTooSlow)
                #expect(try await fixture.client.get("/v1/events").status == 200)
            }
        }

        @Test func aFailingDaemonSaysSoWithStatus503AndItsReport() async throws {
            try await QueryFixture.with { fixture in
                fixture.status.change {
                    $0.database = .init(state: .down, since: $0.time, detail: "connection refused")
                }
                let answer = try await fixture.client.get(APIPath.health)
                #expect(answer.status == 503)
                let report = try answer.decode(HealthReport.self)
                #expect(report.status == .failing)
                #expect(
                    report.components.first { $0.name == "database" }?.reason?.contains("connection refused") == true)
            }
        }

        private func faults(_ answer: QueryClient.Answer, _ path: String) throws -> [String] {
            let route = try #require(APIRoute.all.first { $0.path == path })
            let schema = try #require(QuerySchema.ofAnswer(to: route))
            return QuerySchema().faults(try answer.json(), schema)
        }
    }
}
