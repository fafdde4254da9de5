internal import MKDSCore

/// Dates in HTTP header fields (RFC 9110 § 5.6.7): `Sat, 21 Nov 2026 09:32:19 GMT`.
enum HTTPDate {
    static func text(_ time: UTCTime) -> String {
        // 1970-01-01 was a Thursday.
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = time.day
        let (year, month, dayOfMonth) = day.civil
        let weekday = days[((Int(day.daysSinceEpoch) % 7) + 7) % 7]
        let clock = time.description.dropFirst(11).prefix(8)
        let padded = dayOfMonth < 10 ? "0\(dayOfMonth)" : "\(dayOfMonth)"
        return "\(weekday), \(padded) \(months[month - 1]) \(year) \(clock) GMT"
    }
}
