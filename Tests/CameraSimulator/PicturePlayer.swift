internal import Glibc
internal import Linux
internal import MKDSCore
internal import NIOCore

/// Sends the pictures of one session at their pace, with the clocks, the network and the troubles of its camera.
final class PicturePlayer {
    private let camera: SimulatedCamera
    private let clip: SimulatedClip
    private let context: ChannelHandlerContext
    private let time: SimulatorTime
    private let board: TroubleBoard
    private let counts: PictureCounts
    /// When PLAY came, and when picture 0 was or would have been taken, since the simulator's start.
    private let begun: Duration
    private let origin: Duration
    private var clocks: CameraClocks
    private var sender: RTPSender
    private var metadata: MetadataSender?
    private var random: SeededGenerator
    private var faults: ArraySlice<(after: Duration, fault: SimulatedCamera.Fault)>
    private var delay: Duration
    private var isVideoMuted = false
    /// What a stall has kept back of a picture that was on its way.
    private var held: ByteBuffer?
    private var nextReport: Duration?
    private var lastDue: Duration = .zero
    /// The film that is shown now; it changes with a keyframe.
    private var shown: SimulatedClip
    private var next: Scheduled<Void>?
    private var isStopped = false

    init(
        _ camera: SimulatedCamera, clip: SimulatedClip, withMetadata: Bool, context: ChannelHandlerContext,
        time: SimulatorTime,
        board: TroubleBoard, counts: PictureCounts
    ) {
        self.camera = camera
        self.clip = clip
        self.context = context
        self.time = time
        self.board = board
        self.counts = counts
        begun = time.now
        origin = camera.filmStart.map { .zero - $0 } ?? begun
        clocks = CameraClocks(camera, started: time.utc + begun)
        random = SeededGenerator(seedText: "\(camera.name) \(begun)")
        sender = RTPSender(using: &random)
        if withMetadata, let track = camera.metadata { metadata = MetadataSender(track, using: &random) }
        faults = camera.faults[...]
        delay = camera.delay
        nextReport = camera.reportInterval == nil ? nil : camera.firstReport
        shown = clip
    }

    func start() {
        var first = Int(((begun - origin) / clip.interval).rounded(.up))
        while !clip.isKeyframe(first) { first += 1 }
        schedule(picture: first)
    }

    func stop() {
        isStopped = true
        next?.cancel()
    }

    // MARK: - Pictures

    /// The picture is taken at its time and goes out when encoder and network let it, never before the one before it.
    private func schedule(picture index: Int) {
        guard !isStopped else { return }
        let taken = origin + clip.interval * index
        let jitter = camera.jitter * Double.random(in: 0...1, using: &random)
        let due = max(lastDue, taken + delay + jitter)
        lastDue = due
        next = context.eventLoop.assumeIsolated().scheduleTask(deadline: time.deadline(due)) {
            self.send(picture: index, taken: taken)
            self.schedule(picture: index + 1)
        }
    }

    /// Sends a picture that was taken so long after the simulator's start.
    private func send(picture index: Int, taken: Duration) {
        guard !isStopped else { return }
        let elapsed = taken - begun
        while let (after, fault) = faults.first, after <= elapsed {
            faults.removeFirst()
            apply(fault, at: elapsed)
        }
        let episode = board.episode(of: camera, at: taken)
        guard goesOn(through: episode) else { return }
        // Like a camera: what does not fit into the connection is not sent.
        guard context.channel.isWritable else {
            counts.noteDropped()
            return
        }
        let isStalling = if case .stall = episode?.trouble { true } else { false }
        guard !isStalling || held == nil else { return }
        var bytes = held ?? context.channel.allocator.buffer(capacity: 4096)
        held = nil
        let step: Duration = if case .clockStep(let step) = episode?.trouble { step } else { .zero }
        let wall = clocks.wall(at: elapsed, step: step)
        report(at: elapsed, wall: wall, &bytes)
        for packet in metadata?.packets(until: elapsed, wall: wall) ?? [] { bytes.writeBytes(packet) }
        guard !isVideoMuted else { return context.writeAndFlush(NIOAny(bytes), promise: nil) }
        let stamp = TruthStamp.unit(time.utc + taken)
        let units = units(of: index, episode, stamp: stamp)
        sender.payloadType = if case .wrongPayloadType = episode?.trouble { 97 } else { 96 }
        for packet in sender.packets(of: units, timestamp: clocks.timestamp(at: elapsed)) {
            if let sent = damaged(packet, episode?.trouble) { bytes.writeBytes(sent) }
        }
        if isStalling {
            let half = bytes.readSlice(length: bytes.readableBytes / 2)
            held = bytes
            return context.writeAndFlush(NIOAny(half ?? bytes), promise: nil)
        }
        context.writeAndFlush(NIOAny(bytes), promise: nil)
        counts.noteSent()
    }

    private func report(at elapsed: Duration, wall: UTCTime, _ bytes: inout ByteBuffer) {
        guard let due = nextReport, let interval = camera.reportInterval, elapsed >= due else { return }
        nextReport = elapsed + interval
        bytes.writeBytes(sender.report(wall: wall, timestamp: clocks.timestamp(at: elapsed)))
        if let metadata { bytes.writeBytes(metadata.report(wall: wall, at: elapsed)) }
    }

    /// The film changes with a keyframe, as where an encoder starts again.
    private func units(of index: Int, _ episode: Episode?, stamp: [UInt8]) -> [[UInt8]] {
        if clip.isKeyframe(index) {
            shown = if case .shows(let film) = episode?.trouble { film } else { clip }
        }
        guard let episode, case .repeats(let groups) = episode.trouble else {
            return shown.units(of: index, stamp: stamp)
        }
        // From the first keyframe of the episode on.
        var first = Int(((episode.span.lowerBound - origin) / clip.interval).rounded(.up))
        while !clip.isKeyframe(first) { first += 1 }
        let length = groups * clip.groupLength
        guard index >= first, first >= length else { return shown.units(of: index, stamp: stamp) }
        return shown.units(of: first - length + (index - first) % length, stamp: stamp)
    }

    // MARK: - Troubles and faults

    /// False when nothing is sent now.
    private func goesOn(through episode: Episode?) -> Bool {
        switch episode?.trouble {
        case .handshakeStall: return false
        case .reset:
            stop()
            context.reset()
            return false
        case .some(let trouble) where trouble.closesConnections && episode.map { $0.span.lowerBound > begun } ?? false:
            stop()
            context.close(promise: nil)
            return false
        default: return true
        }
    }

    /// What becomes of an interleaved packet on its way; nil when it is lost.
    private func damaged(_ packet: [UInt8], _ trouble: Trouble?) -> [UInt8]? {
        switch trouble {
        case .loss(let share): Double.random(in: 0..<1, using: &random) < share ? nil : packet
        // Behind the four bytes of the framing and the twelve of RTP.
        case .garbagePayload: packet[..<16] + rubbish(packet.count - 16)
        case .garbageFraming: rubbish(packet.count)
        default: packet
        }
    }

    private func rubbish(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) } }

    private func apply(_ fault: SimulatedCamera.Fault, at elapsed: Duration) {
        switch fault {
        case .stepClock(let change): clocks.step(by: change)
        case .reboot(let offset, let timestamp):
            clocks.reboot(at: elapsed, clockOffset: offset, base: timestamp)
            sender.renumber(
                ahead: .random(in: 100...30_000, using: &random), source: .random(in: 1 ... .max, using: &random))
        case .renumber: sender.renumber(ahead: 0 &- 5_000, source: sender.source)
        case .stopReports: nextReport = nil
        case .delay(let delay): self.delay = delay
        case .muteVideo: isVideoMuted = true
        }
    }
}

extension ChannelHandlerContext {
    /// Ends the connection without a goodbye (RST).
    func reset() {
        if let channel = channel as? any SocketOptionProvider {
            _ = channel.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        close(promise: nil)
    }
}
