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

extension PostgresConnection {
    /// Connects, trying again with growing delay while the server cannot be reached.
    ///
    /// `onFailure` is told each failure, for a log line or a health state. Throws `CancellationError` when the task is
    /// cancelled and a ``PostgresError`` that trying again cannot mend.
    package static func connectPersistently(
        _ settings: ConnectionSettings, name: String, delay: RetryDelay = RetryDelay(),
        onFailure: @Sendable (PostgresError) -> Void
    ) async throws -> PostgresConnection {
        var delay = delay
        while true {
            try Task.checkCancellation()
            do {
                return try await connect(settings, name: name)
            } catch let error as PostgresError where error.code == .connection {
                onFailure(error)
            }
            try await Task.sleep(for: delay.advance())
        }
    }
}
