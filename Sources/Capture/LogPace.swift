/// Lets a log line that may come again and again through once a minute. Pure.
package struct LogPace: Sendable {
    private static let period: Duration = .seconds(60)

    private var last: ContinuousClock.Instant?
    private var heldBack = 0

    package init() {}

    /// - Parameter now: When there is something to say.
    /// - Returns: How often there was since the last line, with this time; nil when it is to wait.
    package mutating func admit(at now: ContinuousClock.Instant) -> Int? {
        heldBack += 1
        if let last, last.duration(to: now) < Self.period { return nil }
        defer { heldBack = 0 }
        last = now
        return heldBack
    }
}
