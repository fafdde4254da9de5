internal import FoundationEssentials
internal import Glibc
internal import Linux
internal import Logging
internal import MKDSCore
internal import Synchronization

/// One capture group: the thread that starts, feeds, hears, watches and ends one `mkds-capture` after another.
///
/// The thread never blocks but in one `poll` over the child's pipes, its end and our wake-up, at most a second long.
/// Others reach it through ``assign(_:)`` and ``stop()``, which only leave a note; what it learns it puts into the
/// ``CaptureBoard``.
final class CaptureGroupWorker: Sendable {
    /// A program to be a child.
    struct Program: Sendable {
        var path: String
        var arguments: [String]
        var environment: [String]
    }

    /// How to start the program; its arguments are the same either way.
    enum Launch: Sendable {
        case child(Program)
        /// In a unit of its own, which systemd starts for each connection to this socket.
        case unit(socket: String, arguments: [String])

        func start() throws(SystemError) -> any RunningProgram {
            switch self {
            case .child(let program):
                try ChildProcess(
                    program: program.path, arguments: program.arguments, environment: program.environment)
            case .unit(let socket, let arguments):
                try UnitProcess(socket: socket, arguments: arguments)
            }
        }
    }

    private struct Mailbox {
        var assignment: CaptureAssignment?
        var releasesQuarantine = false
        var stops = false
    }

    let name: String
    private let launch: Launch
    private let board: CaptureBoard
    private let heartbeats: HeartbeatBoard
    private let logger: Logger
    private let mailbox = Mutex(Mailbox())
    private let wake: WakeCounter
    private let ended: AsyncStream<Void>
    private let endedContinuation: AsyncStream<Void>.Continuation

    init(name: String, launch: Launch, board: CaptureBoard, heartbeats: HeartbeatBoard, logger: Logger)
        throws(SystemError)
    {
        self.name = name
        self.launch = launch
        self.board = board
        self.heartbeats = heartbeats
        var logger = logger
        logger[metadataKey: "group"] = "\(name)"
        self.logger = logger
        wake = try WakeCounter()
        (ended, endedContinuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        try NamedThread(name: "capture-\(name)") { [self] in loop() }
    }

    /// The cameras the group is to have from now on. Only the latest assignment counts; a release is not forgotten.
    func assign(_ assignment: CaptureAssignment, releasingQuarantine: Bool) {
        mailbox.withLock { mailbox in
            mailbox.assignment = assignment
            if releasingQuarantine { mailbox.releasesQuarantine = true }
        }
        wake.signal()
    }

    /// Orders the end; ``waitUntilEnded()`` tells when it is reached, by the machine's deadlines within 9 s.
    func stop() {
        mailbox.withLock { $0.stops = true }
        wake.signal()
    }

    /// Returns when the thread has ended; one caller only.
    func waitUntilEnded() async {
        for await _ in ended {}
    }

    // MARK: - The thread

    private func loop() {
        let heartbeat = heartbeats.join(name: "capture-\(name)")
        var session = Session(worker: self)
        while !session.machine.isFinished {
            heartbeat.beat()
            session.turn()
        }
        heartbeats.leave(heartbeat)
        endedContinuation.finish()
    }

    /// What only the thread touches.
    private struct Session {
        var machine = CaptureGroupStateMachine()
        private let worker: CaptureGroupWorker
        private var child: (any RunningProgram)?
        /// What remains to be written of the line under way, and the assignment that comes after it.
        private var outgoing: ArraySlice<UInt8> = []
        private var next: CaptureAssignment?
        private var reports = LineAssembler(byteLimit: 1 << 20)
        private var logLines = LineAssembler(byteLimit: 16 << 10)
        private var log = ChildLog()
        /// What was assigned, and which of it crashed the process.
        private var assignment = CaptureAssignment(cameras: [])
        private var quarantine = CameraQuarantine()
        private var crashed: CameraID?

        init(worker: CaptureGroupWorker) {
            self.worker = worker
        }

        private var now: ContinuousClock.Instant { .now }

        /// Once around: wait for something, take it in, act.
        mutating func turn() {
            let ready = wait()
            if ready.wake {
                worker.wake.drain()
                takeMail()
            }
            if ready.input { writeInput() }
            if ready.output { readReports() }
            if ready.errors { readLog() }
            if ready.ended { reap() }
            perform(machine.handle(.timer, at: now))
        }

        // MARK: - Waiting

        private struct Ready {
            var wake = false
            var input = false
            var output = false
            var errors = false
            var ended = false
        }

        private func wait() -> Ready {
            let inputEvents = outgoing.isEmpty && next == nil ? -1 : child?.streams.input ?? -1
            // poll(2) skips negative descriptors.
            var entries = [
                pollfd(fd: worker.wake.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: inputEvents, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: child?.streams.output ?? -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: child?.streams.errors ?? -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: child?.news ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            var milliseconds = 1_000.0
            if let deadline = machine.deadline {
                milliseconds = max(0, min(milliseconds, (deadline - now).inSeconds * 1_000 + 1))
            }
            guard poll(&entries, nfds_t(entries.count), Int32(milliseconds)) > 0 else { return Ready() }
            return Ready(
                wake: entries[0].revents != 0, input: entries[1].revents != 0, output: entries[2].revents != 0,
                errors: entries[3].revents != 0, ended: entries[4].revents != 0)
        }

        private mutating func takeMail() {
            let mail = worker.mailbox.withLock { mailbox in
                defer { (mailbox.assignment, mailbox.releasesQuarantine) = (nil, false) }
                return mailbox
            }
            if let assignment = mail.assignment {
                if mail.releasesQuarantine { quarantine.release() }
                self.assignment = assignment
                perform(machine.handle(.assign(quarantine.apply(to: assignment)), at: now))
            }
            if mail.stops { perform(machine.handle(.stop, at: now)) }
        }

        // MARK: - The child's streams

        private mutating func writeInput() {
            guard let child, child.streams.input >= 0 else { return }
            if outgoing.isEmpty, let assignment = next {
                next = nil
                guard let line = try? JSONEncoder().encode(assignment) else { return }
                outgoing = ArraySlice(line) + [UInt8(ascii: "\n")]
            }
            let count = outgoing.withUnsafeBytes { write(child.streams.input, $0.baseAddress, $0.count) }
            if count > 0 {
                outgoing = outgoing.dropFirst(count)
            } else if errno != EAGAIN && errno != EINTR {
                // It closed its input; its end, or its silence, decides what follows.
                outgoing = []
                next = nil
            }
        }

        private mutating func readReports() {
            guard let child, child.streams.output >= 0 else { return }
            guard let bytes = StandardStreams.read(child.streams.output) else { return child.streams.closeOutput() }
            let dropped = reports.dropped
            for line in reports.add(bytes) {
                guard let report = try? JSONDecoder().decode(CaptureReport.self, from: Data(line)) else {
                    worker.logger.warning("capture process sent a report that cannot be read")
                    continue
                }
                perform(machine.handle(.report, at: now))
                worker.board.reported(report, group: worker.name)
            }
            if reports.dropped > dropped { worker.logger.warning("capture process sent a report over the limit") }
        }

        private mutating func readLog() {
            guard let child, child.streams.errors >= 0 else { return }
            guard let bytes = StandardStreams.read(child.streams.errors) else { return child.streams.closeErrors() }
            for line in logLines.add(bytes) { pass(line) }
        }

        private mutating func pass(_ line: [UInt8]) {
            if let camera = ChildLog.crashedCamera(line) { crashed = camera }
            for record in log.record(line, second: UTCTime.now.microseconds / 1_000_000) {
                var metadata = record.metadata.mapValues { Logger.MetadataValue.string($0) }
                metadata["pid"] = child.flatMap { $0.identifier > 0 ? "\($0.identifier)" : nil }
                worker.logger.log(level: record.level, "\(record.message)", metadata: metadata)
            }
        }

        private mutating func reap() {
            guard let child, let ending = child.reap() else { return }
            // What it wrote before its end is still in the pipes; bounded, since other holders could keep them open.
            for _ in 0..<64 where child.streams.errors >= 0 {
                guard let bytes = StandardStreams.read(child.streams.errors), !bytes.isEmpty else { break }
                for line in logLines.add(bytes) { pass(line) }
            }
            if let rest = logLines.finish() { pass(rest) }
            self.child = nil
            worker.board.ended(group: worker.name)
            holdCrashed()
            perform(machine.handle(.exited, at: now))
            if machine.deaths > 0 && !machine.isFinished {
                worker.logger.warning(
                    "capture process died, it is restarted",
                    metadata: ["ending": "\(ending)", "deaths": "\(machine.deaths)"])
            } else {
                worker.logger.info("capture process ended", metadata: ["ending": "\(ending)"])
            }
        }

        /// A child can blame its own cameras only, and does not gain by it.
        private mutating func holdCrashed() {
            defer { crashed = nil }
            guard let crashed, assignment.cameras.contains(where: { $0.id == crashed }),
                quarantine.crashed(crashed, at: now)
            else { return }
            worker.logger.error(
                "camera is quarantined: it crashed its capture process three times",
                metadata: ["camera": "\(crashed)"])
            perform(machine.handle(.assign(quarantine.apply(to: assignment)), at: now))
        }

        // MARK: - Acting

        private mutating func perform(_ actions: [CaptureGroupStateMachine.Action]) {
            for action in actions {
                switch action {
                case .start: start()
                case .send(let assignment):
                    next = assignment
                    writeInput()
                case .closeInput:
                    outgoing = []
                    next = nil
                    child?.streams.closeInput()
                case .terminate:
                    worker.logger.warning("capture process does not end, sending SIGTERM")
                    child?.send(signal: SIGTERM)
                case .kill(let reason):
                    let why = reason == .silent ? "has not reported for 10 s" : "did not end when asked"
                    worker.logger.error("capture process is killed", metadata: ["why": "\(why)"])
                    child?.send(signal: SIGKILL)
                case .finish: break
                }
            }
        }

        private mutating func start() {
            outgoing = []
            next = nil
            reports = LineAssembler(byteLimit: reports.byteLimit)
            logLines = LineAssembler(byteLimit: logLines.byteLimit)
            do throws(SystemError) {
                let child = try worker.launch.start()
                self.child = child
                worker.logger.info("capture process started", metadata: ["pid": "\(child.identifier)"])
                worker.board.started(group: worker.name)
                perform(machine.handle(.started, at: now))
            } catch {
                worker.logger.error("capture process cannot be started", metadata: ["error": "\(error)"])
                perform(machine.handle(.startFailed, at: now))
            }
        }
    }
}
