internal import CFFmpeg
internal import Synchronization

/// Answers FFmpeg's question "shall I give up?" while it blocks: from a deadline, a stop flag and what the log
/// told of the camera (a redirect, packets numbered anew) only.
///
/// The demuxer that owns the context owns the watch and outlives it. The callback takes no lock and allocates nothing.
final class IOWatch: Sendable {
    let stop: StopFlag
    /// Nanoseconds since ``origin``.
    private let deadline = Atomic<Int64>(.max)
    private let gaveUp = Atomic(false)
    private let closing = Atomic(false)
    private let origin = ContinuousClock.now

    init(stop: StopFlag) {
        self.stop = stop
    }

    /// Moves the deadline to `duration` from now.
    func arm(_ duration: Duration) {
        deadline.store(now + Self.nanoseconds(duration), ordering: .relaxed)
    }

    /// The goodbye begins, for `duration` at most: FFmpeg asks before it writes, and of all that was a reason to give up
    /// reading only a redirect is one not to say goodbye. It reads nothing any more.
    func beginGoodbye(within duration: Duration) {
        arm(duration)
        closing.store(true, ordering: .relaxed)
    }

    var isExpired: Bool { now >= deadline.load(ordering: .relaxed) }
    var isStopped: Bool { stop.isRaised }
    /// FFmpeg was told to give up and left off anywhere, within a packet too: what it would read next may be no beginning
    /// of anything. A later deadline does not change that.
    var hasGivenUp: Bool { gaveUp.load(ordering: .relaxed) }

    private func givesUp() -> Bool {
        let isLeaving = closing.load(ordering: .relaxed)
        guard isExpired || mkds_log_redirected() != 0 || !isLeaving && (isStopped || mkds_log_began_anew() != 0)
        else { return false }
        gaveUp.store(true, ordering: .relaxed)
        return true
    }

    private var now: Int64 { Self.nanoseconds(origin.duration(to: .now)) }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds &* 1_000_000_000 &+ duration.components.attoseconds / 1_000_000_000
    }

    /// The callback for a context; `self` must outlive that context.
    var interrupt: AVIOInterruptCB {
        AVIOInterruptCB(
            callback: { opaque in
                guard let opaque else { return 0 }
                return Unmanaged<IOWatch>.fromOpaque(opaque)._withUnsafeGuaranteedRef { $0.givesUp() ? 1 : 0 }
            },
            opaque: Unmanaged.passUnretained(self).toOpaque())
    }
}
