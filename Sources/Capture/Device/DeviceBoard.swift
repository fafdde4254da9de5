package import MKDSCore
internal import Synchronization

/// What a camera's thread and the thread of its device services tell each other. Calls wait for nothing but each other.
package final class DeviceBoard: Sendable {
    private struct State {
        /// Nil before the stream was first opened.
        var hasTrack: Bool?
        var connections = 0
        var lastDocument: ContinuousClock.Instant?
        var clock: DeviceClockEstimate?
    }

    private let state = Mutex(State())

    package init() {}

    // MARK: - The camera's thread

    /// The stream was opened.
    func noteConnection(hasTrack: Bool) {
        state.withLock {
            $0.hasTrack = hasTrack
            $0.connections += 1
        }
    }

    /// A whole document came on the metadata track.
    func noteDocument(at now: ContinuousClock.Instant) {
        state.withLock { $0.lastDocument = now }
    }

    /// What the device service told of the camera's clock; nil when it told nothing of late.
    func clock(at now: ContinuousClock.Instant) -> DeviceClockEstimate? {
        state.withLock { $0.clock.flatMap { $0.age(at: now) < DeviceClockEstimate.longestAge ? $0 : nil } }
    }

    // MARK: - The thread of the services

    /// Connections of the stream so far: one more means that what the camera said before is in doubt.
    var connections: Int { state.withLock { $0.connections } }

    /// Whether the metadata track tells what the camera sees: it is there and was not silent since `start` and for
    /// longer than `patience`. Before the stream was opened it is given the benefit of the doubt as long.
    func isTrackTalking(at now: ContinuousClock.Instant, since start: ContinuousClock.Instant, patience: Duration)
        -> Bool
    {
        state.withLock { state in
            if state.hasTrack == false { return false }
            return max(state.lastDocument ?? start, start).duration(to: now) < patience
        }
    }

    /// Takes one reading of the camera's clock.
    func note(_ clock: DeviceClock, at now: ContinuousClock.Instant) {
        state.withLock { state in
            if state.clock?.take(clock, at: now) == nil { state.clock = DeviceClockEstimate(clock, at: now) }
        }
    }
}

/// The camera's clock minus the server's, from readings of whole seconds. Pure.
///
/// Each reading says that the offset lies in an interval. What several say in turn lies in all of their intervals, each
/// widened by what two clocks drift apart since, so the estimate soon is better than a second. A reading that fits no
/// more is a clock that was set, and begins anew.
package struct DeviceClockEstimate: Hashable, Sendable {
    /// Older readings say nothing any more.
    static let longestAge: Duration = .seconds(900)
    /// Round trips above make a reading worthless.
    static let longestUncertainty: Duration = .seconds(4)
    /// Two oscillators, 500 ppm each (docs/design/time.md).
    private static let driftPerSecond: Int64 = 1_000

    /// Microseconds.
    private var low: Int64
    private var high: Int64
    private var taken: ContinuousClock.Instant

    package init?(_ clock: DeviceClock, at now: ContinuousClock.Instant) {
        guard let (low, high) = Self.interval(clock) else { return nil }
        self.low = low
        self.high = high
        taken = now
    }

    /// The middle of what is possible.
    package var offset: Duration { .microseconds(low + (high - low) / 2) }

    /// Half-width of what is possible.
    package var uncertainty: Duration { .microseconds((high - low) / 2) }

    package func age(at now: ContinuousClock.Instant) -> Duration { taken.duration(to: now) }

    /// Takes the next reading.
    package mutating func take(_ clock: DeviceClock, at now: ContinuousClock.Instant) {
        guard let (newLow, newHigh) = Self.interval(clock) else { return }
        let drift = Int64(taken.duration(to: now).inSeconds) * Self.driftPerSecond
        taken = now
        let (both, end) = (max(low - drift, newLow), min(high + drift, newHigh))
        (low, high) = both <= end ? (both, end) : (newLow, newHigh)
    }

    private static func interval(_ clock: DeviceClock) -> (Int64, Int64)? {
        guard clock.offset.isFinite, abs(clock.offset) < 4e9, clock.uncertainty <= longestUncertainty.inSeconds else {
            return nil
        }
        let middle = Int64(clock.offset * 1_000_000)
        let half = Int64(clock.uncertainty * 1_000_000)
        return (middle - half, middle + half)
    }
}
