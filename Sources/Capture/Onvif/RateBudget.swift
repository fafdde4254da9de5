internal import MKDSCore

/// An allowance that fills with time and may be overdrawn once: what costs too much is refused until it has filled
/// again. Pure; a clock set back only delays it.
struct RateBudget: Sendable {
    private let perSecond: Double
    private let burst: Double
    private var level: Double
    private var last: UTCTime?

    init(perSecond: Double, burst: Double) {
        self.perSecond = perSecond
        self.burst = burst
        level = burst
    }

    /// Whether anything is left at `now`.
    mutating func isOpen(at now: UTCTime) -> Bool {
        if let last { level = min(burst, level + max(0, (now - last).inSeconds) * perSecond) }
        last = now
        return level > 0
    }

    /// How long until something is left again.
    mutating func delay(at now: UTCTime) -> Duration {
        isOpen(at: now) ? .zero : .seconds(-level / perSecond) + .milliseconds(1)
    }

    /// Takes so much, whatever is left.
    mutating func spend(_ amount: Int) { level -= Double(amount) }

    /// Takes one if anything is left.
    mutating func takeOne(at now: UTCTime) -> Bool {
        guard isOpen(at: now) else { return false }
        spend(1)
        return true
    }
}
