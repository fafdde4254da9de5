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
    private var shape: StreamShape?
    private var damaged = 0
    private var lastLogged: (topic: HealthTopic, at: ContinuousClock.Instant)?

    init(
        camera: AssignedCamera, context: CaptureContext, stop: StopFlag,
        update: @escaping ((inout CameraStatus) -> Void) -> Void
    ) {
        self.camera = camera
        self.context = context
        self.stop = stop
        self.update = update
        policy = ReconnectPolicy(seed: SeededGenerator(seedText: camera.id.rawValue), scale: context.delayScale)
        health = HealthTracker(camera: camera.id)
    }

    mutating func run() {
        while !stop.isRaised {
            setState(.connecting)
            do throws(MediaError) {
                let lived = try watchOnce()
                switch lived {
                case .finished: return finish()
                case .failed(let error, let lived): wait(after: error, lived: lived)
                }
            } catch {
                if error.isStop { break }
                wait(after: error, lived: .zero)
            }
        }
        write(health.finish(at: context.now(), .withdrawn))
    }

    // MARK: - One connection

    private enum Outcome {
        case finished
        case failed(MediaError, lived: Duration)
    }

    /// Opens the camera and reads it to the end. Throws when it cannot be opened or is stopped.
    private mutating func watchOnce() throws(MediaError) -> Outcome {
        let input = try MediaInput(url: camera.url, user: camera.user, password: camera.password)
        let earlierDamage = damaged
        var live = false
        let session = try CameraSession(
            camera, input: input, context: context, health: health, shape: shape, log: log, stop: stop,
            publish: { [update, log] run, damaged in
                update { status in
                    if !live {
                        status.state = .live
                        status.since = run.firstPacket
                        status.reason = nil
                        status.detail = nil
                    }
                    status.codec = run.codec
                    status.width = run.width
                    status.height = run.height
                    status.frameRate = run.frameRate
                    status.bitRate = run.bitRate
                    status.lastPacket = run.lastPacket
                    status.damaged = earlierDamage + damaged + Int(clamping: log.missedPacketCount)
                }
                live = true
            })
        logOpened(session)
        defer {
            health = session.health
            shape = session.shape
            damaged += session.damagedCount
            logComplaints()
        }
        do throws(MediaError) {
            try session.run()
            return .finished
        } catch {
            if error.isStop { throw error }
            if input.kind == .file, error.topic == .ended {
                // Reading it again would only repeat its events.
                context.record(session.health.moment(.ended, error.detail, at: context.now()))
                context.logger.warning(
                    "a file is cut short", metadata: ["camera": "\(camera.id)", "detail": "\(error.detail)"])
                update {
                    $0.reason = HealthTopic.ended.rawValue; $0.detail = error.detail
                }
                return .finished
            }
            return .failed(error, lived: session.lived)
        }
    }

    private mutating func finish() {
        write(health.finish(at: context.now(), .over))
        setState(.finished)
        context.logger.info("file finished", metadata: ["camera": "\(camera.id)"])
    }

    /// Records the failure and sits out the delay.
    private mutating func wait(after error: MediaError, lived: Duration) {
        let now = context.now()
        write(health.failed(error.topic, error.detail, at: now))
        let delay = policy.delay(after: error.topic, lived: lived)
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
        stop.wait(for: delay)
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
