/// What each clock said of one picture (docs/design/time.md): kept beside the best estimate, never instead of it.
package struct ClockReading: Hashable, Sendable {
    /// The server's wall clock when the picture's first bytes came.
    package var arrival: UTCTime
    /// The stream's own time of the picture, from an origin of the stream's choice.
    package var media: Duration
    /// What the camera's clock said, by RTCP sender reports; nil when the camera has not told its time.
    package var camera: UTCTime?
    /// Camera clock minus best estimate, as measured on this connection: ``camera`` − offset is the event's time.
    package var offset: Duration?
    /// How long ago the camera's clock was last compared; nil with ``camera``.
    package var offsetAge: Duration?

    package init(
        arrival: UTCTime, media: Duration, camera: UTCTime? = nil, offset: Duration? = nil, offsetAge: Duration? = nil
    ) {
        self.arrival = arrival
        self.media = media
        self.camera = camera
        self.offset = offset
        self.offsetAge = offsetAge
    }
}

/// Whether a time may be shown as checked against the camera's clock. Raw values are stored and never renumbered.
package enum TimeCheck: UInt8, CaseIterable, Sendable {
    /// The camera's clock agrees with the server's.
    case verified = 1
    /// The camera's clock is off by more than ``warningOffset``; its own overlay shows another time.
    case deviating = 2
    /// The camera tells no time, or one that is off by more than ``unverifiedOffset`` ("čas neověřen").
    case unverified = 3

    package static let warningOffset: Duration = .seconds(2)
    package static let unverifiedOffset: Duration = .seconds(60)

    /// The verdict on a measured offset; nil is an offset nobody measured.
    package init(offset: Duration?) {
        switch offset.map({ $0 < .zero ? .zero - $0 : $0 }) {
        case .some(...Self.warningOffset): self = .verified
        case .some(...Self.unverifiedOffset): self = .deviating
        default: self = .unverified
        }
    }
}
