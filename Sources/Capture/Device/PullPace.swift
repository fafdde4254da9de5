/// How soon a camera may be asked for events again. Pure.
///
/// A camera should keep a question until something happens. Some answer at once with nothing, and some tell a little at
/// a time, hundreds of times a second: neither may keep camera and server busy.
package struct PullPace: Sendable {
    /// Between the beginnings of two pulls, whatever the first one brought.
    package static let shortest: Duration = .milliseconds(200)
    /// An empty answer that came sooner was no waiting.
    package static let impatience: Duration = .seconds(1)
    package static let longest: Duration = .seconds(5)

    private var emptyInARow = 0

    package init() {}

    /// How long to wait after a pull that brought so many notifications after so long.
    package mutating func pause(count: Int, took: Duration) -> Duration {
        guard count == 0, took < Self.impatience else {
            emptyInARow = 0
            return max(.zero, Self.shortest - took)
        }
        let wanted = min(Self.impatience * (1 << min(emptyInARow, 8)), Self.longest)
        emptyInARow += 1
        return wanted - took
    }
}
