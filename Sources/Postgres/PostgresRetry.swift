/// Growing, jittered waits between tries.
package struct RetryDelay: Sendable {
    private let first: Duration
    private let longest: Duration
    private var next: Duration

    package init(first: Duration = .milliseconds(100), longest: Duration = .seconds(10)) {
        self.first = first
        self.longest = longest
        next = first
    }

    /// After a success: the next failure begins with the shortest wait again.
    package mutating func reset() { next = first }

    /// The wait before the next try: between half of and the whole current step; the step doubles each time.
    package mutating func advance() -> Duration {
        let step = next
        next = min(next * 2, longest)
        return step * Double.random(in: 0.5...1)
    }
}
