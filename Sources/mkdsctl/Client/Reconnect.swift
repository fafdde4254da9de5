/// How long to wait before each new try of a connection that was lost. No clock of its own.
struct Reconnect: Sendable {
    private var failures = 0

    static let first = Duration.milliseconds(500)
    static let longest = Duration.seconds(10)

    /// The connection works again.
    mutating func succeeded() { failures = 0 }

    /// The delay before the next try: doubled each time up to ten seconds, spread by a fifth either way so that many
    /// clients do not come back at one moment.
    mutating func delay(using random: inout some RandomNumberGenerator) -> Duration {
        let doubled = Self.first * (1 << min(failures, 5))
        failures += 1
        return min(doubled, Self.longest) * Double.random(in: 0.8...1.2, using: &random)
    }
}

extension ClientError {
    /// Whether a follower should try again: the daemon may come back, but a refusal stays one.
    var mayPass: Bool {
        switch self {
        case .socketMissing, .nobodyListens, .timeout, .cutShort, .system: true
        case .refused(let status, _): status >= 500 || status == 429
        case .permissionDenied, .pathTooLong, .notUnderstood, .tooLarge: false
        }
    }
}
