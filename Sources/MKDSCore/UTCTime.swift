/// A moment on the wall clock: microseconds since 1970-01-01T00:00:00Z, without leap seconds (POSIX time).
///
/// Storage and protocol are UTC throughout; Europe/Prague is a matter of display only.
package struct UTCTime: Hashable, Comparable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    package init(seconds: Int64) {
        self.microseconds = seconds * 1_000_000
    }

    package static func < (left: UTCTime, right: UTCTime) -> Bool {
        left.microseconds < right.microseconds
    }

    package static func + (time: UTCTime, duration: Duration) -> UTCTime {
        UTCTime(microseconds: time.microseconds + duration.inMicroseconds)
    }

    package static func - (time: UTCTime, duration: Duration) -> UTCTime {
        UTCTime(microseconds: time.microseconds - duration.inMicroseconds)
    }

    package static func - (left: UTCTime, right: UTCTime) -> Duration {
        .microseconds(left.microseconds - right.microseconds)
    }

    /// The UTC day this moment lies in.
    package var day: UTCDay {
        UTCDay(daysSinceEpoch: Int32(truncatingIfNeeded: microseconds.flooredQuotient(by: 86_400_000_000)))
    }
}

/// A UTC calendar day, the unit by which the index is partitioned.
package struct UTCDay: Hashable, Comparable, Sendable {
    package var daysSinceEpoch: Int32

    package init(daysSinceEpoch: Int32) {
        self.daysSinceEpoch = daysSinceEpoch
    }

    package static func < (left: UTCDay, right: UTCDay) -> Bool {
        left.daysSinceEpoch < right.daysSinceEpoch
    }

    package var start: UTCTime { UTCTime(seconds: Int64(daysSinceEpoch) * 86_400) }

    package func advanced(by days: Int) -> UTCDay { UTCDay(daysSinceEpoch: daysSinceEpoch + Int32(days)) }

    /// Year, month (1…12) and day of month in the proleptic Gregorian calendar.
    package var civil: (year: Int, month: Int, day: Int) {
        // Days are counted from 0000-03-01 so that the leap day is the last day of its year.
        let shifted = Int(daysSinceEpoch) + 719_468
        let era = shifted.flooredQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// Nil when the three numbers name no day.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), (1...31).contains(day), (0...9999).contains(year) else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.flooredQuotient(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(daysSinceEpoch: Int32(era * 146_097 + dayOfEra - 719_468))
        let back = civil
        guard back.year == year, back.month == month, back.day == day else { return nil }
    }
}

extension UTCDay: CustomStringConvertible, LosslessStringConvertible {
    /// `2026-11-21`.
    package var description: String {
        let (year, month, day) = civil
        return "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))"
    }

    package init?(_ description: String) {
        let bytes = Array(description.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = bytes.number(0, 4), let month = bytes.number(5, 2), let day = bytes.number(8, 2)
        else { return nil }
        self.init(year: year, month: month, day: day)
    }
}

extension UTCTime: CustomStringConvertible, LosslessStringConvertible {
    /// RFC 3339 in UTC; three decimals, six when the microseconds need them: `2026-11-21T08:51:09.250Z`.
    package var description: String {
        let second = microseconds.flooredQuotient(by: 1_000_000)
        let fraction = Int(microseconds - second * 1_000_000)
        let ofDay = Int(second - second.flooredQuotient(by: 86_400) * 86_400)
        let clock = "\((ofDay / 3600).padded(2)):\((ofDay / 60 % 60).padded(2)):\((ofDay % 60).padded(2))"
        let decimals = fraction % 1000 == 0 ? (fraction / 1000).padded(3) : fraction.padded(6)
        return "\(day)T\(clock).\(decimals)Z"
    }

    /// Reads RFC 3339 with `Z` or a numeric offset; a date alone is its midnight UTC. Nil for anything else.
    package init?(_ text: String) {
        if let day = UTCDay(text) {
            self = day.start
            return
        }
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let day = UTCDay(String(decoding: bytes[..<10], as: UTF8.self)),
            let hour = bytes.number(11, 2), let minute = bytes.number(14, 2), let second = bytes.number(17, 2),
            hour < 24, minute < 60, second < 61
        else { return nil }
        var position = 19
        var fraction = 0
        if bytes[position] == UInt8(ascii: ".") {
            position += 1
            let digits = bytes[position...].prefix { (48...57).contains($0) }
            guard (1...9).contains(digits.count) else { return nil }
            for index in 0..<6 {
                fraction = fraction * 10 + (index < digits.count ? Int(digits[position + index]) - 48 : 0)
            }
            position += digits.count
        }
        guard let offset = Self.offsetSeconds(bytes[position...]) else { return nil }
        let seconds = Int64(day.daysSinceEpoch) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset)
        self.init(microseconds: seconds * 1_000_000 + Int64(fraction))
    }

    private static func offsetSeconds(_ zone: ArraySlice<UInt8>) -> Int? {
        if zone.elementsEqual([UInt8(ascii: "Z")]) || zone.elementsEqual([UInt8(ascii: "z")]) { return 0 }
        let bytes = Array(zone)
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let hours = bytes.number(1, 2),
            let minutes = bytes.number(4, 2), hours < 24, minutes < 60
        else { return nil }
        switch bytes[0] {
        case UInt8(ascii: "+"): return hours * 3600 + minutes * 60
        case UInt8(ascii: "-"): return -(hours * 3600 + minutes * 60)
        default: return nil
        }
    }
}

extension UTCTime: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let time = UTCTime(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not an RFC 3339 time: \(text)"))
        }
        self = time
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Duration {
    /// Whole microseconds, rounded towards zero.
    package var inMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }

    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

extension BinaryInteger {
    /// Quotient rounded towards minus infinity.
    fileprivate func flooredQuotient(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder != 0 && (remainder < 0) != (divisor < 0) ? quotient - 1 : quotient
    }

    fileprivate func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension [UInt8] {
    fileprivate func number(_ from: Int, _ count: Int) -> Int? {
        guard from + count <= self.count else { return nil }
        var value = 0
        for byte in self[from..<from + count] {
            guard (48...57).contains(byte) else { return nil }
            value = value * 10 + Int(byte) - 48
        }
        return value
    }
}
