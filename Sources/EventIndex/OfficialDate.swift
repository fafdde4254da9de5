internal import MKDSCore

/// A moment as people in an office write it: RFC 3339, or a date alone, which means midnight in Europe/Prague.
enum OfficialDate {
    /// Nil when the text is neither.
    static func time(_ text: String) -> UTCTime? {
        guard let day = UTCDay(text) else { return UTCTime(text) }
        return midnight(day)
    }

    /// The first moment of a day on Czech clocks, by the rule of Directive 2000/84/EC: summer time from the last Sunday
    /// of March to the last Sunday of October, changing after midnight on both.
    static func midnight(_ day: UTCDay) -> UTCTime {
        let isSummer: Bool
        if let spring = lastSunday(month: 3, of: day), let autumn = lastSunday(month: 10, of: day) {
            isSummer = spring < day && day <= autumn
        } else {
            isSummer = false
        }
        return day.start - .seconds(isSummer ? 7200 : 3600)
    }

    private static func lastSunday(month: Int, of day: UTCDay) -> UTCDay? {
        guard let last = UTCDay(year: day.civil.year, month: month, day: 31) else { return nil }
        // Day 0 of the epoch was a Thursday.
        let weekday = ((Int(last.daysSinceEpoch) + 4) % 7 + 7) % 7
        return last.advanced(by: -weekday)
    }
}
