internal import Bitstream
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
    private let picturePatience: Duration
    /// A file's times may step that far before they count as leaping.
    private static let largestFileStep: Duration = .seconds(10)

    private let camera: AssignedCamera
    private let context: CaptureContext
    private let stop: StopFlag
    private let demuxer: Demuxer
    private let decoder: PictureDecoder
    /// A file that is read at its own pace.
    private let isPaced: Bool
    private let publish: (StreamRun, _ damaged: Int) -> Void
    private let sight: SightWatch
    /// Nil where nobody wants the camera's own words: files of a recorder tell none.
    private let onvif: OnvifWatch?
    private let log: LibraryLog

    private let bitstream: BitstreamReader?
    private var facts: StreamFacts?
    private var clock: CameraClock
    private var detector: MotionDetector
    private var tracker: MotionEventTracker
    private var motion: MotionRecorder
    private(set) var health: HealthTracker
    private(set) var clockWatch: ClockWatch
    private var lastClockCheck: ContinuousClock.Instant?
    private(set) var streams: StreamWatch
    private var shapeIsOfThisRun = false
    private var profileIsOfThisRun = false
    /// What the newest keyframe's own parameter set says.
    private var announced: SequenceParameters?
    private let startedAt = ContinuousClock.now
    /// When the picture of media time zero of a file is due.
    private var fileZero = ContinuousClock.now
    private var lastPicture: ContinuousClock.Instant?
    private var decodedCount = 0
    private var lastPublished: ContinuousClock.Instant?
    private var jumpLines = LogPace()
    private var changeLines = LogPace()

    /// Opens the camera; blocks until it answers or the deadline passes. With `recording` the input is a recorder's file:
    /// it is read without waiting, by the clock made of what its container says.
    init(
        _ camera: AssignedCamera, input: MediaInput, context: CaptureContext, health: HealthTracker,
        clockWatch: ClockWatch, sight: SightWatch, onvif: OnvifRecorder?, streams: StreamWatch, log: LibraryLog,
        stop: StopFlag,
        recording: ((_ created: UTCTime?, _ length: Duration) -> CameraClock)? = nil,
        publish: @escaping (StreamRun, _ damaged: Int) -> Void
    ) throws(MediaError) {
        self.camera = camera
        self.context = context
        self.stop = stop
        self.health = health
        self.clockWatch = clockWatch
        self.sight = sight
        self.onvif = onvif.map { OnvifWatch($0, at: context.now()) }
        self.log = log
        self.streams = streams
        self.publish = publish
        demuxer = try Demuxer(input, deadlines: context.deadlines, log: log, stop: stop)
        // Where few pictures are wanted, few are decoded: the longest distance asked for is ten seconds.
        picturePatience = .seconds(max(10, 3 / camera.motion.picturesPerSecond))
        bitstream = demuxer.withDescription { [codec = demuxer.video.codec] in
            BitstreamReader(codec: codec, description: $0)
        }
        decoder = try PictureDecoder(demuxer, picturesPerSecond: camera.motion.picturesPerSecond)
        isPaced = input.kind == .file && recording == nil
        clock =
            recording?(demuxer.creationTime, demuxer.length)
            ?? (input.kind == .file
                ? CameraClock(fileStart: context.now()) : CameraClock(delay: TransportDelay(of: input.kind)))
        detector = MotionDetector(settings: camera.motion)
        tracker = MotionEventTracker(settings: camera.motion, longestSpan: context.longestEvent)
        motion = MotionRecorder(camera: camera.id)
    }

    var video: VideoStream { demuxer.video }
    var length: Duration { demuxer.length }
    var leftoverOptions: [String] { demuxer.leftoverOptions }
    var damagedCount: Int { decoder.damagedCount }
    /// How long pictures have come over this connection.
    var lived: Duration { lastPicture.map { startedAt.duration(to: $0) } ?? .zero }

    /// Reads until the stream ends, fails or is stopped, and closes what was open then.
    ///
    /// - Throws: ``MediaError``; returning means that a file came to its proper end.
    func run() throws(MediaError) {
        let hasTrack = demuxer.metadataKinds.contains(.onvif)
        write(onvif?.note(hasTrack: hasTrack, refusal: demuxer.metadataRefusal, at: context.now()) ?? [])
        do throws(MediaError) {
            while let packet = try demuxer.read() {
                switch packet {
                case .video(let facts): try take(facts)
                case .metadata(let facts): take(facts)
                }
            }
            try decoder.finish(demuxer) { self.look(at: $0) }
        } catch {
            close(error.isStop ? .withdrawn : .streamLost, run: error.isStop ? .withdrawn : .streamLost)
            throw error
        }
        close(.streamLost, run: .over)
    }

    // MARK: - Packets

    private func take(_ packet: PacketFacts) throws(MediaError) {
        if isPaced { try waitUntilDue(packet) }
        let now = context.now()
        let arrival = note(packet, at: now)
        let contents = bitstream.map { reader in demuxer.withBytes { reader.read($0) } } ?? PacketContents()
        if packet.isKeyframe { announced = contents.parameters }
        if facts == nil { facts = newFacts(from: arrival) }
        noteProfile(contents, of: packet, at: arrival)
        if let sample = facts?.note(packet, contents: contents, arrival: arrival, missed: log.missedPacketCount) {
            context.record(.sample(sample))
            tell(streams.note(sample), of: packet.time)
        }
        facts?.note(clock)
        try decoder.decode(packet, of: demuxer) { self.look(at: $0) }
        try checkPictures(at: now)
        write(
            sight.note(
                missedPackets: log.missedPacketCount, hiddenPictures: decoder.hiddenCount, media: packet.time,
                by: clock))
        let size = (facts?.current.width ?? 0, facts?.current.height ?? 0)
        write(onvif?.tell(clock, media: packet.time, size: size, at: now) ?? [])
        publishFacts()
    }

    // MARK: - What comes beside the pictures

    private func take(_ packet: MetadataFacts) {
        switch packet.kind {
        case .klv:
            guard let set = demuxer.withBytes({ KeyLengthValue($0) }) else { return }
            facts?.note(set, at: packet.time ?? startedAt.duration(to: packet.received))
        case .onvif:
            let now = context.now()
            write(demuxer.withBytes { onvif?.take($0, received: packet.received, at: now) } ?? [])
        }
    }

    private func write(_ records: [JournalRecord]) {
        for record in records { context.record(record) }
    }

    /// Gives the clock what came with a packet.
    ///
    /// - Returns: When its first bytes came; of a file, when they would have.
    private func note(_ packet: PacketFacts, at now: UTCTime) -> UTCTime {
        if clock.source == .file { return clock.time(of: packet.time) ?? now }
        let instant = ContinuousClock.now
        let arrival = now - packet.received.duration(to: instant)
        let elapsed = startedAt.duration(to: packet.received)
        if clock.isJump(to: packet.time, elapsed: elapsed, isAwaited: packet.isAwaited) {
            // Nothing may be subtracted across the jump; what is open is closed by the mapping it was opened with.
            facts?.noteJump()
            record(tracker.reset(.streamLost))
            warn("media time jumped", &jumpLines)
        }
        clock.observe(
            packet.time, arrival: arrival, elapsed: elapsed, isAwaited: packet.isAwaited, camera: packet.cameraTime)
        if clock.isSettled, lastClockCheck.map({ $0.duration(to: instant) >= .seconds(1) }) ?? true {
            lastClockCheck = instant
            clock.note(onvif?.deviceClock(at: instant), at: instant)
            let reading = clock.reading(of: packet.time)
            write(reading.map { clockWatch.update($0, at: now, uncertainty: clock.offsetUncertainty) } ?? [])
        }
        return arrival
    }

    /// Reads a file at its own pace. Where its times leap, or reading fell far behind, the pace begins anew: a leap is
    /// not sat out, and nothing is read in a rush.
    private func waitUntilDue(_ packet: PacketFacts) throws(MediaError) {
        var wait = ContinuousClock.now.duration(to: fileZero + packet.time)
        if wait > Self.largestFileStep || wait < .zero - Self.largestFileStep {
            fileZero = .now - packet.time
            wait = .zero
        }
        if stop.wait(for: wait) { throw .stopped }
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
        let patience = lastPicture == nil ? Self.firstPicturePatience : picturePatience
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
        let time = clock.time(of: picture.time) ?? context.now()
        noteShape(of: picture, at: time)
        if let run = facts?.revise(at: time) { context.record(.run(run)) }
        guard let base = picture.luma.baseAddress,
            let view = LumaView(base: base, width: picture.width, height: picture.height, stride: picture.stride)
        else { return }
        for change in tracker.consume(detector.analyse(view, at: picture.time)) { record(change) }
        write(sight.look(at: view, isKeyframe: picture.isKeyframe, media: picture.time, time: time, by: clock))
    }

    /// Another codec or size is another run.
    private func noteShape(of picture: LumaPicture, at time: UTCTime) {
        let seen = StreamShape(codec: video.codec, width: picture.width, height: picture.height)
        let announced = picture.isKeyframe ? announced.map { ($0.width, $0.height) } : nil
        switch streams.note(seen, announced: announced, at: context.now()) {
        case .doubtful: return
        case .same: break
        case .new(let changes):
            tell(changes, of: picture.time)
            if !changes.isEmpty, shapeIsOfThisRun { beginRun(at: time) }
        }
        shapeIsOfThisRun = true
        facts?.noteSize(width: seen.width, height: seen.height)
        let details = facts?.current.details
        let changes = [
            streams.note(signing: details?.signing, at: time),
            details.flatMap { streams.note(metadata: $0.metadata, at: time) },
        ]
        tell(changes.compactMap(\.self), of: picture.time)
    }

    /// So is another profile, unless this run has shown no other.
    private func noteProfile(_ contents: PacketContents, of packet: PacketFacts, at time: UTCTime) {
        guard let profile = contents.parameters?.profile else { return }
        if let change = streams.note(profile: profile, at: time) {
            tell([change], of: packet.time)
            if profileIsOfThisRun { beginRun(at: time) }
        }
        if profile == streams.settledProfile {
            profileIsOfThisRun = true
            facts?.noteProfile(profile)
        }
    }

    private func newFacts(from time: UTCTime) -> StreamFacts {
        StreamFacts(
            camera: camera.id, video: video, firstPacket: time, clock: clock.source,
            metadata: demuxer.metadataKinds.map(\.format))
    }

    private func beginRun(at time: UTCTime) {
        closeRun(.over)
        facts = newFacts(from: time)
        if profileIsOfThisRun, let profile = streams.settledProfile { facts?.noteProfile(profile) }
    }

    /// Tells of what the packet or picture of this media time showed.
    private func tell(_ changes: [StreamChange], of media: Duration) {
        guard let sentence = StreamChange.sentence(changes) else { return }
        context.record(health.moment(.streamChanged, sentence, media: media, by: clock, at: context.now()))
        warn("stream changed", &changeLines, ["change": "\(sentence)"])
    }

    /// What may come with every packet is logged once a minute.
    private func warn(_ message: Logger.Message, _ pace: inout LogPace, _ details: Logger.Metadata = [:]) {
        guard let count = pace.admit(at: .now) else { return }
        let metadata: Logger.Metadata = ["camera": "\(camera.id)", "times": "\(count)"]
        context.logger.warning(message, metadata: metadata.merging(details) { first, _ in first })
    }

    // MARK: - Records

    private func record(_ change: MotionEventChange?) {
        guard let change, let event = motion.record(change, clock: clock) else { return }
        context.record(.event(event))
    }

    private func close(_ reason: EndReason, run: EndReason) {
        record(tracker.reset(reason))
        write(onvif?.close(reason, at: context.now()) ?? [])
        write(sight.close(reason))
        closeRun(run)
    }

    private func closeRun(_ reason: EndReason) {
        if let sample = facts?.closeSample() { context.record(.sample(sample)) }
        guard let last = facts?.close(reason) else { return }
        publish(last, decoder.damagedCount)
        context.record(.run(last))
    }
}

extension MetadataKind {
    /// The kind as a run tells it.
    fileprivate var format: MetadataFormat {
        switch self {
        case .onvif: .onvif
        case .klv: .klv
        }
    }
}
