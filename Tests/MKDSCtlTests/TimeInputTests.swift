internal import MKDSCore
internal import Testing

@testable import mkdsctl

@Suite struct TimeInputTests {
    /// Saturday 21 November 2026, 10:15:30 in Prague.
    private static let now = "2026-11-21T09:15:30Z"

    private static func time(_ text: String) -> UTCTime { UTCTime(text) ?? UTCTime(microseconds: .min) }

    private static func read(
        _ text: String, _ use: TimeInput.Use = .beginning, now: String = now
    ) throws(TimeInput.Failure) -> String {
        try TimeInput(now: time(now)).read(text, as: use).description
    }

    @Test(arguments: [
        ("2026-11-20T21:00:00Z", "2026-11-20T21:00:00.000Z"),
        ("2026-11-20T21:00:00+01:00", "2026-11-20T20:00:00.000Z"),
        ("2026-11-20", "2026-11-19T23:00:00.000Z"),
        ("2026-07-20", "2026-07-19T22:00:00.000Z"),
        ("2026-11-20 21:00", "2026-11-20T20:00:00.000Z"),
        ("2026-11-20T21:00", "2026-11-20T20:00:00.000Z"),
        ("2026-11-20T21:00:05.250", "2026-11-20T20:00:05.250Z"),
        ("20. 11. 2026 21:00", "2026-11-20T20:00:00.000Z"),
        ("20.11.2026 21:00:30", "2026-11-20T20:00:30.000Z"),
        ("1. 7. 2026", "2026-06-30T22:00:00.000Z"),
        ("dnes", "2026-11-20T23:00:00.000Z"),
        ("Dnes 8:05", "2026-11-21T07:05:00.000Z"),
        ("včera", "2026-11-19T23:00:00.000Z"),
        ("VČERA 21:00", "2026-11-20T20:00:00.000Z"),
        ("vcera 21:00", "2026-11-20T20:00:00.000Z"),
        ("yesterday 21:00", "2026-11-20T20:00:00.000Z"),
        ("předevčírem 21:00", "2026-11-19T20:00:00.000Z"),
        ("zítra", "2026-11-21T23:00:00.000Z"),
        ("today", "2026-11-20T23:00:00.000Z"),
        ("teď", "2026-11-21T09:15:30.000Z"),
        ("now", "2026-11-21T09:15:30.000Z"),
        ("-2h", "2026-11-21T07:15:30.000Z"),
        ("-30m", "2026-11-21T08:45:30.000Z"),
        ("-90s", "2026-11-21T09:14:00.000Z"),
        ("-1d", "2026-11-20T09:15:30.000Z"),
        ("-1.5h", "2026-11-21T07:45:30.000Z"),
        ("−2h", "2026-11-21T07:15:30.000Z"),
    ])
    func readsWhatPeopleType(text: String, expected: String) throws {
        #expect(try Self.read(text) == expected)
    }

    @Test(arguments: [
        "", " ", "21", "25:00", "21:60", "21:0", "2026-13-01", "2026-02-30", "31. 4. 2026", "20. 11.", "zejtra", "-2",
        "-2y", "--2h", "-99999d", "2026-11-20 21", "2026-11-20 21:00 21:00", "1.2.3.4", "21:00:05.1234567", "SEČ",
        "2026-11-20T21:00:00+1", "0000000000000000000000000000000000000000000000000000000000000000021:00",
    ])
    func refusesWhatIsNoTime(text: String) {
        #expect(throws: TimeInput.Failure.notATime(text)) { try Self.read(text) }
    }

    @Test func takesABareTimeForTheLastOneThatWas() throws {
        #expect(try Self.read("10:00") == "2026-11-21T09:00:00.000Z")
        #expect(try Self.read("21:00") == "2026-11-20T20:00:00.000Z")
        #expect(try Self.read("21:00", .moment) == "2026-11-21T20:00:00.000Z")
    }

    @Test func takesABareEndForTheFirstOneAfterTheBeginning() throws {
        let evening = Self.time("2026-11-20T20:00:00Z")
        #expect(try Self.read("23:30", .end(after: evening)) == "2026-11-20T22:30:00.000Z")
        #expect(try Self.read("06:00", .end(after: evening)) == "2026-11-21T05:00:00.000Z")
        #expect(try Self.read("06:00", .end(after: nil)) == "2026-11-21T05:00:00.000Z")
        #expect(try Self.read("21:00", .end(after: nil)) == "2026-11-20T20:00:00.000Z")
    }

    @Test func takesTheWholeOfTheRepeatedHour() throws {
        let text = "2026-10-25 02:30"
        #expect(try Self.read(text, .beginning) == "2026-10-25T00:30:00.000Z")
        #expect(try Self.read(text, .end(after: nil)) == "2026-10-25T01:30:00.000Z")
        #expect(try Self.read(text, .moment) == "2026-10-25T00:30:00.000Z")
        for (zone, expected) in [("SELČ", "00"), ("selc", "00"), ("CEST", "00"), ("SEČ", "01"), ("cet", "01")] {
            #expect(try Self.read("\(text) \(zone)", .beginning) == "2026-10-25T\(expected):30:00.000Z")
            #expect(try Self.read("\(text) \(zone)", .end(after: nil)) == "2026-10-25T\(expected):30:00.000Z")
        }
    }

    @Test func refusesTheSkippedHourAndAZoneThatWasNotInForce() {
        #expect(throws: TimeInput.Failure.skipped("2026-03-29 02:30")) { try Self.read("2026-03-29 02:30") }
        #expect(throws: TimeInput.Failure.wrongZone("2026-07-01 12:00 SEČ")) { try Self.read("2026-07-01 12:00 SEČ") }
    }

    @Test func countsDaysByTheLocalCalendar() throws {
        // 00:30 in Prague, still the day before in UTC.
        #expect(try Self.read("dnes", now: "2026-06-30T22:30:00Z") == "2026-06-30T22:00:00.000Z")
        // Yesterday of the day after the change had 25 hours.
        #expect(try Self.read("včera", now: "2026-10-26T10:00:00Z") == "2026-10-24T22:00:00.000Z")
        #expect(try Self.read("-1d", now: "2026-10-26T10:00:00Z") == "2026-10-25T10:00:00.000Z")
    }

    @Test func survivesWhateverIsTyped() {
        let pieces = [
            "2026-10-25", "02:30", "21:00:05.9", "dnes", "včera", "SEČ", "-2h", "-9999999h", "T", "Z", "+01:00", " ",
            ".", ":",
            "-", "0", "99", "č", "\u{301}", "20. 11. 2026", "9999-12-31", "0000-01-01", "23:59:60", "now", "\u{0}",
        ]
        var random = SeededGenerator(seed: 5)
        let input = TimeInput(now: Self.time(Self.now))
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 1...5, using: &random))
                .map { _ in pieces[.random(in: pieces.indices, using: &random)] }
                .joined()
            for use in [TimeInput.Use.beginning, .end(after: nil), .moment] { _ = try? input.read(text, as: use) }
            _ = DurationInput.read(text, bareUnit: .seconds(1))
        }
    }

    @Test(arguments: [
        ("30", 30.0), ("30s", 30), ("5m", 300), ("5min", 300), ("2h", 7200), ("0.5h", 1800), ("1d", 86_400), ("0", 0),
    ])
    func readsSpans(text: String, seconds: Double) {
        #expect(DurationInput.read(text, bareUnit: .seconds(1)) == .seconds(seconds))
    }

    @Test(arguments: ["", "s", "-1", "1x", "1e9", "9999999999", "1.2.3", "nan", "٣"])
    func refusesWhatIsNoSpan(text: String) {
        #expect(DurationInput.read(text, bareUnit: .seconds(1)) == nil)
    }
}
