internal import MKDSCore
internal import Testing

@testable import mkdsctl

@Suite struct LocalZoneTests {
    private static func time(_ text: String) -> UTCTime { UTCTime(text) ?? UTCTime(microseconds: .min) }

    private static func bytes() throws -> [UInt8] {
        try FileBytes.read("/usr/share/zoneinfo/Europe/Prague", limit: 1 << 20)
    }

    @Test(arguments: [
        ("2026-01-15T12:00:00Z", 3600, "CET"),
        ("2026-07-15T12:00:00Z", 7200, "CEST"),
        ("2026-03-29T00:59:59Z", 3600, "CET"),
        ("2026-03-29T01:00:00Z", 7200, "CEST"),
        ("2026-10-25T00:59:59Z", 7200, "CEST"),
        ("2026-10-25T01:00:00Z", 3600, "CET"),
        ("2028-10-29T01:00:00Z", 3600, "CET"),
        ("2075-07-01T00:00:00Z", 7200, "CEST"),
        ("1985-06-01T00:00:00Z", 7200, "CEST"),
    ])
    func knowsTheOffsetOfEveryMoment(moment: String, seconds: Int, name: String) {
        let offset = LocalZone.prague.offset(at: Self.time(moment))
        #expect(offset.seconds == seconds)
        #expect(offset.abbreviation == name)
    }

    @Test func agreesWithTheRuleOfTheUnionInEveryHourNearAChange() throws {
        let file = try #require(ZoneFile(bytes: Self.bytes()))
        let rule = try #require(ZoneRule("CET-1CEST,M3.5.0,M10.5.0/3"))
        let byFile = LocalZone(file: file)
        let byRule = LocalZone(rule: rule)
        for year in 1996...2090 {
            for month in [3, 4, 10, 11] {
                let first = try #require(UTCDay(year: year, month: month, day: 1)).start
                for hour in stride(from: 0, to: 31 * 24, by: 1) {
                    let time = first + .seconds(hour * 3600)
                    #expect(byFile.offset(at: time) == byRule.offset(at: time))
                }
            }
        }
    }

    @Test func findsBothMomentsOfTheRepeatedHourAndNoneOfTheSkippedOne() throws {
        let autumn = try #require(UTCDay("2026-10-25"))
        let repeated = LocalZone.prague.moments(showing: LocalClock(day: autumn, secondOfDay: 9000))
        #expect(repeated == [Self.time("2026-10-25T00:30:00Z"), Self.time("2026-10-25T01:30:00Z")])
        let spring = try #require(UTCDay("2026-03-29"))
        #expect(LocalZone.prague.moments(showing: LocalClock(day: spring, secondOfDay: 9000)).isEmpty)
        let ordinary = LocalZone.prague.moments(showing: LocalClock(day: spring, secondOfDay: 10_800))
        #expect(ordinary == [Self.time("2026-03-29T01:00:00Z")])
    }

    @Test func readsTheClockBack() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<2000 {
            let time = UTCTime(microseconds: .random(in: 0...4_000_000_000_000_000, using: &random))
            #expect(LocalZone.prague.moments(showing: LocalZone.prague.clock(at: time)).contains(time))
        }
    }

    @Test func refusesEveryTruncationWithoutATrap() throws {
        let whole = try Self.bytes()
        for count in 0..<whole.count { _ = ZoneFile(bytes: Array(whole[..<count])) }
        #expect(ZoneFile(bytes: Array(whole[..<100])) == nil)
        var random = SeededGenerator(seed: 12)
        for _ in 0..<2000 {
            var damaged = whole
            damaged[.random(in: damaged.indices, using: &random)] = .random(in: 0...255, using: &random)
            _ = ZoneFile(bytes: damaged).map { LocalZone(file: $0).offset(at: UTCTime(seconds: 1_800_000_000)) }
        }
    }

    @Test(arguments: ["", "CET-1", "CET-1CEST", "CET-1CEST,J60,J300", "CET-1CEST,M13.1.0,M10.5.0", "<+01>-1", "X,,"])
    func leavesUnknownRulesUnread(text: String) {
        #expect(ZoneRule(text) == nil)
    }
}
