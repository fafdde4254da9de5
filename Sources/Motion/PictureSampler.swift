/// Chooses which pictures of a stream to look at: every keyframe, and others at an even pace.
package struct PictureSampler: Sendable {
    private let interval: Duration
    private var next: Duration?
    private var last: Duration?

    /// - Parameter picturesPerSecond: Pace of the pictures between keyframes; 0 or less means keyframes only.
    package init(picturesPerSecond: Double) {
        let pace = picturesPerSecond > 0 ? min(picturesPerSecond, 1000) : 0
        interval = pace > 0 ? .microseconds(Int64(1_000_000 / pace)) : .zero
    }

    /// Says whether the picture shown at `time` is to be analysed, and remembers it as analysed if so.
    ///
    /// A time that jumps backwards or far ahead starts the pace anew.
    package mutating func wants(_ time: Duration, isKeyframe: Bool) -> Bool {
        defer { last = time }
        if let last, time < last || time - last > .seconds(10) { next = nil }
        guard let due = next else {
            next = time + interval
            return isKeyframe || interval > .zero
        }
        // Half a millisecond of slack: time bases round.
        if interval > .zero, time + .microseconds(500) >= due {
            next = max(due + interval, time + interval / 2)
            return true
        }
        return isKeyframe
    }
}
