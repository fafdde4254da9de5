internal import Logging
internal import MKDSCore
internal import Media
internal import OnvifDevice
internal import OnvifMetadata

/// Asks one camera's own services, again and again: its clock each minute, and its events where the stream does not
/// bring them. On a thread of its own, as every call waits for the camera.
struct DeviceLoop {
    private static let clockInterval: Duration = .seconds(60)
    private static let headingInterval: Duration = .seconds(5)
    /// How long a metadata track may be silent before events are fetched.
    private static let trackPatience: Duration = .seconds(60)
    private static let tellInterval: Duration = .seconds(3600)
    /// Reasons remembered as told.
    private static let reasonLimit = 32
    /// How often it is looked whether the track still talks.
    private static let lookInterval: Duration = .seconds(2)

    let camera: AssignedCamera
    let access: OnvifAccess
    let context: CaptureContext
    let recorder: OnvifRecorder
    let stop: StopFlag

    private var policy: ReconnectPolicy
    private let startedAt = ContinuousClock.now
    private var lastClock: ContinuousClock.Instant?
    private var lastHeading: ContinuousClock.Instant?
    /// Nil for a camera that does not move.
    private var presets: PresetMap?
    private var presetWatch: PresetWatch
    private var lastLogged: (topic: HealthTopic, at: ContinuousClock.Instant)?
    /// By the sentence.
    private var lastTold: [String: UTCTime] = [:]
    private var isIntroduced = false
    /// When this user was refused what is not needed for events; asking again and again would look like guessing.
    private var refusedAt: ContinuousClock.Instant?

    init(
        camera: AssignedCamera, access: OnvifAccess, context: CaptureContext, recorder: OnvifRecorder,
        stop: StopFlag
    ) {
        self.camera = camera
        self.access = access
        self.context = context
        self.recorder = recorder
        self.stop = stop
        presetWatch = PresetWatch(camera: camera.id)
        policy = ReconnectPolicy(seed: SeededGenerator(seedText: "onvif \(camera.id)"), scale: context.delayScale)
    }

    mutating func run() {
        while !stop.isRaised {
            let began = ContinuousClock.now
            do throws(DeviceError) {
                try serve()
            } catch {
                if error.isStop { return }
                complain(error)
                stop.wait(for: policy.delay(after: error.topic, lived: began.duration(to: .now)))
            }
        }
    }

    /// One acquaintance with the camera: lasts until a call fails or the stop flag is raised.
    private mutating func serve() throws(DeviceError) {
        guard let service = ServiceAddress(access.url) else { throw .badAddress }
        let client = try DeviceClient(
            .init(service: service, user: camera.user, password: camera.password, trust: camera.trust), stop: stop,
            now: context.now)
        try introduce(client)
        while !stop.isRaised {
            try look(client)
            if wantsEvents() {
                try fetch(client)
            } else {
                stop.wait(for: Self.lookInterval)
            }
        }
    }

    /// Clock and presets; maker, model and firmware, once, into the log. Some users may see events and nothing else.
    private mutating func introduce(_ client: DeviceClient) throws(DeviceError) {
        lastClock = nil
        try readClock(client)
        if let refusedAt, refusedAt.duration(to: .now) < Self.tellInterval { return }
        do throws(DeviceError) {
            try readPresets(client)
            try describeMaker(client)
        } catch {
            guard error.topic == .credentialsRefused else { throw error }
            refusedAt = .now
            // A wrong password is told when events are asked for; where they are not, it is told here.
            if !wantsEvents() { complain(error) }
        }
    }

    private mutating func readPresets(_ client: DeviceClient) throws(DeviceError) {
        do throws(DeviceError) {
            presets = try client.presets()
        } catch {
            guard error.topic == .unsupported else { throw error }
        }
    }

    private mutating func describeMaker(_ client: DeviceClient) throws(DeviceError) {
        guard !isIntroduced else { return }
        var maker = DeviceDescription()
        do throws(DeviceError) {
            try client.describeMaker(&maker)
        } catch {
            guard error.topic == .unsupported else { throw error }
            return
        }
        isIntroduced = true
        context.logger.info(
            "camera's services answer",
            metadata: [
                "camera": "\(camera.id)", "manufacturer": "\(maker.manufacturer)", "model": "\(maker.model)",
                "firmware": "\(maker.firmware)",
            ])
    }

    private mutating func readClock(_ client: DeviceClient) throws(DeviceError) {
        let now = ContinuousClock.now
        if let lastClock, lastClock.duration(to: now) < Self.clockInterval { return }
        lastClock = now
        do throws(DeviceError) {
            if let clock = try client.clock() { board.note(clock, at: .now) }
        } catch {
            guard error.topic == .unsupported else { throw error }
            // It may tell events all the same.
            complain(error)
        }
    }

    /// Reads clock and heading when they are due.
    private mutating func look(_ client: DeviceClient) throws(DeviceError) {
        try readClock(client)
        let now = ContinuousClock.now
        if let lastHeading, lastHeading.duration(to: now) < Self.headingInterval { return }
        lastHeading = now
        guard let map = presets else { return }
        do throws(DeviceError) {
            guard let heading = try client.heading(by: map) else { return }
            write(presetWatch.look(at: map.preset(at: heading), now: context.now()))
        } catch {
            guard error.topic == .unsupported || error.topic == .credentialsRefused else { throw error }
            presets = nil
        }
    }

    // MARK: - Events

    private func wantsEvents() -> Bool {
        switch access.events {
        case .off: false
        case .always: true
        case .auto: !isTrackTalking
        }
    }

    private var board: DeviceBoard { recorder.board }

    private var isTrackTalking: Bool {
        board.isTrackTalking(at: .now, since: startedAt, patience: Self.trackPatience)
    }

    /// Pulls until a call fails, the track talks or the stop flag is raised; then gives the subscription back.
    private mutating func fetch(_ client: DeviceClient) throws(DeviceError) {
        let point = try PullPoint(client)
        do throws(DeviceError) {
            try pull(point, client)
        } catch {
            // What the camera told last may change before it is asked again.
            if !isTrackTalking { write(recorder.connectionLost(at: context.now())) }
            give(point, back: error)
            throw error
        }
        give(point, back: nil)
    }

    private mutating func pull(_ point: PullPoint, _ client: DeviceClient) throws(DeviceError) {
        var pace = PullPace()
        var connections = board.connections
        recorder.connected(at: context.now())
        try point.synchronise()
        while !stop.isRaised, wantsEvents() {
            try look(client)
            if board.connections != connections {
                // The stream broke in between, which puts all states in doubt.
                connections = board.connections
                try point.synchronise()
            }
            let began = ContinuousClock.now
            let (document, count) = try point.pull()
            if count > 0 {
                let whole = AssembledDocument(xml: document, begun: .now)
                write(recorder.take(whole, at: context.now(), via: .pullPoint))
            }
            stop.wait(
                for: pace.pause(
                    count: count, byteCount: document.count, took: began.duration(to: .now), at: context.now()))
        }
    }

    /// After a fault the camera has most often forgotten the subscription; and one that does not answer is not asked.
    private func give(_ point: PullPoint, back error: DeviceError?) {
        guard error == nil || error?.isStop == true else { return }
        point.unsubscribe()
    }

    // MARK: - Records and log

    private func write(_ records: [JournalRecord]) {
        for record in records { context.record(record) }
    }

    private mutating func complain(_ error: DeviceError) {
        log(error)
        tell(error, at: context.now())
    }

    /// One health event per reason and hour.
    private mutating func tell(_ error: DeviceError, at now: UTCTime) {
        if let last = lastTold[error.detail], now - last < Self.tellInterval, now >= last { return }
        if lastTold.count >= Self.reasonLimit { lastTold = [:] }
        lastTold[error.detail] = now
        write([HealthTracker(camera: camera.id).moment(.servicesFailed, error.detail, at: now)])
    }

    /// One line per reason and ten minutes.
    private mutating func log(_ error: DeviceError) {
        let now = ContinuousClock.now
        if let lastLogged, lastLogged.topic == error.topic, lastLogged.at.duration(to: now) < .seconds(600) { return }
        lastLogged = (error.topic, now)
        context.logger.warning(
            "camera's services failed",
            metadata: [
                "camera": "\(camera.id)", "reason": "\(error.topic.rawValue)", "detail": "\(error.detail)",
                "underlying": "\(error.underlying)",
            ])
    }
}
