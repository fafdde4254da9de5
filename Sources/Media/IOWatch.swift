internal import CFFmpeg
internal import Synchronization

/// Answers FFmpeg's question "shall I give up?" while it blocks: from a deadline, a stop flag and a seen redirect only.
///
/// The demuxer that owns the context owns the watch and outlives it. The callback takes no lock and allocates nothing.
final class IOWatch: Sendable {
    private let stop: StopFlag
    /// Nanoseconds since ``origin``.
    private let deadline = Atomic<Int64>(.max)
    private let origin = ContinuousClock.now

    init(stop: StopFlag) {
        self.stop = stop
    }

    /// Moves the deadline to `duration` from now.
    func arm(_ duration: Duration) {
        deadline.store(now + Self.nanoseconds(duration), ordering: .relaxed)
    }

    var isExpired: Bool { now >= deadline.load(ordering: .relaxed) }
    var isStopped: Bool { stop.isRaised }

    private var now: Int64 { Self.nanoseconds(origin.duration(to: .now)) }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds &* 1_000_000_000 &+ duration.components.attoseconds / 1_000_000_000
    }

    /// The callback for a context; `self` must outlive that context.
    var interrupt: AVIOInterruptCB {
        AVIOInterruptCB(
            callback: { opaque in
                guard let opaque else { return 0 }
                return Unmanaged<IOWatch>.fromOpaque(opaque)._withUnsafeGuaranteedRef { watch in
                    watch.isStopped || watch.isExpired || mkds_log_redirected() != 0 ? 1 : 0
                }
            },
            opaque: Unmanaged.passUnretained(self).toOpaque())
    }
}
