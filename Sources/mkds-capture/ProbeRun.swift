internal import Glibc
internal import Linux
internal import MKDSCore
internal import Media

/// Looks at one camera step by step, on the calling thread, and gathers what it sees; never throws: whatever goes wrong is
/// a fact.
final class ProbeRun {
    private static let connectPatience: Duration = .seconds(5)
    private static let handshakePatience: Duration = .seconds(5)

    private let order: ProbeOrder
    private let stop: StopFlag
    private let tell: (ProbeNotice) -> Void
    private let log = LibraryLog(keepsDescription: true)
    private var facts = ProbeFacts(time: .now)
    private var stage = ProbeStage.resolve
    private var memoryAtStart = 0.0

    /// - Parameters:
    ///   - order: What to look at.
    ///   - stop: Raised to end early.
    ///   - tell: Takes progress; called on the thread of ``run()``.
    init(_ order: ProbeOrder, stop: StopFlag, tell: @escaping (ProbeNotice) -> Void) {
        self.order = order
        self.stop = stop
        self.tell = tell
    }

    /// Blocks until all is known, the time is over or the stop flag is raised.
    func run() -> ProbeFacts {
        facts.hadLogin = order.user != nil || order.password != nil
        var input: MediaInput?
        do throws(MediaError) {
            let asked = try MediaInput(
                url: order.url, user: order.user, password: order.password, trust: order.trust)
            input = asked
            try watch(try approach(asked))
        } catch {
            facts.failure = ProbeFacts.Failure(stage: stage, reason: error.topic.rawValue, detail: error.detail)
        }
        facts.authentication = log.challenges
        if let input, !stop.isRaised { askDevice(input) }
        facts.time = .now
        return facts
    }

    /// The camera's ONVIF services, once it was found out that its account and certificate are the right ones: a wrong
    /// password is not tried twice, and nothing is said to somebody else.
    private func askDevice(_ input: MediaInput) {
        guard facts.reach?.connectMilliseconds != nil,
            ![HealthTopic.credentialsRefused.rawValue, HealthTopic.untrusted.rawValue].contains(facts.failure?.reason)
        else { return }
        enter(.device)
        facts.device = ProbeDevice.describe(input, order, pin: facts.certificate?.fingerprint, stop: stop)
    }

    // MARK: - Getting there

    /// Finds the camera and learns whom one speaks to.
    ///
    /// - Returns: The input to open: without login an encrypted camera that is not trusted yet may be looked at, by the
    ///   certificate it has just shown.
    private func approach(_ input: MediaInput) throws(MediaError) -> MediaInput {
        enter(.resolve)
        guard let reach = input.reach(patience: Self.connectPatience, stop: stop) else { return input }
        facts.reach = reach
        if stop.isRaised { throw .stopped }
        enter(.connect)
        if let trouble = reach.trouble { throw MediaError(.unreachable, Self.sentence(trouble)) }
        guard input.usesTLS, let address = reach.addresses.first else { return input }
        enter(.tls)
        let (certificate, refusal) = input.handshake(address: address, patience: Self.handshakePatience, stop: stop)
        facts.certificate = certificate
        if stop.isRaised { throw .stopped }
        guard let refusal else { return input }
        guard let certificate, order.trust == nil, !facts.hadLogin, refusal.topic == .untrusted else { throw refusal }
        return input.pinned(to: certificate.fingerprint)
    }

    private func enter(_ stage: ProbeStage) {
        self.stage = stage
        tell(ProbeNotice(stage: stage))
    }

    private static func sentence(_ trouble: ProbeFacts.Reach.Trouble) -> String {
        switch trouble {
        case .nameUnknown: "the camera's host name cannot be resolved"
        case .notAllowed: "the address lies outside the networks in which cameras may be"
        case .noRoute: "no route to the camera"
        case .refused: "connection refused: nothing listens on this port"
        case .silent: "the camera does not answer"
        }
    }

    // MARK: - Watching

    private func watch(_ input: MediaInput) throws(MediaError) {
        enter(.open)
        memoryAtStart = Self.peakMemory
        let limit = Duration.microseconds(Int64(min(max(order.seconds, 1), ProbeOrder.longest) * 1_000_000))
        var told = ContinuousClock.now
        let tell = tell
        let trial: TryRun
        do throws(MediaError) {
            trial = try TryRun(
                input, settings: order.motion, limit: limit, log: log, stop: stop, onEvent: { _ in },
                onProgress: { length, _ in
                    let now = ContinuousClock.now
                    guard told.duration(to: now) >= .milliseconds(500) else { return }
                    told = now
                    tell(ProbeNotice(stage: .watch, watched: length.inSeconds))
                })
        } catch {
            facts.tracks = log.sessionDescription.map(Demuxer.tracks(in:)) ?? []
            throw error
        }
        facts.tracks = trial.tracks
        enter(.watch)
        let began = ContinuousClock.now
        var failure: MediaError?
        do throws(MediaError) {
            try trial.run()
        } catch {
            failure = error
        }
        var report = trial.report
        // Media time of a camera may leap.
        if input.kind != .file { report.length = min(report.length, began.duration(to: .now)) }
        take(report)
        if let failure { throw failure }
        if trial.report.analysed == 0, !stop.isRaised {
            throw MediaError(.malformed, "packets arrive but no picture can be decoded from them")
        }
    }

    private func take(_ report: TryReport) {
        facts.video = video(report)
        facts.clock = ProbeFacts.Clock(
            source: report.clock, offsetMilliseconds: report.reading?.offset.map { $0.inSeconds * 1000 },
            uncertaintyMilliseconds: report.uncertainty.map { $0.inSeconds * 1000 })
        let seconds = report.length.inSeconds
        if report.analysed > 0, seconds >= 1 {
            facts.cost = ProbeFacts.Cost(
                cpuMilliseconds: report.cpu.inSeconds * 1000 / seconds,
                memoryMiB: max(0, Self.peakMemory - memoryAtStart), analysed: report.analysed)
        }
        let troubles = report.troubles.filter { trouble, count in
            trouble == .frozen || trouble == .looped || count * 2 > report.looks
        }
        facts.scene = ProbeFacts.Scene(
            troubles: troubles.keys.sorted { $0.rawValue < $1.rawValue }, motions: report.events.count)
    }

    private func video(_ report: TryReport) -> ProbeFacts.Video {
        var video = ProbeFacts.Video(codec: report.stream.codec)
        let seconds = report.length.inSeconds
        video.profile = report.stream.profile
        video.width = Int(report.stream.width)
        video.height = Int(report.stream.height)
        video.announcedRate = report.stream.frameRate > 0 ? Double(report.stream.frameRate) : nil
        video.packets = report.packetCount
        video.seconds = seconds
        if seconds > 0 {
            video.frameRate = Double(max(0, report.packetCount - 1)) / seconds
            video.bitRate = Double(report.byteCount) * 8 / seconds
        }
        let distances = report.keyframeDistances.map(\.inSeconds).sorted()
        video.keyframes = report.keyframes
        video.keyframeMedian = distances.isEmpty ? nil : distances[distances.count / 2]
        video.keyframeShortest = distances.first
        video.keyframeLongest = distances.last
        video.damaged = report.damaged
        video.missing = Int(clamping: log.missedPacketCount)
        video.sizeChanges = report.sizeChanges
        video.openMilliseconds = report.opened.inSeconds * 1000
        video.firstPictureMilliseconds = report.firstPicture.map { $0.inSeconds * 1000 }
        return video
    }

    /// Most memory the process ever had, MiB.
    private static var peakMemory: Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return Double(usage.ru_maxrss) / 1024
    }
}
