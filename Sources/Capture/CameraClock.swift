package import MKDSCore

/// Puts media time on the wall clock and says how sure that is (docs/design/time.md). Pure: all times are handed in.
///
/// Arrivals bound the truth: a picture was taken before its first bytes came, and the promptest ones took no longer
/// than ``TransportDelay/unseen``. Within these bounds the camera's own clock, where it tells one, picks the point.
package struct CameraClock: Sendable {
    package static let settling: Duration = .seconds(10)
    /// Rounding of the stamps on the way.
    private static let rounding: Int64 = 1_000
    /// Media time that goes back by more than pictures are reordered has jumped, too.
    private static let largestReordering: Duration = .seconds(1)
    private static let arrivalsKept = 256

    private let fileStart: UTCTime?
    private let fileUncertainty: Duration?
    /// When a recorder's file was read.
    private let readAt: UTCTime?
    private let delay: TransportDelay
    private var bound: ArrivalBound?
    private var camera = CameraMapping()
    /// What the camera's device service told of its clock, and how long ago.
    private var device: (estimate: DeviceClockEstimate, age: Duration)?
    /// Of the last packet.
    private var now: Duration = .zero
    /// The wall clock minus the monotonic one at the last packet: what steps when somebody sets the server's clock.
    private var wall: Int64 = 0
    private var lastMedia: Duration?
    /// The last packets' media times and arrivals.
    private var arrivals: [(media: Duration, arrival: UTCTime)] = []
    private var nextArrival = 0

    /// The clock of a camera whose stream comes by a way that holds it back this long; it knows no time before the first
    /// packet.
    package init(delay: TransportDelay = .direct) {
        fileStart = nil
        fileUncertainty = nil
        readAt = nil
        self.delay = delay
    }

    /// The clock of a file whose time zero is `start`, for a recorder's file with what is known of that.
    package init(fileStart start: UTCTime, uncertainty: Duration? = nil, readAt: UTCTime? = nil) {
        fileStart = start
        fileUncertainty = uncertainty
        self.readAt = readAt
        delay = .direct
    }

    // MARK: - Observations

    /// Notes that the first bytes of a picture came.
    ///
    /// - Parameters:
    ///   - media: Its media time.
    ///   - arrival: The server's wall clock.
    ///   - elapsed: The server's monotonic clock since it turned to the camera.
    ///   - isAwaited: Nothing kept this server from noting it at once.
    ///   - told: What the camera's clock said of the picture, if it did.
    package mutating func observe(
        _ media: Duration, arrival: UTCTime, elapsed: Duration, isAwaited: Bool = true, camera told: UTCTime? = nil
    ) {
        guard fileStart == nil else { return }
        let jumped = isJump(to: media, elapsed: elapsed, isAwaited: isAwaited)
        now = max(now, elapsed)
        wall = arrival.microseconds - elapsed.inMicroseconds
        let difference = elapsed.inMicroseconds - media.inMicroseconds
        if jumped {
            camera.noteJump()
            bound = nil
            arrivals = []
            nextArrival = 0
        }
        if bound == nil { bound = ArrivalBound(first: difference, at: elapsed) }
        bound?.note(difference, at: elapsed, isAwaited: isAwaited)
        lastMedia = media
        keep(media, arrival)
        if let told, let bound {
            camera.note(
                told.microseconds - media.inMicroseconds, server: bound.prompt(at: now) + wall, at: elapsed)
        }
    }

    /// Whether media time jumps when a picture of this media time comes; ask before
    /// ``observe(_:arrival:elapsed:isAwaited:camera:)`` to finish with the old mapping what the jump ends. What lay ready
    /// is no jump however late it is: this server was too busy to read it.
    package func isJump(to media: Duration, elapsed: Duration, isAwaited: Bool = true) -> Bool {
        guard let bound, let lastMedia else { return false }
        let difference = elapsed.inMicroseconds - media.inMicroseconds
        if lastMedia - media > Self.largestReordering { return true }
        let deviation = difference - bound.prompt(at: max(now, elapsed))
        return isAwaited && deviation > delay.latest.inMicroseconds
            || deviation < -(isSettled ? delay.earliest : delay.latest).inMicroseconds
    }

    private mutating func keep(_ media: Duration, _ arrival: UTCTime) {
        if arrivals.count < Self.arrivalsKept {
            arrivals.append((media, arrival))
        } else {
            arrivals[nextArrival] = (media, arrival)
        }
        nextArrival = (nextArrival + 1) % Self.arrivalsKept
    }

    /// Notes what the camera's device service told of its clock. It moves no time: it is too coarse for that, and tells
    /// what a camera's clock shows that sends no sender reports.
    ///
    /// - Parameters:
    ///   - estimate: Nil when nothing was told of late.
    ///   - now: The moment of this call.
    package mutating func note(_ estimate: DeviceClockEstimate?, at now: ContinuousClock.Instant) {
        device = estimate.map { ($0, $0.age(at: now)) }
    }

    /// Half-width of the interval around the offset of ``reading(of:)``, as far as it must be allowed for: sender reports
    /// tell milliseconds, a device service whole seconds.
    package var offsetUncertainty: Duration {
        guard camera.value == nil, let device else { return .zero }
        return device.estimate.uncertainty + (uncertainty ?? .zero)
    }

    // MARK: - Answers

    /// What the times rest on.
    package var source: ClockSource {
        if fileStart != nil { return .file }
        return camera.value == nil ? .arrival : .rtcp
    }

    /// Whether enough was seen to tell a late beginning from a slow network or a busy server.
    package var isSettled: Bool { bound.map { $0.hasAwaited && now - $0.startedAt >= Self.settling } ?? false }

    /// The best estimate of when the picture of this media time was taken; nil before the first observation.
    package func time(of media: Duration) -> UTCTime? {
        if let fileStart { return fileStart + media }
        guard let bound else { return nil }
        return UTCTime(microseconds: media.inMicroseconds + wall + bound.prompt(at: now) - assumedDelay(bound))
    }

    /// Half-width of the interval around ``time(of:)`` that holds the truth. Nil for files whose relation to the
    /// world is unknown, and before the first observation.
    package var uncertainty: Duration? {
        guard let bound else { return fileUncertainty }
        var unseen = isSettled ? delay.unseen : delay.unseenAtFirst
        // Nothing came before the camera was turned to.
        if !bound.hasAwaited { unseen += bound.startedAt }
        let (prompt, assumed) = (bound.prompt(at: now), assumedDelay(bound))
        let before = prompt - assumed - (bound.earliest(at: now) - unseen.inMicroseconds)
        let after = bound.recent(at: now) - prompt + assumed
        return .microseconds(max(before, after) + Self.rounding)
    }

    /// What each clock says of the picture of this media time; nil before the first observation.
    package func reading(of media: Duration) -> ClockReading? {
        guard let time = time(of: media) else { return nil }
        var reading = ClockReading(
            arrival: readAt ?? arrival(of: media) ?? promptArrival(of: media) ?? time, media: media)
        if let value = camera.value, let heardAt = camera.heardAt {
            let told = UTCTime(microseconds: value + media.inMicroseconds)
            reading.camera = told
            reading.offset = told - time
            reading.offsetAge = max(.zero, now - heardAt)
        } else if let device, fileStart == nil {
            reading.camera = time + device.estimate.offset
            reading.offset = device.estimate.offset
            reading.offsetAge = device.age
        }
        return reading
    }

    /// The delay assumed of a prompt packet, microseconds: the one that makes the camera's clock right, as long as that
    /// is in the nearer half of what is possible; else the middle, where the interval is narrowest.
    private func assumedDelay(_ bound: ArrivalBound) -> Int64 {
        let middle = delay.unseen.inMicroseconds / 2
        guard let value = camera.value else { return middle }
        return min(abs(bound.prompt(at: now) + wall - value), middle)
    }

    /// When a prompt packet of this media time comes; for pictures so old that their arrival is forgotten.
    private func promptArrival(of media: Duration) -> UTCTime? {
        bound.map { UTCTime(microseconds: media.inMicroseconds + wall + $0.prompt(at: now)) }
    }

    private func arrival(of media: Duration) -> UTCTime? {
        guard !arrivals.isEmpty else { return nil }
        for back in 1...arrivals.count {
            let index = (nextArrival - back + Self.arrivalsKept) % Self.arrivalsKept
            if arrivals[index].media == media { return arrivals[index].arrival }
        }
        return nil
    }
}
