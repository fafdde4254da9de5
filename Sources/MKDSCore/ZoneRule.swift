/// The yearly change to and from summer time, from the POSIX TZ text in a TZif footer: `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// Only the form month.week.weekday is read, which is what all of Europe uses.
package struct ZoneRule: Hashable, Sendable {
    package var standard: ZoneOffset
    package var daylight: ZoneOffset
    fileprivate var start: Change
    fileprivate var end: Change

    fileprivate struct Change: Hashable, Sendable {
        var month: Int
        /// 1…5; 5 is the last one of the month.
        var week: Int
        /// 0 is Sunday.
        var weekday: Int
        /// Local clock before the change, seconds after midnight.
        var secondOfDay: Int
    }

    /// Nil for a text of another form.
    package init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 3, text.utf8.count <= 64 else { return nil }
        var zone = Substring(parts[0])
        guard let standardName = Self.takeName(&zone), let standardOffset = Self.takeOffset(&zone),
            let daylightName = Self.takeName(&zone), let start = Self.change(parts[1]),
            let end = Self.change(parts[2])
        else { return nil }
        let daylightOffset = zone.isEmpty ? standardOffset + 3600 : Self.takeOffset(&zone)
        guard let daylightOffset, zone.isEmpty else { return nil }
        standard = ZoneOffset(seconds: standardOffset, isDaylight: false, abbreviation: standardName)
        daylight = ZoneOffset(seconds: daylightOffset, isDaylight: true, abbreviation: daylightName)
        self.start = start
        self.end = end
    }

    /// The offset in force at a moment, seconds since 1970 UTC.
    package func offset(at seconds: Int64) -> ZoneOffset {
        let year = UTCTime(seconds: seconds + Int64(standard.seconds)).day.civil.year
        guard let start = start.moment(year: year, offset: standard.seconds),
            let end = end.moment(year: year, offset: daylight.seconds)
        else { return standard }
        let isSummer = start < end ? (start..<end).contains(seconds) : !(end..<start).contains(seconds)
        return isSummer ? daylight : standard
    }

    private static func takeName(_ text: inout Substring) -> String? {
        let name = text.prefix { $0.isASCII && $0.isLetter }
        guard name.count >= 3 else { return nil }
        text.removeFirst(name.count)
        return String(name)
    }

    /// POSIX counts west as positive, hence the turned sign.
    private static func takeOffset(_ text: inout Substring) -> Int? {
        let isEast = text.first == "-"
        if isEast || text.first == "+" { text.removeFirst() }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let hours = Int(digits), hours <= 24 else { return nil }
        text.removeFirst(digits.count)
        return (isEast ? 1 : -1) * hours * 3600
    }

    private static func change(_ text: Substring) -> Change? {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count), halves[0].first == "M" else { return nil }
        let numbers = halves[0].dropFirst().split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 3, let month = numbers[0], let week = numbers[1], let weekday = numbers[2],
            (1...12).contains(month), (1...5).contains(week), (0...6).contains(weekday),
            let hour = halves.count == 2 ? Int(halves[1]) : 2, (0...24).contains(hour)
        else { return nil }
        return Change(month: month, week: week, weekday: weekday, secondOfDay: hour * 3600)
    }
}

extension ZoneRule.Change {
    fileprivate func moment(year: Int, offset: Int) -> Int64? {
        guard let first = UTCDay(year: year, month: month, day: 1) else { return nil }
        // 1970-01-01 was a Thursday, weekday 4.
        let firstWeekday = ((Int(first.daysSinceEpoch) + 4) % 7 + 7) % 7
        var day = 1 + (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
        while UTCDay(year: year, month: month, day: day) == nil, day > 7 { day -= 7 }
        return Int64(first.daysSinceEpoch + Int32(day - 1)) * 86_400 + Int64(secondOfDay - offset)
    }
}
