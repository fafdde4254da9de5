internal import Glibc
package import MKDSCore

/// Which cameras misbehave when: at any time the same number of them, each time another one, for a while of its own.
///
/// Pure and seeded: the same numbers give the same schedule.
package struct TroubleSchedule: Sendable {
    /// A camera is left well so long before it misbehaves again, so that each recovery can be told from the next trouble.
    package static let rest: Duration = .seconds(45)
    /// Shortest, mean and longest trouble; lengths are exponentially distributed between the two ends.
    package static let shortest: Duration = .seconds(2)
    package static let mean: Duration = .seconds(20)
    package static let longest: Duration = .seconds(120)

    /// By camera, in order of time.
    package private(set) var episodes: [[Episode]]

    /// - Parameters:
    ///   - cameras: How many there are.
    ///   - misbehaving: How many at any time.
    ///   - span: From when to when, since the simulator's start; the last troubles end with it at the latest.
    ///   - seed: The same seed gives the same troubles.
    ///   - trouble: What happens to a camera, by its number.
    package init(
        cameras: Int, misbehaving: Int, span: Range<Duration>, seed: UInt64,
        trouble: (_ camera: Int, _ random: inout SeededGenerator) -> Trouble
    ) {
        var random = SeededGenerator(seed: seed)
        episodes = Array(repeating: [], count: cameras)
        // Each of so many places is always taken by some camera; the place that is free first is filled next.
        var free = (0..<max(0, misbehaving)).map { _ in span.lowerBound }
        var wellSince = Array(repeating: Duration.zero - Self.rest, count: cameras)
        while let place = free.indices.min(by: { free[$0] < free[$1] }), free[place] < span.upperBound {
            let start = free[place]
            let ready = (0..<cameras).filter { wellSince[$0] + Self.rest <= start }
            guard let camera = ready.randomElement(using: &random) else {
                // All are resting: somebody must wait.
                free[place] = start + .seconds(1)
                continue
            }
            let end = min(start + Self.length(&random), span.upperBound)
            episodes[camera].append(Episode(start..<end, trouble(camera, &random)))
            free[place] = end
            wellSince[camera] = end
        }
    }

    private static func length(_ random: inout SeededGenerator) -> Duration {
        let exponential = -log(Double.random(in: 0..<1, using: &random).nextUp)
        return min(longest, shortest + (mean - shortest) * exponential)
    }
}
