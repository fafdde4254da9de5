internal import MKDSCore

/// The local clock people here live by; all times shown and typed go through it.
struct LocalZone: Sendable {
    private var transitions: [ZoneTransition]
    private var initial: ZoneOffset
    private var rule: ZoneRule?

    init(file: ZoneFile) {
        transitions = file.transitions
        initial = file.initial
        rule = file.rule
    }

    init(rule: ZoneRule) {
        transitions = []
        initial = rule.standard
        self.rule = rule
    }

    /// Europe/Prague from the system's TZ database. On a machine without it, the rule of the European Union
    /// (Directive 2000/84/EC), which is what the database says for every year since 1996.
    static let prague: LocalZone = {
        if let bytes = try? FileBytes.read("/usr/share/zoneinfo/Europe/Prague", limit: 1 << 20),
            let file = ZoneFile(bytes: bytes)
        {
            return LocalZone(file: file)
        }
        guard let rule = ZoneRule("CET-1CEST,M3.5.0,M10.5.0/3") else { preconditionFailure("own rule text is wrong") }
        return LocalZone(rule: rule)
    }()

    func offset(at time: UTCTime) -> ZoneOffset {
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
    func clock(at time: UTCTime) -> ClockReading {
        ClockReading(shifted: time + .seconds(offset(at: time).seconds))
    }

    /// The moments at which the clock shows this: one; two in the repeated autumn hour; none in the skipped spring one.
    func moments(showing reading: ClockReading) -> [UTCTime] {
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
    func midnight(of day: UTCDay) -> UTCTime {
        let reading = ClockReading(day: day, secondOfDay: 0)
        return moments(showing: reading).first ?? reading.shifted - .seconds(offset(at: reading.shifted).seconds)
    }
}

/// A day and a time of day on a local clock, without saying which moment that was.
struct ClockReading: Hashable, Sendable {
    var day: UTCDay
    /// 0…86 399.
    var secondOfDay: Int
    var microsecond: Int

    init(day: UTCDay, secondOfDay: Int, microsecond: Int = 0) {
        self.day = day
        self.secondOfDay = secondOfDay
        self.microsecond = microsecond
    }

    /// Reads the clock off a moment that was shifted by the zone's offset, as if it were UTC.
    init(shifted: UTCTime) {
        day = shifted.day
        let seconds = shifted.wholeSeconds
        secondOfDay = Int(seconds - Int64(day.daysSinceEpoch) * 86_400)
        microsecond = Int(shifted.microseconds - seconds * 1_000_000)
    }

    var shifted: UTCTime { day.start + .seconds(secondOfDay) + .microseconds(microsecond) }
    var hour: Int { secondOfDay / 3600 }
    var minute: Int { secondOfDay / 60 % 60 }
    var second: Int { secondOfDay % 60 }
}

extension UTCTime {
    /// Seconds since 1970, rounded towards the past.
    var wholeSeconds: Int64 {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
