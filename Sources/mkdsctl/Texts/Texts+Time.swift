internal import MKDSCore

extension Texts {
    /// `15. 3. 2026 21:04:10`, in English `2026-03-15 21:04:10`; in the repeated autumn hour with `SEČ` or `SELČ`.
    func moment(_ time: UTCTime, zone: LocalZone = .prague) -> String {
        let reading = zone.clock(at: time)
        return "\(day(reading.day)) \(clock(reading))\(season(time, zone))"
    }

    /// `21:04:10`.
    func timeOfDay(_ time: UTCTime, zone: LocalZone = .prague) -> String {
        clock(zone.clock(at: time)) + season(time, zone)
    }

    /// The day alone where a span begins or ends with a local day, else the moment.
    func boundary(_ time: UTCTime, zone: LocalZone = .prague) -> String {
        let reading = zone.clock(at: time)
        return reading.secondOfDay == 0 && reading.microsecond == 0 ? day(reading.day) : moment(time, zone: zone)
    }

    /// `15. 3. 2026`, in English `2026-03-15`.
    func day(_ day: UTCDay) -> String {
        let (year, month, dayOfMonth) = day.civil
        return self("\(dayOfMonth). \(month). \(year)", day.description)
    }

    /// `4,5 s`, `2 min 05 s`, `1 h 02 min`, `3 d 4 h`.
    func duration(_ duration: Duration) -> String {
        let seconds = duration.inSeconds
        if seconds < 59.95 { return "\(decimal(max(0, seconds), places: 1)) s" }
        let whole = Int(seconds.rounded())
        if whole < 3600 { return "\(whole / 60) min \(Self.padded(whole % 60)) s" }
        if whole < 48 * 3600 { return "\(whole / 3600) h \(Self.padded(whole / 60 % 60)) min" }
        return "\(whole / 86_400) d \(whole / 3600 % 24) h"
    }

    private func clock(_ reading: LocalClock) -> String {
        "\(Self.padded(reading.hour)):\(Self.padded(reading.minute)):\(Self.padded(reading.second))"
    }

    /// Said only where the clock alone would be ambiguous.
    private func season(_ time: UTCTime, _ zone: LocalZone) -> String {
        guard zone.moments(showing: zone.clock(at: time)).count > 1 else { return "" }
        let offset = zone.offset(at: time)
        return " " + self(offset.isDaylight ? "SELČ" : "SEČ", offset.abbreviation)
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
