internal import Linux
internal import MKDSCore
internal import NIOCore

/// When the simulator started, by both clocks: what episodes and films count from.
struct SimulatorTime: Sendable {
    let start = NIODeadline.now()
    let utc = UTCTime.now

    /// Time since the start.
    var now: Duration { .nanoseconds((NIODeadline.now() - start).nanoseconds) }

    func deadline(_ elapsed: Duration) -> NIODeadline { start + .microseconds(elapsed.inMicroseconds) }
}
