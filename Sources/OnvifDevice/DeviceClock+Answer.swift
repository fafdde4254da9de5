internal import MKDSCore
internal import OnvifMetadata

extension DeviceClock {
    /// Reads the answer to `GetSystemDateAndTime`; nil when it tells no UTC time.
    ///
    /// - Parameters:
    ///   - answer: `GetSystemDateAndTimeResponse`.
    ///   - asked: The server's wall clock when the request was sent.
    ///   - roundTrip: From then to the answer.
    init?(_ answer: XMLElement, asked: UTCTime, roundTrip: Duration) {
        guard let system = answer["SystemDateAndTime"], let told = Self.time(system["UTCDateTime"]) else { return nil }
        // Told is a whole second, so the clock stood at half a second more, give or take; and it was read at some
        // moment of the round trip.
        let offset = told + .milliseconds(500) - (asked + roundTrip / 2)
        self.init(
            told: told, offset: offset.inSeconds, uncertainty: (roundTrip / 2 + .seconds(1)).inSeconds,
            isNTP: system["DateTimeType"]?.trimmedText == "NTP",
            zone: DeviceClient.word(system.at("TimeZone", "TZ")))
    }

    private static func time(_ element: XMLElement?) -> UTCTime? {
        func number(_ path: (String, String), _ range: ClosedRange<Int>) -> Int? {
            guard let value = Int(element?.at(path.0, path.1)?.trimmedText ?? ""), range.contains(value) else {
                return nil
            }
            return value
        }
        guard let year = number(("Date", "Year"), 1970...9999), let month = number(("Date", "Month"), 1...12),
            let dayOfMonth = number(("Date", "Day"), 1...31), let hour = number(("Time", "Hour"), 0...23),
            let minute = number(("Time", "Minute"), 0...59), let second = number(("Time", "Second"), 0...61),
            let day = UTCDay(year: year, month: month, day: dayOfMonth)
        else { return nil }
        return day.start + .seconds(hour * 3600 + minute * 60 + second)
    }
}
