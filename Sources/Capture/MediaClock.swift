package import MKDSCore

/// Puts media time on the wall clock.
///
/// A camera's packets arrive late by a varying amount but never early, so the smallest difference of arrival and media
/// time seen lately is the best one; it follows the drift of the camera's oscillator. A file's time base is put where
/// reading began.
package struct MediaClock: Sendable {
    /// Span after which an observation is forgotten, at the latest two of them.
    private static let window: Duration = .seconds(30)
    /// How far encoder and network delay may shift all arrivals alike, which cannot be seen from arrivals.
    private static let unseenDelay: Duration = .milliseconds(500)
    /// An arrival this much too early or too late means the media time jumped.
    private static let earliest: Duration = .seconds(1)
    private static let latest: Duration = .seconds(15)

    package let source: ClockSource
    private var offsets: Window?
    private var previous: Window?

    private struct Window {
        var start: UTCTime
        /// Of arrival minus media time, microseconds.
        var smallest: Int64
        var largest: Int64
    }

    /// A clock of arrivals, empty until the first.
    package init() {
        source = .arrival
    }

    /// The clock of a file whose time zero is `start`.
    package init(fileStart start: UTCTime) {
        source = .file
        offsets = Window(start: start, smallest: start.microseconds, largest: start.microseconds)
    }

    /// Notes that a packet of `media` time arrived.
    ///
    /// - Returns: true when media time jumped, so that times before and after must not be subtracted.
    @discardableResult
    package mutating func observe(_ media: Duration, arrival: UTCTime) -> Bool {
        guard source == .arrival else { return false }
        let difference = arrival.microseconds - media.inMicroseconds
        guard var window = offsets else {
            offsets = Window(start: arrival, smallest: difference, largest: difference)
            return false
        }
        let deviation = difference - offset
        if deviation < -Self.earliest.inMicroseconds && previous != nil || deviation > Self.latest.inMicroseconds
            || deviation < -Self.latest.inMicroseconds
        {
            previous = nil
            offsets = Window(start: arrival, smallest: difference, largest: difference)
            return true
        }
        if arrival - window.start >= Self.window {
            previous = window
            window = Window(start: arrival, smallest: difference, largest: difference)
        }
        window.smallest = min(window.smallest, difference)
        window.largest = max(window.largest, difference)
        offsets = window
        return false
    }

    /// The wall clock at a media time; nil before the first observation.
    package func time(of media: Duration) -> UTCTime? {
        guard offsets != nil else { return nil }
        return UTCTime(microseconds: offset + media.inMicroseconds)
    }

    /// Half-width of the interval that holds the truth: the spread of arrivals and what cannot be seen. Nil for files,
    /// whose relation to the world is unknown.
    package var uncertainty: Duration? {
        guard source == .arrival, let offsets else { return nil }
        let largest = max(offsets.largest, previous?.largest ?? offsets.largest)
        return .microseconds(largest - offset) + Self.unseenDelay
    }

    private var offset: Int64 {
        guard let offsets else { return 0 }
        return min(offsets.smallest, previous?.smallest ?? offsets.smallest)
    }
}
