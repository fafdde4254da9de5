internal import Capture
internal import Glibc
internal import Linux
internal import MKDSCore
internal import Media
internal import Motion

/// Reads one input from beginning to end on the calling thread and analyses it, as a capture thread would.
final class TryRun {
    private let settings: MotionSettings
    private let limit: Duration?
    private let onEvent: (MotionEvent) -> Void
    private let onProgress: (Duration, Int) -> Void
    private let demuxer: Demuxer
    private let stop: StopFlag
    private let started: ContinuousClock.Instant
    private let cpuAtStart = cpuTime(CLOCK_PROCESS_CPUTIME_ID)
    private var clock: CameraClock
    private var sight = SightDetector()
    private var detector: MotionDetector
    private var tracker: MotionEventTracker
    private(set) var report: TryReport
    private var origin: Duration?
    private var lastKeyframe: Duration?
    private var lastSize: (Int, Int)?

    /// Opens the input; blocking.
    ///
    /// - Parameters:
    ///   - input: File or camera.
    ///   - settings: Of the detection.
    ///   - limit: Ends a file after that much clip time, a camera after that long.
    ///   - log: Takes what FFmpeg says.
    ///   - stop: Raised to end early.
    ///   - onEvent: Called for each event once it is over.
    ///   - onProgress: Called after each packet with the clip time and the number of events.
    /// - Throws: ``MediaError`` when it cannot be opened.
    init(
        _ input: MediaInput, settings: MotionSettings, limit: Duration?, log: LibraryLog = LibraryLog(), stop: StopFlag,
        onEvent: @escaping (MotionEvent) -> Void, onProgress: @escaping (Duration, Int) -> Void
    ) throws(MediaError) {
        started = .now
        demuxer = try Demuxer(input, codecs: input.kind == .file ? .file : .camera, log: log, stop: stop)
        clock = input.kind == .file ? CameraClock(fileStart: .now) : CameraClock()
        self.settings = settings
        self.limit = limit
        self.stop = stop
        self.onEvent = onEvent
        self.onProgress = onProgress
        detector = MotionDetector(settings: settings)
        tracker = MotionEventTracker(settings: settings, longestSpan: .seconds(600))
        report = TryReport(stream: demuxer.video)
        report.opened = started.duration(to: .now)
    }

    /// All streams the input offers.
    var tracks: [ProbeFacts.Track] { demuxer.tracks }

    /// Reads and analyses until the input ends, the limit is reached or the stop flag is raised.
    ///
    /// - Throws: ``MediaError``; ``report`` then still holds all that was found before.
    func run() throws(MediaError) {
        let decoder = try PictureDecoder(demuxer, picturesPerSecond: settings.picturesPerSecond)
        defer {
            finish(decoder)
            report.cpu = Self.cpuTime(CLOCK_PROCESS_CPUTIME_ID) - cpuAtStart
        }
        do throws(MediaError) {
            let deadline = ContinuousClock.now + (limit ?? .zero)
            while let facts = try demuxer.readVideo() {
                note(facts)
                time(facts)
                if let limit, isOver(limit, deadline) { return }
                try decoder.decode(facts, of: demuxer) { self.analyse($0) }
                onProgress(report.length, report.events.count)
            }
            try decoder.finish(demuxer) { self.analyse($0) }
        } catch {
            if !error.isStop { throw error }
        }
    }

    /// A camera's pace is the wall's; a camera whose clock leaps must not make the trial endless.
    private func isOver(_ limit: Duration, _ deadline: ContinuousClock.Instant) -> Bool {
        demuxer.kind == .file ? report.length >= limit : ContinuousClock.now >= deadline
    }

    private func finish(_ decoder: PictureDecoder) {
        report.decoded = decoder.decodedCount
        report.damaged = decoder.damagedCount
        report.clock = clock.source
        report.uncertainty = clock.uncertainty
        take(tracker.reset(.streamLost).map { [$0] } ?? [])
        if let lastSize {
            report.stream.width = Int32(clamping: lastSize.0)
            report.stream.height = Int32(clamping: lastSize.1)
        }
    }

    private func note(_ facts: PacketFacts) {
        // The clip time of a file is its own; a camera's times start anywhere.
        let origin = origin ?? (demuxer.kind == .file ? .zero : facts.time)
        self.origin = origin
        report.byteCount += facts.byteCount
        report.packetCount += 1
        report.length = max(report.length, facts.time - origin)
        guard facts.isKeyframe else { return }
        report.keyframes += 1
        if let lastKeyframe, facts.time > lastKeyframe, report.keyframeDistances.count < 10_000 {
            report.keyframeDistances.append(facts.time - lastKeyframe)
        }
        lastKeyframe = facts.time
    }

    private func time(_ facts: PacketFacts) {
        guard demuxer.kind != .file else { return }
        let arrival = UTCTime.now - facts.received.duration(to: .now)
        clock.observe(
            facts.time, arrival: arrival, elapsed: started.duration(to: facts.received),
            isAwaited: facts.isAwaited, camera: facts.cameraTime)
        report.reading = clock.reading(of: facts.time)
    }

    private func look(at luma: LumaView, _ picture: LumaPicture) {
        let changes = sight.look(
            at: luma, isKeyframe: picture.isKeyframe, time: clock.time(of: picture.time) ?? .now)
        for case .opened(let spell) in changes { report.troubles[spell.trouble, default: 0] += 1 }
        guard sight.lookCount > report.looks else { return }
        report.looks = sight.lookCount
        // All else can be told only of a scene that was watched for long.
        if let seen = sight.lastVerdict, seen == .dark || seen == .bright { report.troubles[seen, default: 0] += 1 }
    }

    private func analyse(_ picture: LumaPicture) {
        if report.firstPicture == nil { report.firstPicture = started.duration(to: .now) }
        guard let base = picture.luma.baseAddress,
            let luma = LumaView(base: base, width: picture.width, height: picture.height, stride: picture.stride)
        else { return }
        if let lastSize, lastSize != (picture.width, picture.height) { report.sizeChanges += 1 }
        lastSize = (picture.width, picture.height)
        let before = Self.cpuTime(CLOCK_THREAD_CPUTIME_ID)
        let sample = detector.analyse(luma, at: picture.time - (origin ?? .zero))
        report.motionCPU += Self.cpuTime(CLOCK_THREAD_CPUTIME_ID) - before
        report.analysed += 1
        look(at: luma, picture)
        if sample.suppression == .globalChange { report.globalChanges += 1 }
        take(tracker.consume(sample))
    }

    private func take(_ changes: [MotionEventChange]) {
        for case .closed(let event, _) in changes {
            report.events.append(event)
            onEvent(event)
        }
    }

    private static func cpuTime(_ clock: clockid_t) -> Duration {
        var time = timespec()
        clock_gettime(clock, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
