internal import MKDSCore

/// What is known of a camera's video when something beside it is told.
package struct StreamMoment: Hashable, Sendable {
    /// Media time of the last picture; zero where there is no stream.
    package var media: Duration
    /// The camera's clock minus the truth, by its sender reports; nil when they do not tell.
    package var offset: Duration?
    /// Of times that rest on ``offset``.
    package var uncertainty: Duration?
    /// Picture size; nil before the first picture.
    package var width: Int?
    package var height: Int?

    package init(
        media: Duration = .zero, offset: Duration? = nil, uncertainty: Duration? = nil, width: Int? = nil,
        height: Int? = nil
    ) {
        self.media = media
        self.offset = offset
        self.uncertainty = uncertainty
        self.width = width
        self.height = height
    }
}

/// Puts the times a camera writes into its documents on the server's clock. Pure.
///
/// A document cannot come before what it tells of. So the smallest difference of arrival and told time, seen of late, is
/// that of a prompt document, and what is above it was delay. Where sender reports tell the camera's offset, they decide.
struct DocumentClock: Sendable {
    /// A moment of an event, with all that is known of its time.
    struct Moment: Hashable, Sendable {
        var time: UTCTime
        var clock: ClockSource
        var uncertainty: Duration
        var reading: ClockReading
    }

    /// How long a camera may hold a document back; what seems older was not told of this moment, or by another clock.
    static let longestDelay: Duration = .seconds(30)
    /// Half-width around times of prompt documents: cameras gather for up to two seconds.
    static let promptUncertainty: Duration = .seconds(2)
    /// Told times of whole seconds are cut, not rounded.
    static let granularity: Duration = .seconds(1)
    private static let plausible =
        UTCTime(seconds: 946_684_800)...UTCTime(seconds: 4_102_444_800)
    private static let window: Duration = .seconds(60)

    private var windowStart: UTCTime?
    private var smallest: Duration?
    private var previous: Duration?

    /// - Parameters:
    ///   - told: What the document says; nil when it says no time.
    ///   - arrival: The server's clock when its first bytes came.
    ///   - stream: Of the video then.
    ///   - isRepeat: It repeats a state that may have begun long ago, so that what it tells is no clock.
    /// - Returns: The time that is believed, and what it rests on.
    mutating func moment(
        told: UTCTime?, arrival: UTCTime, stream: StreamMoment, isRepeat: Bool = false
    ) -> Moment {
        var reading = ClockReading(arrival: arrival, media: stream.media, camera: told)
        let byArrival = Moment(
            time: arrival, clock: .arrival, uncertainty: Self.promptUncertainty, reading: reading)
        guard let told, Self.plausible.contains(told), !isRepeat else { return byArrival }
        let coarse = told.microseconds % 1_000_000 == 0 ? Self.granularity : .zero
        func placed(_ time: UTCTime, _ uncertainty: Duration) -> Moment {
            reading.offset = told - time
            reading.offsetAge = .zero
            return Moment(time: time, clock: .camera, uncertainty: uncertainty + coarse, reading: reading)
        }
        let lag = arrival - told
        let prompt = note(lag, at: arrival)
        if let offset = stream.offset {
            let time = told - offset
            if time <= arrival + .seconds(1), time >= arrival - Self.longestDelay {
                return placed(min(time, arrival), stream.uncertainty ?? Self.promptUncertainty)
            }
        }
        let delay = lag - prompt
        guard delay <= Self.longestDelay else { return byArrival }
        return placed(arrival - delay, Self.promptUncertainty)
    }

    /// Remembers a difference of arrival and told time; the smallest of the last one to two minutes.
    private mutating func note(_ lag: Duration, at arrival: UTCTime) -> Duration {
        if let start = windowStart, arrival - start < Self.window, arrival >= start {
            smallest = min(smallest ?? lag, lag)
        } else {
            previous = smallest
            smallest = lag
            windowStart = arrival
        }
        return min(smallest ?? lag, previous ?? smallest ?? lag)
    }
}
