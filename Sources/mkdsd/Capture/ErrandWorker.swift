internal import Glibc
internal import Linux
internal import Logging
internal import MKDSCore
internal import QueryServer

/// The thread of one errand: hands the order over, passes lines on, ends the process in time.
///
/// Owned and used by that thread only, which blocks in one `poll`. What the process says is foreign data: bounded here,
/// read by whoever asked.
struct ErrandWorker: ~Copyable {
    static let lineLimit = 256
    /// What may pass beside the watching itself: look-up, connecting, handshake, opening.
    static let slack: Duration = .seconds(45)
    private static let lineByteLimit = 256 << 10
    /// From the order to stop to SIGKILL: a goodbye to the camera takes a second.
    private static let grace: Duration = .seconds(3)

    private let child: ChildProcess
    private let wake: WakeCounter
    private let feed: AsyncThrowingStream<[UInt8], any Error>.Continuation
    private let logger: Logger
    private var order: ArraySlice<UInt8>
    /// When the process is killed.
    private var deadline: ContinuousClock.Instant
    private var lines = LineAssembler(byteLimit: lineByteLimit)
    private var logLines = LineAssembler(byteLimit: 16 << 10)
    private var log = ChildLog()
    private var lineCount = 0
    private var isStopped = false
    private var isKilled = false

    init(
        child: ChildProcess, order: [UInt8], deadline: ContinuousClock.Instant, wake: WakeCounter,
        feed: AsyncThrowingStream<[UInt8], any Error>.Continuation, logger: Logger
    ) {
        self.child = child
        self.order = order[...]
        self.deadline = deadline
        self.wake = wake
        self.feed = feed
        self.logger = logger
    }

    /// Blocks until the process has ended.
    ///
    /// - Returns: Why it did not end in order; nil when it did.
    consuming func run() -> ErrandError? {
        logger.info("errand started")
        while true {
            var entries = [
                pollfd(fd: isStopped ? -1 : wake.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: order.isEmpty ? -1 : child.streams.input, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: child.streams.output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: child.streams.errors, events: Int16(POLLIN), revents: 0),
                pollfd(fd: child.news, events: Int16(POLLIN), revents: 0),
            ]
            let left = isKilled ? 1 : max(0, (deadline - .now).inSeconds)
            poll(&entries, nfds_t(entries.count), Int32(min(left, 60) * 1000) + 1)
            if entries[0].revents != 0 { stop() }
            if entries[1].revents != 0 { writeOrder() }
            if entries[2].revents != 0 { readLines() }
            if entries[3].revents != 0 { readLog() }
            if entries[4].revents != 0, let ending = child.reap() { return finish(ending) }
            if !isKilled, ContinuousClock.now >= deadline { kill() }
        }
    }

    /// Nobody wants the answer any more.
    private mutating func stop() {
        isStopped = true
        order = []
        child.streams.closeInput()
        deadline = min(deadline, .now + Self.grace)
    }

    private mutating func kill() {
        isKilled = true
        child.send(signal: SIGKILL)
    }

    private mutating func writeOrder() {
        let count = order.withUnsafeBytes { write(child.streams.input, $0.baseAddress, $0.count) }
        if count > 0 {
            order = order.dropFirst(count)
        } else if errno != EAGAIN && errno != EINTR {
            order = []
        }
    }

    private mutating func readLines() {
        guard let bytes = StandardStreams.read(child.streams.output) else { return child.streams.closeOutput() }
        for line in lines.add(bytes) {
            lineCount += 1
            guard lineCount <= Self.lineLimit else { return kill() }
            feed.yield(line)
        }
    }

    private mutating func readLog() {
        guard let bytes = StandardStreams.read(child.streams.errors) else { return child.streams.closeErrors() }
        for line in logLines.add(bytes) { pass(line) }
    }

    private mutating func pass(_ line: [UInt8]) {
        for record in log.record(line, second: UTCTime.now.microseconds / 1_000_000) {
            logger.log(
                level: record.level, "\(record.message)",
                metadata: record.metadata.mapValues { Logger.MetadataValue.string($0) })
        }
    }

    private mutating func finish(_ ending: ProgramEnding) -> ErrandError? {
        // What it wrote before its end is still in the pipes; bounded, since other holders could keep them open.
        for _ in 0..<64 where child.streams.output >= 0 { readLines() }
        for _ in 0..<64 where child.streams.errors >= 0 { readLog() }
        logger.info("errand ended", metadata: ["ending": "\(ending)"])
        if isStopped { return nil }
        if isKilled { return .overdue }
        switch ending {
        case .status(0): return nil
        case .status, .unit: return .notStarted
        case .signal: return .crashed
        }
    }
}
