internal import MKDSCore

/// A time as a person types it, resolved on the local clock.
///
/// Understood: RFC 3339 with a zone; `2026-11-20`, `20. 11. 2026`, `dnes`, `včera`, `today`, `yesterday`, each alone
/// (midnight) or followed by a time; `21:00` alone; `-2h` before now; `teď`, `now`. After a local time `SEČ` or `SELČ`
/// (`CET`, `CEST`) picks one of the two in the repeated autumn hour.
struct TimeInput: Sendable {
    /// What is to be done where a text alone does not say enough.
    enum Use: Sendable {
        /// The beginning of a span: a bare time is the last one that was; of a repeated hour the first.
        case beginning
        /// The end of a span: a bare time is the first one after the beginning; of a repeated hour the second.
        case end(after: UTCTime?)
        /// A single moment: a bare time is today's.
        case moment
    }

    enum Failure: Error, Hashable {
        case notATime(String)
        /// The clock is put forward over this local time.
        case skipped(String)
        /// The named zone was not in force then.
        case wrongZone(String)
    }

    var now: UTCTime
    var zone: LocalZone

    init(now: UTCTime, zone: LocalZone = .prague) {
        self.now = now
        self.zone = zone
    }

    /// Reads a text of at most 64 bytes; throws ``Failure`` naming it.
    func read(_ text: String, as use: Use) throws(Failure) -> UTCTime {
        let words = Self.words(text)
        guard text.utf8.count <= 64, !words.isEmpty else { throw .notATime(text) }
        if let time = Self.absolute(text) { return time }
        if words.count == 1 {
            if let duration = Self.durationBefore(words[0]) { return now - duration }
            if ["ted", "nyni", "now"].contains(words[0]) { return now }
        }
        return try local(words, text, use)
    }

    // MARK: - Local times

    private func local(_ words: [String], _ text: String, _ use: Use) throws(Failure) -> UTCTime {
        var words = words[...]
        let zoneName = words.last.flatMap { Self.isDaylight($0) }
        if zoneName != nil { words.removeLast() }
        var secondOfDay: (seconds: Int, micros: Int)?
        if let last = words.last, let clock = Self.timeOfDay(last) {
            secondOfDay = clock
            words.removeLast()
        }
        let clock = secondOfDay ?? (0, 0)
        if words.isEmpty {
            guard secondOfDay != nil else { throw .notATime(text) }
            return try bare(clock, text, use, zoneName)
        }
        guard let day = day(words.joined()) else { throw .notATime(text) }
        let reading = LocalClock(day: day, secondOfDay: clock.seconds, microsecond: clock.micros)
        return try moment(reading, text, use, zoneName)
    }

    /// A time of day without a day.
    private func bare(
        _ clock: (seconds: Int, micros: Int), _ text: String, _ use: Use, _ isDaylight: Bool?
    ) throws(Failure) -> UTCTime {
        let anchor: UTCTime
        if case .end(let after?) = use { anchor = after } else { anchor = now }
        let today = zone.clock(at: anchor).day
        func on(_ day: UTCDay) throws(Failure) -> UTCTime {
            try moment(
                LocalClock(day: day, secondOfDay: clock.seconds, microsecond: clock.micros), text, use, isDaylight)
        }
        let time = try on(today)
        switch use {
        case .moment: return time
        case .end(_?): return time > anchor ? time : try on(today.advanced(by: 1))
        case .beginning, .end(nil): return time <= anchor ? time : try on(today.advanced(by: -1))
        }
    }

    private func moment(
        _ reading: LocalClock, _ text: String, _ use: Use, _ isDaylight: Bool?
    ) throws(Failure) -> UTCTime {
        let all = zone.moments(showing: reading)
        guard !all.isEmpty else { throw .skipped(text) }
        let fitting = all.filter { isDaylight == nil || zone.offset(at: $0).isDaylight == isDaylight }
        guard let first = fitting.first, let last = fitting.last else { throw .wrongZone(text) }
        if case .end = use { return last }
        return first
    }

    private func day(_ text: String) -> UTCDay? {
        let today = zone.clock(at: now).day
        switch text {
        case "dnes", "today": return today
        case "vcera", "yesterday": return today.advanced(by: -1)
        case "predevcirem": return today.advanced(by: -2)
        case "zitra", "tomorrow": return today.advanced(by: 1)
        default: break
        }
        if let day = UTCDay(text) { return day }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2].count == 4,
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let day = Int(parts[0]), let month = Int(parts[1]), let year = Int(parts[2])
        else { return nil }
        return UTCDay(year: year, month: month, day: day)
    }
}

// MARK: - Words

extension TimeInput {
    /// Lower case, without Czech accents, split at blanks and at the `T` of ISO 8601 local times.
    private static func words(_ text: String) -> [String] {
        let plain = String(text.lowercased().map { Self.unaccented[$0] ?? $0 })
        var words = plain.split { $0 == " " || $0 == "\t" || $0 == "\u{a0}" }.map(String.init)
        if let first = words.first, first.utf8.count > 11,
            first.utf8.dropFirst(10).first == UInt8(ascii: "t"), UTCDay(String(first.prefix(10))) != nil
        {
            words.replaceSubrange(0..<1, with: [String(first.prefix(10)), String(first.dropFirst(11))])
        }
        return words
    }

    private static let unaccented: [Character: Character] = [
        "á": "a", "č": "c", "ď": "d", "é": "e", "ě": "e", "í": "i", "ň": "n", "ó": "o", "ř": "r", "š": "s", "ť": "t",
        "ú": "u", "ů": "u", "ý": "y", "ž": "z",
    ]

    /// RFC 3339 with a zone; a date alone is not one, it means local midnight.
    private static func absolute(_ text: String) -> UTCTime? {
        UTCDay(text) == nil ? UTCTime(text) : nil
    }

    private static func isDaylight(_ word: String) -> Bool? {
        switch word {
        case "sec", "cet": false
        case "selc", "cest": true
        default: nil
        }
    }

    /// `21:00`, `9:05:30`, `21:00:05.250`.
    private static func timeOfDay(_ word: String) -> (seconds: Int, micros: Int)? {
        let halves = word.split(separator: ".", omittingEmptySubsequences: false)
        let parts = halves[0].split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy({ (1...2).contains($0.utf8.count) }),
            parts[1].utf8.count == 2, parts.last?.utf8.count == 2,
            let hour = number(parts[0]), let minute = number(parts[1]),
            let second = parts.count == 3 ? number(parts[2]) : 0,
            hour < 24, minute < 60, second < 60
        else { return nil }
        var micros = 0
        if halves.count == 2 {
            guard parts.count == 3, (1...6).contains(halves[1].utf8.count), let fraction = number(halves[1]) else {
                return nil
            }
            micros = (halves[1].utf8.count..<6).reduce(fraction) { value, _ in value * 10 }
        }
        guard halves.count <= 2 else { return nil }
        return (hour * 3600 + minute * 60 + second, micros)
    }

    /// `-2h`, `-30m`, `-90s`, `-1d`, `-2w`; at most ten years.
    private static func durationBefore(_ word: String) -> Duration? {
        guard word.first == "-" || word.first == "−" else { return nil }
        return DurationInput.read(String(word.dropFirst()), bareUnit: nil)
    }

    private static func number(_ digits: Substring) -> Int? {
        digits.utf8.allSatisfy { (48...57).contains($0) } ? Int(digits) : nil
    }
}

/// A span as a person types it: `90`, `30s`, `5m` (or `min`), `2h`, `1d`, `2w`.
enum DurationInput {
    /// Nil for anything else, for negative spans and for more than ten years. Without a unit the number is of `bareUnit`.
    static func read(_ text: String, bareUnit: Duration?) -> Duration? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard (1...9).contains(digits.count), let value = Double(digits), value >= 0 else { return nil }
        let unit: Duration
        switch text.dropFirst(digits.count) {
        case "": guard let bareUnit else { return nil }; unit = bareUnit
        case "s": unit = .seconds(1)
        case "m", "min": unit = .seconds(60)
        case "h", "hod": unit = .seconds(3600)
        case "d", "den", "dny": unit = .seconds(86_400)
        case "w", "t": unit = .seconds(7 * 86_400)
        default: return nil
        }
        let duration = unit * value
        return duration <= .seconds(3653 * 86_400) ? duration : nil
    }
}
