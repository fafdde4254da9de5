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

    /// A connection that lived this long was a good one: the next failure begins anew.
    package static let stableAfter: Duration = .seconds(30)

    /// Failures in a row.
    package private(set) var failureCount = 0
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
            Delays(first: .seconds(1), longest: .seconds(5))
        }
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
        if lived >= Self.stableAfter { failureCount = 0 }
        let delays = Self.delays(for: topic)
        let doublings = min(failureCount, 16)
        failureCount += 1
        let plain = min(delays.first * (1 << doublings), delays.longest)
        let jitter = Double.random(in: 0.75...1.25, using: &random) * scale
        return max(plain * jitter - took, delays.first * jitter)
    }
}
