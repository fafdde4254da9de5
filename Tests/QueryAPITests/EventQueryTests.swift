import MKDSCore
import Testing

@testable import QueryAPI

@Suite struct EventQueryTests {
    @Test func everyParameterComesBackAsItWasWritten() throws {
        let filter = EventFilter(
            from: UTCTime("2026-11-20T00:00:00Z"), to: UTCTime("2026-11-21T10:00:00.250Z"), okrsek: "PL-07 č. 3",
            includeTouched: true, obvod: "MO Plzeň 3",
            cameras: [CameraID("dobrovskeho-1"), CameraID("w.2")].compactMap(\.self),
            kinds: [.motion, .tamper], source: .camera,
            near: GeoPoint(longitude: 13.3776, latitude: 49.7475).map { .init(centre: $0, metres: 250) },
            minimumDuration: .milliseconds(2500))
        let cursor = EventCursor(start: UTCTime(microseconds: 1_795_000_000_123_456), id: UUIDv7(high: 1, low: 2))
        let query = EventQuery(filter: filter, limit: 17, cursor: cursor)
        let text = QueryString.text(query.items)
        #expect(try EventQuery(QueryString.parse(text), shape: .page) == query)
        let feed = EventQuery(filter: filter, lastEventID: 99)
        #expect(try EventQuery(QueryString.parse(QueryString.text(feed.items)), shape: .stream) == feed)
    }

    @Test func anEmptyQueryNarrowsNothing() throws {
        #expect(try EventQuery([], shape: .page) == EventQuery())
    }

    @Test(arguments: [
        ("okrsk=7", "okrsk", "unknown parameter"),
        ("okrsek=7&okrsek=8", "okrsek", "more than once"),
        ("from=yesterday", "from", "“yesterday” is not a time"),
        ("from=2026-11-21&to=2026-11-21", "to", "later than from"),
        ("limit=0", "limit", "1 to 1000"),
        ("limit=1001", "limit", "1 to 1000"),
        ("limit=ten", "limit", "1 to 1000"),
        ("cursor=abc", "cursor", "cursor of an earlier answer"),
        ("camera=../x", "camera", "camera id"),
        ("camera=a,a", "camera", "camera id"),
        ("camera=", "camera", "camera id"),
        ("kind=motion,theft", "kind", "one of motion, object, rule, tamper, health"),
        ("source=police", "source", "camera or server"),
        ("near=13.37,49.74", "near", "longitude,latitude,metres"),
        ("near=13.37,49.74,0", "near", "longitude,latitude,metres"),
        ("near=13.37,49.74,50001", "near", "longitude,latitude,metres"),
        ("near=13.37,99,10", "near", "longitude,latitude,metres"),
        ("near=nan,nan,nan", "near", "longitude,latitude,metres"),
        ("min_duration=-1", "min_duration", "0.0 to 86400.0"),
        ("min_duration=nan", "min_duration", "0.0 to 86400.0"),
        ("touched=true", "touched", "needs okrsek"),
        ("touched=1&okrsek=7", "touched", "true or false"),
        ("okrsek=", "okrsek", "1 to 64"),
        ("okrsek=%00", "okrsek", "1 to 64"),
        ("last_event_id=5", "last_event_id", "unknown parameter"),
    ])
    func aWrongParameterIsNamedWithItsReason(_ text: String, _ field: String, _ reason: String) throws {
        let problem = try #require(throws: Problem.self) {
            try EventQuery(QueryString.parse(text), shape: .page)
        }
        #expect(problem.kind == .badParameter)
        #expect(problem.problems.map(\.field) == [field])
        #expect(problem.problems.first?.message.contains(reason) == true, "\(problem.detail)")
        #expect(problem.problems.first?.messageCS.isEmpty == false)
    }

    @Test func allWrongParametersAreToldAtOnce() throws {
        let problem = try #require(throws: Problem.self) {
            try EventQuery(QueryString.parse("limit=0&from=x&colour=red"), shape: .page)
        }
        #expect(Set(problem.problems.compactMap(\.field)) == ["limit", "from", "colour"])
    }

    @Test func aPlusIsNoSpace() throws {
        let query = try EventQuery(QueryString.parse("from=2026-11-21T10:00:00+01:00"), shape: .page)
        #expect(query.filter.from == UTCTime("2026-11-21T09:00:00Z"))
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", String(repeating: "a", count: 8193)])
    func anUnreadableQueryIsABadRequest(_ text: String) throws {
        let problem = try #require(throws: Problem.self) { try QueryString.parse(text) }
        #expect(problem.kind == .badRequest)
    }
}
