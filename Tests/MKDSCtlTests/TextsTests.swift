internal import MKDSCore
internal import QueryAPI
internal import Testing

@testable import mkdsctl

@Suite struct TextsTests {
    private let czech = Texts(language: .czech)
    private let english = Texts(language: .english)

    private static func time(_ text: String) -> UTCTime { UTCTime(text) ?? UTCTime(microseconds: .min) }

    @Test(
        arguments: [
            ([], [:], Language.czech),
            ([], ["LANG": "C"], .czech),
            ([], ["LANG": "de_DE.UTF-8"], .czech),
            ([], ["LANG": "en_US.UTF-8"], .english),
            ([], ["LANG": "en"], .english),
            ([], ["LANG": "en_GB.UTF-8", "LC_ALL": "cs_CZ.UTF-8"], .czech),
            ([], ["LANG": "cs_CZ.UTF-8", "LC_MESSAGES": "en_IE.UTF-8"], .english),
            ([], ["LANG": "en_US.UTF-8", "LC_ALL": ""], .english),
            (["--lang", "en"], ["LANG": "cs_CZ.UTF-8"], .english),
            (["events", "--lang=cs"], ["LANG": "en_US.UTF-8"], .czech),
            (["--lang", "xx"], ["LANG": "en_US.UTF-8"], .english),
            (["--", "--lang", "en"], [:], .czech),
        ] as [([String], [String: String], Language)])
    func choosesTheLanguage(arguments: [String], environment: [String: String], expected: Language) {
        #expect(Language.choose(arguments: arguments) { environment[$0] } == expected)
    }

    @Test func writesTimesOfPrague() {
        let time = Self.time("2026-03-15T20:04:10.900Z")
        #expect(czech.moment(time) == "15. 3. 2026 21:04:10")
        #expect(english.moment(time) == "2026-03-15 21:04:10")
        #expect(czech.moment(Self.time("2026-07-01T22:00:00Z")) == "2. 7. 2026 00:00:00")
    }

    @Test func writesTheDayAloneWhereASpanBeginsWithALocalDay() {
        #expect(czech.boundary(Self.time("2026-06-30T22:00:00Z")) == "1. 7. 2026")
        #expect(czech.boundary(Self.time("2026-07-01T00:00:00Z")) == "1. 7. 2026 02:00:00")
    }

    @Test(arguments: [
        ("2026-10-24T23:59:59Z", "25. 10. 2026 01:59:59"),
        ("2026-10-25T00:00:00Z", "25. 10. 2026 02:00:00 SELČ"),
        ("2026-10-25T00:30:00Z", "25. 10. 2026 02:30:00 SELČ"),
        ("2026-10-25T01:30:00Z", "25. 10. 2026 02:30:00 SEČ"),
        ("2026-10-25T01:59:59Z", "25. 10. 2026 02:59:59 SEČ"),
        ("2026-10-25T02:00:00Z", "25. 10. 2026 03:00:00"),
        ("2026-03-29T00:59:59Z", "29. 3. 2026 01:59:59"),
        ("2026-03-29T01:00:00Z", "29. 3. 2026 03:00:00"),
    ])
    func namesTheClockOnlyInTheRepeatedHour(moment: String, expected: String) {
        #expect(czech.moment(Self.time(moment)) == expected)
    }

    @Test func namesTheClockInEnglishToo() {
        #expect(english.moment(Self.time("2026-10-25T00:30:00Z")) == "2026-10-25 02:30:00 CEST")
        #expect(english.moment(Self.time("2026-10-25T01:30:00Z")) == "2026-10-25 02:30:00 CET")
    }

    @Test(arguments: [
        (0.0, "0,0 s"), (4.46, "4,5 s"), (59.94, "59,9 s"), (59.96, "1 min 00 s"), (125, "2 min 05 s"),
        (3599.6, "1 h 00 min"), (3725, "1 h 02 min"), (200_000, "2 d 7 h"),
    ])
    func writesSpans(seconds: Double, expected: String) {
        #expect(czech.duration(.seconds(seconds)) == expected)
    }

    @Test func writesNumbers() {
        #expect(czech.grouped(1_234_567) == "1\u{a0}234\u{a0}567")
        #expect(english.grouped(-1_234) == "-1,234")
        #expect(czech.decimal(-0.05, places: 2) == "-0,05")
        #expect(english.decimal(1234.5, places: 1) == "1,234.5")
        #expect(czech.decimal(.nan, places: 1) == "–")
    }

    @Test(arguments: [(0, "0 událostí"), (1, "1 událost"), (2, "2 události"), (4, "4 události"), (5, "5 událostí")])
    func declinesCzechNouns(number: Int, expected: String) {
        let text = czech.count(
            number, czech: (one: "událost", few: "události", many: "událostí"), english: (one: "event", many: "events"))
        #expect(text == expected)
    }

    @Test(
        arguments: [
            (nil, "čas neověřen: kamera svůj čas neuvádí", nil),
            (120, "hodiny kamery souhlasí", "+0,12 s, měřeno před 0,2 s"),
            (-10_250, "hodiny kamery se odchylují", "−10,25 s, měřeno před 0,2 s"),
            (3_600_000, "čas neověřen: hodiny kamery jdou špatně", "+3\u{a0}600,00 s, měřeno před 0,2 s"),
        ] as [(Int?, String, String?)])
    func saysWhatTheClocksSaid(offset: Int?, check: String, shown: String?) {
        var indexed = Sample.indexed(number: 1)
        let start = indexed.event.start
        indexed.event.reading = ClockReading(arrival: start + .milliseconds(80), media: .milliseconds(61_500))
        if let offset {
            indexed.event.reading?.camera = start + .milliseconds(offset)
            indexed.event.reading?.offset = .milliseconds(offset)
            indexed.event.reading?.offsetAge = .milliseconds(200)
        }
        let fields = czech.eventFields(EventResource(indexed))
        func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
        #expect(field("Ověření času") == check)
        #expect(field("Odchylka hodin") == shown)
        #expect(field("Čas v proudu") == "61,500 s")
        #expect(field("Přijato serverem") != nil)
        #expect((field("Čas kamery") != nil) == (offset != nil))
    }

    @Test func saysNeurcenoOutsideEveryOkrsekAndHraniceOnABorder() {
        #expect(czech.okrsek(nil, onBorder: false) == "neurčeno")
        let area = AreaReference(id: 1, kind: .okrsek, code: "12", name: "Slovany 2")
        #expect(czech.okrsek(area, onBorder: true) == "12 Slovany 2 (hranice)")
        #expect(czech.okrsek(AreaReference(id: 1, kind: .okrsek, code: "D", name: "D"), onBorder: false) == "D")
    }
}
