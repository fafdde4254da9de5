/// The clock on the wall of a region through the years.
package struct LocalZone: Sendable {
    private var transitions: [ZoneTransition]
    private var initial: ZoneOffset
    private var rule: ZoneRule?

    package init(file: ZoneFile) {
        transitions = file.transitions
        initial = file.initial
        rule = file.rule
    }

    package init(rule: ZoneRule) {
        transitions = []
        initial = rule.standard
        self.rule = rule
    }

    /// UTC itself.
    package static let utc = LocalZone(fixed: ZoneOffset(seconds: 0, isDaylight: false, abbreviation: "UTC"))

    private init(fixed offset: ZoneOffset) {
        transitions = []
        initial = offset
    }

    package func offset(at time: UTCTime) -> ZoneOffset {
        let seconds = time.wholeSeconds
        if let last = transitions.last, seconds < last.at {
            // The last transition not after the moment, by bisection.
            var low = 0
            var high = transitions.count
            while low < high {
                let middle = (low + high) / 2
                if transitions[middle].at <= seconds { low = middle + 1 } else { high = middle }
            }
            return low == 0 ? initial : transitions[low - 1].offset
        }
        return rule?.offset(at: seconds) ?? transitions.last?.offset ?? initial
    }

    /// What the clock on the wall shows at a moment.
    package func clock(at time: UTCTime) -> LocalClock {
        LocalClock(shifted: time + .seconds(offset(at: time).seconds))
    }

    /// The moments at which the clock shows this: one; two in the repeated autumn hour; none in the skipped spring one.
    package func moments(showing reading: LocalClock) -> [UTCTime] {
        let shifted = reading.shifted
        let day = Duration.seconds(86_400)
        let offsets = Set([offset(at: shifted - day), offset(at: shifted + day)].map(\.seconds))
        return
            offsets
            .map { (moment: shifted - .seconds($0), seconds: $0) }
            .filter { offset(at: $0.moment).seconds == $0.seconds }
            .map(\.moment)
            .sorted()
    }

    /// The first moment of a local day.
    package func midnight(of day: UTCDay) -> UTCTime {
        let reading = LocalClock(day: day, secondOfDay: 0)
        return moments(showing: reading).first ?? reading.shifted - .seconds(offset(at: reading.shifted).seconds)
    }
}

/// A day and a time of day on a local clock, without saying which moment that was.
package struct LocalClock: Hashable, Sendable {
    package var day: UTCDay
    /// 0…86 399.
    package var secondOfDay: Int
    package var microsecond: Int

    package init(day: UTCDay, secondOfDay: Int, microsecond: Int = 0) {
        self.day = day
        self.secondOfDay = secondOfDay
        self.microsecond = microsecond
    }

    /// Reads the clock off a moment that was shifted by the zone's offset, as if it were UTC.
    package init(shifted: UTCTime) {
        day = shifted.day
        let seconds = shifted.wholeSeconds
        secondOfDay = Int(seconds - Int64(day.daysSinceEpoch) * 86_400)
        microsecond = Int(shifted.microseconds - seconds * 1_000_000)
    }

    package var shifted: UTCTime { day.start + .seconds(secondOfDay) + .microseconds(microsecond) }
    package var hour: Int { secondOfDay / 3600 }
    package var minute: Int { secondOfDay / 60 % 60 }
    package var second: Int { secondOfDay % 60 }
}

extension UTCTime {
    /// Seconds since 1970, rounded towards the past.
    var wholeSeconds: Int64 {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
