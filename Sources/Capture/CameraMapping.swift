internal import MKDSCore

/// What the camera's own clock says of media time, by its sender reports. Pure.
///
/// Values are microseconds of camera clock minus media time. What FFmpeg derives from a sender report is wrong between
/// a wrap of the 32-bit RTP timestamp, or a restart of the encoder, and the next report; both are known by their size.
struct CameraMapping: Sendable {
    /// A value this near the current one follows it at once.
    private static let tolerance: Int64 = 1_000_000
    /// A value that is further off must last this long: longer than the distance of sender reports.
    private static let patience: Duration = .seconds(10)
    /// One that can be explained by a report from before media time jumped must last this long.
    private static let stalePatience: Duration = .seconds(120)
    /// 2^32 ticks of 90 kHz, the clock rate of all video formats (RFC 6184 § 8.2.1, RFC 7798 § 7.1, RFC 2435).
    private static let wrap: Int64 = 47_721_858_844
    /// A camera's clock that seems off by whole wraps and less than this is not off by wraps.
    private static let plausible: Int64 = 60_000_000

    /// Camera clock minus media time; nil before the first report and after a jump of media time.
    private(set) var value: Int64?
    /// When the camera's clock was last heard, on the monotonic clock.
    private(set) var heardAt: Duration?
    /// The value before media time jumped.
    private var stale: Int64?
    private var candidate: (value: Int64, since: Duration)?

    /// Takes what the camera's clock is said to have shown at a media time.
    ///
    /// - Parameters:
    ///   - raw: Camera clock minus media time.
    ///   - server: The server's clock minus media time, to tell a wrap before anything else is known.
    ///   - elapsed: The monotonic clock.
    mutating func note(_ raw: Int64, server: Int64, at elapsed: Duration) {
        guard let value else { return begin(raw, server: server, at: elapsed) }
        let unwrapped = Self.unwrap(raw, near: value, within: Self.tolerance) ?? raw
        if abs(unwrapped - value) <= Self.tolerance {
            adopt(unwrapped, at: elapsed)
        } else if hasLasted(raw, Self.patience, at: elapsed) {
            adopt(raw, at: elapsed)
        }
    }

    /// Media time jumped: the value is of no more use, and what still follows from old reports must not be taken.
    mutating func noteJump() {
        stale = value ?? stale
        value = nil
        candidate = nil
    }

    private mutating func begin(_ raw: Int64, server: Int64, at elapsed: Duration) {
        if let stale, abs((Self.unwrap(raw, near: stale, within: Self.tolerance) ?? raw) - stale) <= Self.tolerance {
            if hasLasted(raw, Self.stalePatience, at: elapsed) { adopt(raw, at: elapsed) }
            return
        }
        adopt(Self.unwrap(raw, near: server, within: Self.plausible) ?? raw, at: elapsed)
    }

    private mutating func adopt(_ new: Int64, at elapsed: Duration) {
        value = new
        heardAt = elapsed
        stale = nil
        candidate = nil
    }

    private mutating func hasLasted(_ raw: Int64, _ patience: Duration, at elapsed: Duration) -> Bool {
        guard let earlier = candidate, abs(raw - earlier.value) <= Self.tolerance else {
            candidate = (raw, elapsed)
            return false
        }
        candidate = (raw, earlier.since)
        return elapsed - earlier.since >= patience
    }

    /// The value without whole wraps, when it then lies near the reference.
    private static func unwrap(_ raw: Int64, near reference: Int64, within limit: Int64) -> Int64? {
        let difference = raw - reference
        let wraps = (difference + (difference < 0 ? -wrap : wrap) / 2) / wrap
        guard wraps != 0, abs(wraps) <= 2, abs(difference - wraps * wrap) <= limit else { return nil }
        return raw - wraps * wrap
    }
}
