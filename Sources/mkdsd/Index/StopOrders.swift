internal import Glibc

/// The signals by which a PostgreSQL server is stopped: SIGINT at once (fast shutdown), SIGQUIT after 30 s (immediate,
/// recovers at the next start), SIGKILL 10 s later.
struct StopOrders {
    private let began: ContinuousClock.Instant
    private var steps: [(signal: Int32, after: Duration)] = [
        (SIGINT, .zero), (SIGQUIT, .seconds(30)), (SIGKILL, .seconds(40)),
    ]

    init(began: ContinuousClock.Instant) {
        self.began = began
    }

    /// The signal to send now, each once; nil when none is due.
    mutating func due(at now: ContinuousClock.Instant) -> Int32? {
        guard let step = steps.first, now - began >= step.after else { return nil }
        steps.removeFirst()
        return step.signal
    }
}
