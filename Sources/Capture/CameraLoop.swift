internal import Logging
internal import MKDSCore
internal import Media

/// Connect, read, fail, wait, again: what a camera's thread does until it is stopped or its file has ended.
struct CameraLoop {
    private let camera: AssignedCamera
    private let context: CaptureContext
    private let stop: StopFlag
    /// Changes the published status under its lock.
    private let update: ((inout CameraStatus) -> Void) -> Void

    private let log = LibraryLog()
    private var policy: ReconnectPolicy
    private var health: HealthTracker
    private var clockWatch: ClockWatch
    private let sight: SightWatch
    private let onvif: OnvifRecorder
    private var streams = StreamWatch()
    private var damaged = 0
    private var lastLogged: (topic: HealthTopic, at: ContinuousClock.Instant)?

    init(
        camera: AssignedCamera, context: CaptureContext, health: HealthTracker, stop: StopFlag,
        update: @escaping ((inout CameraStatus) -> Void) -> Void
    ) {
        self.camera = camera
        self.context = context
        self.stop = stop
        self.update = update
        policy = ReconnectPolicy(seed: SeededGenerator(seedText: camera.id.rawValue), scale: context.delayScale)
        self.health = health
        clockWatch = ClockWatch(camera: camera.id)
        sight = SightWatch(camera: camera.id, settings: camera.motion)
        onvif = OnvifRecorder(camera: camera.id, longestEvent: context.longestEvent)
    }

    mutating func run() {
        let services = camera.onvif.map { DeviceThread(camera, access: $0, context: context, recorder: onvif) }
        let isFinished = watch()
        let reason: EndReason = isFinished ? .over : .withdrawn
        // First, since the thread of the services may hang in the name resolver.
        write(health.finish(at: context.now(), reason))
        write(clockWatch.finish(at: context.now()))
        services?.end(within: .seconds(3))
        write(onvif.finish(reason))
        guard isFinished else { return }
        setState(.finished)
        context.logger.info("file finished", metadata: ["camera": "\(camera.id)"])
    }

    /// Watches the camera until it is stopped; true when a file has come to its end before.
    private mutating func watch() -> Bool {
        while !stop.isRaised {
            setState(.connecting)
            let started = ContinuousClock.now
            do throws(MediaError) {
                switch try watchOnce() {
                case .finished: return true
                case .failed(let error, let lived): wait(after: error, lived: lived, since: started)
                }
            } catch {
                if error.isStop { break }
                wait(after: error, lived: .zero, since: started)
            }
        }
        return false
    }

    /// Reports that the camera crashed the process too often to be opened, until it is stopped.
    mutating func sitOut() {
        let detail =
            "the capture process crashed three times while it read this camera; it is tried again after "
            + "a reload of mkdsd or an import into the register"
        context.logger.error("a camera is in quarantine", metadata: ["camera": "\(camera.id)"])
        sitOut(.quarantined, detail)
    }

    /// Reports why the camera is not opened, until it is stopped.
    mutating func sitOut(_ topic: HealthTopic, _ detail: String) {
        let now = context.now()
        write(health.failed(topic, detail, at: now))
        update { status in
            status.state = .waiting
            status.since = now
            status.reason = topic.rawValue
            status.detail = detail
        }
        while !stop.wait(for: .seconds(3600)) {}
        write(health.finish(at: context.now(), .withdrawn))
    }

    // MARK: - One connection

    private enum Outcome {
        case finished
        case failed(MediaError, lived: Duration)
    }

    /// Opens the camera and reads it to the end. Throws when it cannot be opened or is stopped.
    private mutating func watchOnce() throws(MediaError) -> Outcome {
        let input = try MediaInput(
            url: camera.url, user: camera.user, password: camera.password, trust: camera.trust)
        let earlierDamage = damaged
        var live = false
        let session = try CameraSession(
            camera, input: input, context: context, health: health, clockWatch: clockWatch, sight: sight,
            onvif: onvif, streams: streams, log: log, stop: stop,
            publish: { [update, log, onvif] run, damaged in
                // Before the status is locked: the device's thread may hold this for a whole document, and the report
                // must not wait for that.
                let metadata = onvif.status
                update { status in
                    if !live {
                        status.state = .live
                        status.since = run.firstPacket
                        status.reason = nil
                        status.detail = nil
                    }
                    status.take(run)
                    status.metadata = metadata.documents > 0 || metadata.trouble != nil ? metadata : nil
                    status.damaged = earlierDamage + damaged + Int(clamping: log.missedPacketCount)
                }
                live = true
            })
        logOpened(session)
        defer {
            health = session.health
            clockWatch = session.clockWatch
            streams = session.streams
            damaged += session.damagedCount
            logComplaints()
        }
        do throws(MediaError) {
            try session.run()
            return .finished
        } catch {
            if error.isStop { throw error }
            if input.kind == .file, error.topic == .ended || session.lived > .zero {
                // Reading it again would only repeat its events.
                context.record(session.health.moment(error.topic, error.detail, at: context.now()))
                context.logger.warning(
                    "a file could not be read to its end",
                    metadata: ["camera": "\(camera.id)", "detail": "\(error.detail)"])
                update {
                    $0.reason = error.topic.rawValue; $0.detail = error.detail
                }
                return .finished
            }
            return .failed(error, lived: session.lived)
        }
    }

    /// Records the failure and sits out the delay.
    private mutating func wait(after error: MediaError, lived: Duration, since started: ContinuousClock.Instant) {
        let now = context.now()
        write(health.failed(error.topic, error.detail, at: now))
        let took = lived == .zero ? started.duration(to: .now) : .zero
        let delay = policy.delay(after: error.topic, lived: lived, took: took)
        update { status in
            if status.state != .waiting {
                status.state = .waiting
                status.since = now
            }
            status.reason = error.topic.rawValue
            status.detail = error.detail
            status.reconnects += 1
        }
        logFailure(error, delay: delay)
        // Not at the end of the delay only, which may be minutes.
        let deadline = ContinuousClock.now + delay
        while !stop.isRaised, ContinuousClock.now < deadline {
            stop.wait(for: min(.seconds(1), ContinuousClock.now.duration(to: deadline)))
            write(onvif.tick(at: context.now()))
        }
    }

    // MARK: - Records, status, log

    private func write(_ records: [JournalRecord]) {
        for record in records { context.record(record) }
    }

    /// A camera that fails again and again stays "waiting" in the report: "connecting" only for the first try.
    private func setState(_ state: CameraStatus.State) {
        let now = context.now()
        update { status in
            if state == .connecting, status.state == .waiting { return }
            if status.state != state { status.since = now }
            status.state = state
        }
    }

    private func logOpened(_ session: CameraSession) {
        let video = session.video
        context.logger.info(
            "camera opened",
            metadata: [
                "camera": "\(camera.id)", "codec": "\(video.codec)", "width": "\(video.width)",
                "height": "\(video.height)",
            ])
        if !session.leftoverOptions.isEmpty {
            context.logger.warning(
                "FFmpeg does not know options",
                metadata: ["camera": "\(camera.id)", "options": "\(session.leftoverOptions.joined(separator: " "))"])
        }
    }

    /// One line per reason and ten minutes.
    private mutating func logFailure(_ error: MediaError, delay: Duration) {
        let now = ContinuousClock.now
        if let lastLogged, lastLogged.topic == error.topic, lastLogged.at.duration(to: now) < .seconds(600) { return }
        lastLogged = (error.topic, now)
        context.logger.warning(
            "camera failed",
            metadata: [
                "camera": "\(camera.id)", "reason": "\(error.topic.rawValue)", "detail": "\(error.detail)",
                "underlying": "\(error.underlying)", "next_try_s": "\(Int(delay.inSeconds.rounded(.up)))",
            ])
    }

    private func logComplaints() {
        guard let line = log.takeLine() else { return }
        context.logger.debug(
            "FFmpeg complains",
            metadata: ["camera": "\(camera.id)", "line": "\(line)", "lines": "\(log.lineCount)"])
    }
}
