internal import MKDSCore

/// How one camera behaves: its clocks, its network, its faults.
package struct SimulatedCamera: Sendable {
    /// What happens to clocks and network at a moment, counted from PLAY.
    package enum Fault: Hashable, Sendable {
        /// The wall clock is set forward or back.
        case stepClock(Duration)
        /// The encoder starts again: new SSRC, higher sequence number and RTP timestamp; the wall clock is then off by this.
        case reboot(clockOffset: Duration, timestamp: UInt32)
        /// Sequence numbers jump back.
        case renumber
        case stopReports
        /// What every packet takes from now on.
        case delay(Duration)
        /// No more pictures are sent; reports and metadata go on.
        case muteVideo
    }

    package var name: String
    /// Wall clock minus truth in the beginning.
    package var clockOffset: Duration
    /// Drift of the wall clock, parts per million.
    package var clockDrift: Double
    /// Drift of the oscillator that makes RTP timestamps, parts per million.
    package var mediaDrift: Double
    package var firstTimestamp: UInt32
    /// Distance of RTCP sender reports; nil sends none.
    package var reportInterval: Duration?
    package var firstReport: Duration
    /// From taking a picture to its first bytes on the wire, and what comes on top at random.
    package var delay: Duration
    package var jitter: Duration
    package var faults: [(after: Duration, fault: Fault)]
    /// What it shows; nil: the simulator's clip.
    package var film: SimulatedClip?
    /// How far its film was when the simulator started: it runs on whether anybody looks or not, and a session joins it
    /// at a keyframe. Nil: each session sees the film from its beginning.
    package var filmStart: Duration?
    /// RTSP inside TLS, on a port of its own.
    package var isEncrypted: Bool
    /// Not overlapping, in order of time.
    package var episodes: [Episode]
    /// Sent beside the video to who asks for it; nil offers none.
    package var metadata: MetadataTrack?

    package init(
        name: String, clockOffset: Duration = .zero, clockDrift: Double = 0, mediaDrift: Double = 0,
        firstTimestamp: UInt32 = 3_000_000, reportInterval: Duration? = .seconds(1), firstReport: Duration = .zero,
        delay: Duration = .milliseconds(20), jitter: Duration = .zero,
        faults: [(after: Duration, fault: Fault)] = [], film: SimulatedClip? = nil, filmStart: Duration? = nil,
        isEncrypted: Bool = false, episodes: [Episode] = [],
        metadata: MetadataTrack? = nil
    ) {
        self.name = name
        self.clockOffset = clockOffset
        self.clockDrift = clockDrift
        self.mediaDrift = mediaDrift
        self.firstTimestamp = firstTimestamp
        self.reportInterval = reportInterval
        self.firstReport = firstReport
        self.delay = delay
        self.jitter = jitter
        self.faults = faults.sorted { $0.after < $1.after }
        self.film = film
        self.filmStart = filmStart
        self.isEncrypted = isEncrypted
        self.episodes = episodes.sorted { $0.span.lowerBound < $1.span.lowerBound }
        self.metadata = metadata
    }
}

/// The clocks of a simulated camera while it runs. Pure: the true time is handed in, counted from PLAY.
struct CameraClocks {
    private let camera: SimulatedCamera
    private let started: UTCTime
    private var steps: Duration
    private var base: UInt32
    private var mediaZero: Duration = .zero

    init(_ camera: SimulatedCamera, started: UTCTime) {
        self.camera = camera
        self.started = started
        steps = camera.clockOffset
        base = camera.firstTimestamp
    }

    /// What the camera's wall clock shows.
    ///
    /// - Parameters:
    ///   - elapsed: Since PLAY.
    ///   - step: By how much an episode sets it off at the moment.
    /// - Returns: The camera's time.
    func wall(at elapsed: Duration, step: Duration = .zero) -> UTCTime {
        started + elapsed + steps + step + elapsed * (camera.clockDrift / 1_000_000)
    }

    /// The RTP timestamp, 90 kHz, wrapping at 2^32.
    func timestamp(at elapsed: Duration) -> UInt32 {
        let seconds = (elapsed - mediaZero).inSeconds * (1 + camera.mediaDrift / 1_000_000)
        return base &+ UInt32(truncatingIfNeeded: Int64((seconds * 90_000).rounded()))
    }

    mutating func step(by change: Duration) { steps += change }

    mutating func reboot(at elapsed: Duration, clockOffset: Duration, base: UInt32) {
        steps = clockOffset
        self.base = base
        mediaZero = elapsed
    }
}
