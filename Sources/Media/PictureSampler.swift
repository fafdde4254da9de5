internal import MKDSCore

/// Decides which pictures of a stream are looked at: so many a second, and keyframes twice as often, or once a second
/// where fewer are wanted.
package struct PictureSampler: Sendable {
    /// Distance of the pictures wanted.
    private let interval: Duration
    private let keyframeInterval: Duration
    private var last: Duration?

    /// - Parameter picturesPerSecond: wanted rate; nil looks at every picture.
    package init(picturesPerSecond: Double?) {
        interval = picturesPerSecond.map { .microseconds(Int64(1_000_000 / min(max($0, 0.1), 1000))) } ?? .zero
        keyframeInterval = min(interval / 2, .seconds(1))
    }

    /// Whether the picture at `time` is to be looked at, and remembers that it was.
    package mutating func wants(_ time: Duration, isKeyframe: Bool) -> Bool {
        if let last {
            let distance = time - last
            // A jump back means a new time base; half a millisecond forgives rounding.
            guard distance < .zero || distance + .microseconds(500) >= (isKeyframe ? keyframeInterval : interval)
            else { return false }
        }
        last = time
        return true
    }

    /// True when keyframes `distance` apart alone give the rate wanted.
    package func isSatisfied(byKeyframesEvery distance: Duration) -> Bool {
        interval > .zero && distance > .zero && distance <= interval + .milliseconds(1)
    }
}
