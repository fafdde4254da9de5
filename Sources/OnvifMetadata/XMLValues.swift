import MKDSCore

extension UnsafeBufferPointer<UInt8> {
    /// An xs:dateTime (XML Schema 2 § 3.2.7) as cameras write it; nil for what is no time.
    ///
    /// Without a zone it is UTC, as ONVIF asks; a space may stand for the `T`; digits below a microsecond are cut off.
    var dateTime: UTCTime? {
        let text = trimmed
        guard text.count >= 19, text.count <= 64, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] | 0x20 == UInt8(ascii: "t") || text[10] == 0x20, text[13] == UInt8(ascii: ":"),
            text[16] == UInt8(ascii: ":"),
            let year = text.digits(0, 4), let month = text.digits(5, 2), let dayOfMonth = text.digits(8, 2),
            let hour = text.digits(11, 2), let minute = text.digits(14, 2), let second = text.digits(17, 2),
            hour <= 24, minute < 60, second <= 60, hour < 24 || minute == 0 && second == 0,
            let day = UTCDay(year: year, month: month, day: dayOfMonth)
        else { return nil }
        var position = 19
        var microseconds = 0
        if position < text.count, text[position] == UInt8(ascii: ".") || text[position] == UInt8(ascii: ",") {
            position += 1
            var weight = 100_000
            while position < text.count, let digit = text.digits(position, 1) {
                microseconds += digit * weight
                weight /= 10
                position += 1
            }
        }
        guard let offset = text.slice(position..<text.count).zoneSeconds else { return nil }
        let seconds = Int64(day.daysSinceEpoch) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset)
        return UTCTime(microseconds: seconds * 1_000_000 + Int64(microseconds))
    }

    private var zoneSeconds: Int? {
        if isEmpty || count == 1 && self[0] | 0x20 == UInt8(ascii: "z") { return 0 }
        guard self[0] == UInt8(ascii: "+") || self[0] == UInt8(ascii: "-") else { return nil }
        let hasColon = count == 6 && self[3] == UInt8(ascii: ":")
        guard hasColon || count == 5, let hours = digits(1, 2), let minutes = digits(hasColon ? 4 : 3, 2), hours <= 14,
            minutes < 60
        else { return nil }
        return (self[0] == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private func digits(_ offset: Int, _ length: Int) -> Int? {
        guard offset + length <= count else { return nil }
        var value = 0
        for index in offset..<offset + length {
            guard (48...57).contains(self[index]) else { return nil }
            value = value * 10 + Int(self[index]) - 48
        }
        return value
    }

    /// An xs:float (XML Schema 2 § 3.2.4) to within its last digit; nil for anything not finite.
    var float: Float? {
        guard let first, let last else { return nil }
        let text = first.isXMLSpace || last.isXMLSpace ? trimmed : self
        let isNegative = text.first == UInt8(ascii: "-")
        var index = isNegative || text.first == UInt8(ascii: "+") ? 1 : 0
        var mantissa: Int64 = 0
        var exponent = 0
        var digitCount = 0
        var isFraction = false
        while index < text.count {
            let digit = text[index] &- 48
            if digit <= 9 {
                digitCount += 1
                // 18 significant digits are more than a float tells apart; of further ones only the place counts.
                if mantissa < 100_000_000_000_000_000 {
                    mantissa = mantissa &* 10 &+ Int64(digit)
                    if isFraction { exponent -= 1 }
                } else if !isFraction {
                    exponent += 1
                }
            } else if text[index] == UInt8(ascii: "."), !isFraction {
                isFraction = true
            } else {
                break
            }
            index += 1
        }
        guard digitCount > 0 else { return nil }
        if index < text.count {
            guard text[index] | 0x20 == UInt8(ascii: "e"),
                let written = text.slice(index + 1..<text.count).integer, abs(written) < 400
            else { return nil }
            exponent += Int(written)
        }
        // Powers up to 22 are exact, so this rounds once.
        let value =
            exponent < 0
            ? Float(Double(mantissa) / Self.powerOfTen(-exponent)) : Float(Double(mantissa) * Self.powerOfTen(exponent))
        guard value.isFinite else { return nil }
        return isNegative ? -value : value
    }

    private static func powerOfTen(_ exponent: Int) -> Double {
        switch exponent {
        case 0: return 1e0
        case 1: return 1e1
        case 2: return 1e2
        case 3: return 1e3
        case 4: return 1e4
        case 5: return 1e5
        case 6: return 1e6
        case 7: return 1e7
        case 8: return 1e8
        case 9: return 1e9
        case 10: return 1e10
        case 11: return 1e11
        case 12: return 1e12
        case 13: return 1e13
        case 14: return 1e14
        case 15: return 1e15
        case 16: return 1e16
        case 17: return 1e17
        case 18: return 1e18
        default:
            var result = 1e18
            for _ in 18..<exponent { result *= 10 }
            return result
        }
    }

    /// An xs:integer that fits; nil otherwise.
    var integer: Int64? {
        let text = trimmed
        guard let first = text.first else { return nil }
        let isSigned = first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
        let digits = text.slice((isSigned ? 1 : 0)..<text.count)
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for byte in digits {
            guard (48...57).contains(byte) else { return nil }
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, carry) = shifted.addingReportingOverflow(Int64(byte - 48))
            guard !overflow, !carry else { return nil }
            value = next
        }
        return first == UInt8(ascii: "-") ? -value : value
    }
}
