package import MKDSCore

/// How long to wait before the next try at a camera: longer after each failure in a row, never two cameras in step.
///
/// A camera that is well again must be seen again within seconds, however long it was away, so tries at one that does not
/// answer stay close: one costs a fraction of a millisecond. The delay counts from the beginning of the last try, so that
/// waiting for an answer that never comes is not followed by as much waiting again.
///
/// Pure: time comes in as a duration, randomness from a seeded generator.
package struct ReconnectPolicy: Sendable {
    /// Delays after the first failure and at most, by what went wrong.
    package struct Delays: Hashable, Sendable {
        package var first: Duration
        package var longest: Duration

        package init(first: Duration, longest: Duration) {
            self.first = first
            self.longest = longest
        }
    }

    /// Failures in a row after which a camera that was good counts as changed: about five minutes.
    private static let patience = 100

    /// A connection that lived this long was a good one: the next failure begins anew.
    package static let stableAfter: Duration = .seconds(30)

    /// Failures in a row of each pace: a camera that is booting is refused, then asks for a password it does not know yet,
    /// and one kind must not make the other slow.
    private var failures: [Delays: Int] = [:]
    /// Pictures came for as long as that before, so what is wrong now may be so for a moment only.
    private var wasGood = false
    private var random: SeededGenerator
    private let scale: Double

    /// - Parameters:
    ///   - seed: Source of the jitter.
    ///   - scale: Factor on all delays; tests take a small one.
    package init(seed: SeededGenerator, scale: Double = 1) {
        random = seed
        self.scale = scale
    }

    /// Delays by topic. Cameras lock accounts after some wrong passwords; what is unsupported will hardly change soon.
    package static func delays(for topic: HealthTopic) -> Delays {
        switch topic {
        case .credentialsRefused: Delays(first: .seconds(30), longest: .seconds(300))
        case .unsupported, .untrusted: Delays(first: .seconds(10), longest: .seconds(120))
        case .unreachable, .stalled, .lost, .malformed, .ended, .streamChanged, .clockError, .clockStepped,
            .presetChanged, .servicesFailed, .spoolBlocked, .metadataRefused, .clockSynchronised, .quarantined:
            Delays(first: .seconds(1), longest: .seconds(3))
        }
    }

    /// A camera that showed pictures and now is not what it was, is restarting or being set up: for some minutes it is tried
    /// like one that does not answer.
    private func delays(after topic: HealthTopic) -> Delays {
        let usual = Self.delays(for: .lost)
        guard wasGood, topic == .unsupported, failures[usual, default: 0] < Self.patience else {
            return Self.delays(for: topic)
        }
        return usual
    }

    /// Notes a failure and says how long to wait.
    ///
    /// - Parameters:
    ///   - topic: What went wrong.
    ///   - lived: How long pictures had come before it did.
    ///   - took: How long a try took that brought no picture.
    /// - Returns: The doubled delay, shortened or lengthened by up to a quarter, less what the try took, but no less than
    ///   the first delay.
    package mutating func delay(after topic: HealthTopic, lived: Duration, took: Duration = .zero) -> Duration {
        if lived >= Self.stableAfter {
            failures = [:]
            wasGood = true
        }
        let delays = delays(after: topic)
        let doublings = min(failures[delays, default: 0], 16)
        failures[delays, default: 0] += 1
        let plain = min(delays.first * (1 << doublings), delays.longest)
        let jitter = Double.random(in: 0.75...1.25, using: &random) * scale
        return max(plain * jitter - took, delays.first * jitter)
    }
}
