internal import Logging
internal import MKDSCore
internal import Media
internal import Motion

/// One connection to one camera, from opening to its end, on the camera's thread.
///
/// Packets go through the clock, the facts and the decoder; pictures through the motion detector; what follows goes to
/// the journal as it happens.
final class CameraSession {
    /// Pictures must come out of packets within this time, else the stream counts as broken; the first picture may have
    /// to wait for a keyframe of a long GOP.
    private static let firstPicturePatience: Duration = .seconds(30)
    private static let picturePatience: Duration = .seconds(10)

    private let camera: AssignedCamera
    private let context: CaptureContext
    private let stop: StopFlag
    private let demuxer: Demuxer
    private let decoder: PictureDecoder
    private let publish: (StreamRun, _ damaged: Int) -> Void

    private var facts: StreamFacts?
    private var clock: MediaClock
    private var detector: MotionDetector
    private var tracker: MotionEventTracker
    private var motion: MotionRecorder
    private(set) var health: HealthTracker
    /// Shape of the last pictures of this camera, of an earlier connection too.
    private(set) var shape: StreamShape?
    private var previousShape: StreamShape?
    private var shapeIsOfThisRun = false
    private let startedAt = ContinuousClock.now
    private var lastPicture: ContinuousClock.Instant?
    private var decodedCount = 0
    private var lastPublished: ContinuousClock.Instant?

    /// Opens the camera; blocks until it answers or the deadline passes.
    init(
        _ camera: AssignedCamera, input: MediaInput, context: CaptureContext, health: HealthTracker,
        shape: StreamShape?, log: LibraryLog, stop: StopFlag, publish: @escaping (StreamRun, _ damaged: Int) -> Void
    ) throws(MediaError) {
        self.camera = camera
        self.context = context
        self.stop = stop
        self.health = health
        self.shape = shape
        self.publish = publish
        demuxer = try Demuxer(input, deadlines: context.deadlines, log: log, stop: stop)
        decoder = try PictureDecoder(demuxer, picturesPerSecond: camera.motion.picturesPerSecond)
        clock = input.kind == .file ? MediaClock(fileStart: context.now()) : MediaClock()
        detector = MotionDetector(settings: camera.motion)
        tracker = MotionEventTracker(settings: camera.motion, longestSpan: context.longestEvent)
        motion = MotionRecorder(camera: camera.id)
    }

    var video: VideoStream { demuxer.video }
    var leftoverOptions: [String] { demuxer.leftoverOptions }
    var damagedCount: Int { decoder.damagedCount }
    /// How long pictures have come over this connection.
    var lived: Duration { lastPicture.map { startedAt.duration(to: $0) } ?? .zero }

    /// Reads until the stream ends, fails or is stopped, and closes what was open then.
    ///
    /// - Throws: ``MediaError``; returning means that a file came to its proper end.
    func run() throws(MediaError) {
        do throws(MediaError) {
            while let packet = try demuxer.read() { try take(packet) }
            try decoder.finish(demuxer) { self.look(at: $0) }
        } catch {
            close(error.isStop ? .withdrawn : .streamLost, run: error.isStop ? .withdrawn : .streamLost)
            throw error
        }
        close(.streamLost, run: .over)
    }

    // MARK: - Packets

    private func take(_ packet: PacketFacts) throws(MediaError) {
        if demuxer.kind == .file {
            let wait = ContinuousClock.now.duration(to: startedAt + packet.time)
            if stop.wait(for: min(wait, .seconds(10))) { throw .stopped }
        }
        let now = context.now()
        let arrival = clock.source == .file ? clock.time(of: packet.time) ?? now : now
        if clock.observe(packet.time, arrival: arrival) {
            // Nothing may be subtracted across the jump.
            facts?.noteJump()
            record(tracker.reset(.streamLost))
            context.logger.warning("media time jumped", metadata: ["camera": "\(camera.id)"])
        }
        if facts == nil {
            facts = StreamFacts(camera: camera.id, video: video, firstPacket: arrival, clock: clock.source)
        }
        facts?.note(packet, arrival: arrival)
        try decoder.decode(packet, of: demuxer) { self.look(at: $0) }
        try checkPictures(at: now)
        publishFacts()
    }

    /// Packets that never become pictures are no stream.
    private func checkPictures(at now: UTCTime) throws(MediaError) {
        if decoder.decodedCount > decodedCount {
            decodedCount = decoder.decodedCount
            lastPicture = .now
            for record in health.picture(at: now) { context.record(record) }
            return
        }
        let since = lastPicture ?? startedAt
        let patience = lastPicture == nil ? Self.firstPicturePatience : Self.picturePatience
        // MJPEG pictures that are not wanted are not decoded, and need no proof.
        guard since.duration(to: .now) > patience else { return }
        throw MediaError(.malformed, "packets arrive but no picture can be decoded from them")
    }

    private func publishFacts() {
        guard let facts else { return }
        let now = ContinuousClock.now
        if let lastPublished, lastPublished.duration(to: now) < .milliseconds(500) { return }
        lastPublished = now
        publish(facts.current, decoder.damagedCount)
    }

    // MARK: - Pictures

    private func look(at picture: LumaPicture) {
        noteShape(of: picture)
        let time = clock.time(of: picture.time) ?? context.now()
        if let run = facts?.revise(at: time) { context.record(.run(run)) }
        guard let base = picture.luma.baseAddress,
            let view = LumaView(base: base, width: picture.width, height: picture.height, stride: picture.stride)
        else { return }
        for change in tracker.consume(detector.analyse(view, at: picture.time)) { record(change) }
    }

    /// A new size counts once two pictures in a row have it: corrupt data gives absurd ones.
    private func noteShape(of picture: LumaPicture) {
        let seen = StreamShape(codec: video.codec, width: picture.width, height: picture.height)
        defer { previousShape = seen }
        if seen == shape {
            shapeIsOfThisRun = true
            facts?.noteSize(width: seen.width, height: seen.height)
            return
        }
        guard shape == nil || seen == previousShape else { return }
        let time = clock.time(of: picture.time) ?? context.now()
        if let change = shape?.change(to: seen) {
            context.record(health.moment(.streamChanged, change, at: time))
            context.logger.warning("stream changed", metadata: ["camera": "\(camera.id)", "change": "\(change)"])
            if shapeIsOfThisRun, let last = facts?.close(.over) {
                context.record(.run(last))
                facts = StreamFacts(camera: camera.id, video: video, firstPacket: time, clock: clock.source)
            }
        }
        shape = seen
        shapeIsOfThisRun = true
        facts?.noteSize(width: seen.width, height: seen.height)
    }

    // MARK: - Records

    private func record(_ change: MotionEventChange?) {
        guard let change, let event = motion.record(change, clock: clock) else { return }
        context.record(.event(event))
    }

    private func close(_ reason: EndReason, run: EndReason) {
        record(tracker.reset(reason))
        if let last = facts?.close(run) {
            publish(last, decoder.damagedCount)
            context.record(.run(last))
        }
    }
}
