import Testing

@testable import MKDSCore

struct UTCTimeTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-11-21T08:51:09.250Z", 1_795_251_069_250_000),
            ("2026-11-21T09:51:09.25+01:00", 1_795_251_069_250_000),
            ("2026-11-20T22:51:09.250-10:00", 1_795_251_069_250_000),
            ("2000-02-29T23:59:59.999999Z", 951_868_799_999_999),
            ("1969-12-31T23:59:59.999999Z", -1),
            ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
            ("2026-11-21", 1_795_219_200_000_000),
            ("2026-11-21t08:51:09z", 1_795_251_069_000_000),
            ("2026-11-21T08:51:09.1234567Z", 1_795_251_069_123_456),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
        ] as [(String, Int64)])
    func readsRFC3339(text: String, microseconds: Int64) {
        #expect(UTCTime(text)?.microseconds == microseconds)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (1_795_251_069_250_000, "2026-11-21T08:51:09.250Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
            (1_582_934_400_000_001, "2020-02-29T00:00:00.000001Z"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00.000Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        ] as [(Int64, String)])
    func writesRFC3339(microseconds: Int64, text: String) {
        #expect(UTCTime(microseconds: microseconds).description == text)
    }

    @Test(arguments: [
        "", "2026", "2026-11", "2026-11-31", "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-01-00",
        "2026-11-21T", "2026-11-21T08:51:09", "2026-11-21T24:00:00Z", "2026-11-21T08:60:00Z", "2026-11-21T08:51:61Z",
        "2026-11-21T08:51Z", "2026-11-21T08:51:09.Z", "2026-11-21T08:51:09.1234567890Z", "2026-11-21T08:51:09+0100",
        "2026-11-21T08:51:09+01", "2026-11-21T08:51:09+24:00", "2026-11-21T08:51:09+01:60", "2026-11-21T08:51:09ZZ",
        "2026-11-21 08:51:09Z", " 2026-11-21", "2026-11-21 ", "+026-11-21", "2026-+1-21", "-026-11-21", "20261121",
        "2026-11-2１", "２026-11-21T08:51:09Z", "2026-11-21T08:51:09.\u{1F4A9}Z", "2026-11-21T0８:51:09Z", "včera ve tři",
        "2026-11-21T08:51:09.123", "2026-11-21T-8:51:09Z", "2026-11-21T08:51:0+01:00",
    ])
    func refusesWhatIsNoTime(text: String) {
        #expect(UTCTime(text) == nil)
    }

    @Test func everyTimeComesBackFromItsText() {
        var random = SeededGenerator(seed: 8)
        for _ in 0..<2000 {
            let range = UTCTime.storable.lowerBound.microseconds...UTCTime.storable.upperBound.microseconds
            let time = UTCTime(microseconds: .random(in: range, using: &random))
            #expect(UTCTime(time.description) == time)
        }
    }

    @Test func everyDayOfFourCenturiesFollowsTheOneBefore() {
        var previous = UTCDay(year: 1899, month: 12, day: 31)
        for year in 1900..<2301 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            for month in 1...12 {
                for day in 1...lengths[month - 1] {
                    let here = UTCDay(year: year, month: month, day: day)
                    #expect(here == previous?.advanced(by: 1))
                    previous = here
                }
                #expect(UTCDay(year: year, month: month, day: lengths[month - 1] + 1) == nil)
            }
        }
    }

    @Test func theDayOfATimeBeforeTheEpochIsTheDayItLiesIn() {
        #expect(UTCTime(microseconds: -1).day == UTCDay(year: 1969, month: 12, day: 31))
        #expect(UTCTime(seconds: -86_400).day == UTCDay(year: 1969, month: 12, day: 31))
        #expect(UTCTime(seconds: 86_399).day == UTCDay(daysSinceEpoch: 0))
    }

    @Test func differencesAndSumsAgree() {
        let time = UTCTime(seconds: 1_000)
        #expect((time + .milliseconds(1500)).microseconds == 1_001_500_000)
        #expect(time + .milliseconds(1500) - time == .milliseconds(1500))
        #expect(time - .microseconds(1) < time)
        #expect(Duration.nanoseconds(-1_500).inMicroseconds == -1)
        #expect(Duration.milliseconds(2500).inSeconds == 2.5)
    }
}
