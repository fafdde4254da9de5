internal import MKDSCore

/// How late media time runs behind its own packets: the bound that arrivals put on the truth. Pure.
///
/// A packet never comes before its picture was taken, so the smallest difference of arrival and media time is an upper
/// bound; the two oscillators drift apart by at most ``driftPerSecond``, so a bound of the past holds in the present when
/// it is widened by that much. All values are microseconds of arrival minus media time, arrivals on the monotonic clock.
struct ArrivalBound: Sendable {
    /// Microseconds a second that the two drift apart at most: twice the 500 ppm of a bad oscillator, so that the bound of
    /// one at its limit is still renewed by each prompt packet.
    static let driftPerSecond = 1_000
    /// How long the smallest recent difference is remembered, at most two of these.
    private static let window: Duration = .seconds(10)

    private var best: Int64
    private var bestAt: Duration
    private var windowStart: Duration
    private var windowSmallest: Int64
    private var previousSmallest: Int64?
    let startedAt: Duration
    /// One of the arrivals was noted as soon as it came; else all of them may have lain ready before.
    private(set) var hasAwaited = false

    init(first difference: Int64, at elapsed: Duration) {
        best = difference
        bestAt = elapsed
        windowStart = elapsed
        windowSmallest = difference
        startedAt = elapsed
    }

    mutating func note(_ difference: Int64, at elapsed: Duration, isAwaited: Bool) {
        if isAwaited { hasAwaited = true }
        if difference <= prompt(at: elapsed) {
            best = difference
            bestAt = elapsed
        }
        if elapsed - windowStart >= Self.window {
            previousSmallest = windowSmallest
            windowSmallest = difference
            windowStart = elapsed
        }
        windowSmallest = min(windowSmallest, difference)
    }

    /// The difference of a prompt packet at this moment: no picture can be later than its media time plus this.
    func prompt(at elapsed: Duration) -> Int64 { best + slack(at: elapsed) }

    /// The difference of the most prompt packet ever, were the drift all the other way.
    func earliest(at elapsed: Duration) -> Int64 { best - slack(at: elapsed) }

    /// The difference of the most prompt packet of the last 10 to 20 s, at least ``prompt(at:)``. It is larger when
    /// either the network has become slow or media time was set back by less than shows as a jump.
    func recent(at elapsed: Duration) -> Int64 {
        max(prompt(at: elapsed), min(windowSmallest, previousSmallest ?? windowSmallest))
    }

    private func slack(at elapsed: Duration) -> Int64 {
        max(0, (elapsed - bestAt).inMicroseconds) * Int64(Self.driftPerSecond) / 1_000_000
    }
}
