package import MKDSCore

/// How soon a camera may be asked for events again. Pure.
///
/// A camera should keep a question until something happens. Some answer at once with nothing, some tell a little at a
/// time, hundreds of times a second, and some tell more than is read on the metadata track: none may keep camera and
/// server busy. What the camera tells waits there meanwhile; nothing of it is let go.
package struct PullPace: Sendable {
    /// Between the beginnings of two pulls, whatever the first one brought.
    package static let shortest: Duration = .milliseconds(200)
    /// An empty answer that came sooner was no waiting.
    package static let impatience: Duration = .seconds(1)
    package static let longest: Duration = .seconds(5)

    private var emptyInARow = 0
    private var budget = OnvifTrack.budget

    package init() {}

    /// How long to wait after a pull that brought so many notifications in so many bytes after so long.
    package mutating func pause(count: Int, byteCount: Int, took: Duration, at now: UTCTime) -> Duration {
        budget.spend(byteCount)
        return max(pause(count, took), budget.delay(at: now))
    }

    private mutating func pause(_ count: Int, _ took: Duration) -> Duration {
        guard count == 0, took < Self.impatience else {
            emptyInARow = 0
            return max(.zero, Self.shortest - took)
        }
        let wanted = min(Self.impatience * (1 << min(emptyInARow, 8)), Self.longest)
        emptyInARow += 1
        return wanted - took
    }
}
