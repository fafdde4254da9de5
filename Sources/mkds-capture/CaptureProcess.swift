internal import Box
internal import Capture
internal import FoundationEssentials
internal import Glibc
internal import Linux
internal import Logging
internal import MKDSCore
internal import Media
internal import OnvifDevice
internal import Spool

/// The main thread of a capture process: takes assignments, gives reports, ends in order. It blocks in `poll` only, up
/// to the next report.
struct CaptureProcess {
    private static let reportInterval: Duration = .seconds(1)
    /// Assignments of 32 cameras are a few kilobytes; masks may make them longer.
    private static let lineByteLimit = 4 << 20

    private var group: CaptureGroup
    private let journal: JournalWriter
    private let walls: CaptureWalls
    private let resolver = ResolverFiles()
    /// A camera's host has to be looked up.
    private var needsResolver = false
    private let logger: Logger
    private var lines = LineReader(byteLimit: Self.lineByteLimit)
    private let encoder = JSONEncoder()
    private var reports = ReportOutput(descriptor: STDOUT_FILENO)
    private var alarm = SpoolAlarm()
    /// Lost events the log has told of.
    private var toldLost = 0

    init(group: CaptureGroup, journal: JournalWriter, walls: CaptureWalls, logger: Logger) {
        self.group = group
        self.journal = journal
        self.walls = walls
        self.logger = logger
        encoder.outputFormatting = [.withoutEscapingSlashes]
    }

    /// Serves until standard input ends, `stop` is raised or the resolver's files were replaced, then closes what is
    /// open, and the journal last.
    ///
    /// - Returns: The process's exit code.
    mutating func serve(until stop: StopFlag) -> Int32 {
        logger.info(
            "capture started",
            metadata: ["landlock": "\(walls.landlock)", "address_filter": "\(walls.addressFilter.rawValue)"])
        if walls.landlock == 0 {
            logger.warning("the kernel has no Landlock: this process may read what its user may")
        }
        var code: Int32 = 0
        var next = ContinuousClock.now
        while !stop.isRaised {
            let now = ContinuousClock.now
            if now >= next {
                group.tick()
                report()
                if needsResolver, resolver.wereReplaced {
                    logger.warning("the resolver's files were replaced; a new process is to read them")
                    code = EX_TEMPFAIL
                    break
                }
                next = max(next + Self.reportInterval, now)
            }
            guard takeInput(upTo: now.duration(to: next), stop: stop) else { break }
        }
        let complete = group.stop(within: .seconds(5))
        if !complete { logger.warning("a camera's thread did not end in time; recovery will close what it left open") }
        journal.close()
        let unsaved = journal.status.unsyncedEntries
        if unsaved > 0 {
            logger.error("the journal could not be saved whole", metadata: ["entries": "\(unsaved)"])
        }
        logger.info("capture ended")
        // A thread that hangs in the name resolver must not run exit handlers into destroyed state.
        if !complete { _exit(code) }
        return code
    }

    // MARK: - Input

    /// Waits for input no longer than `limit`. Returns false at its end.
    private mutating func takeInput(upTo limit: Duration, stop: StopFlag) -> Bool {
        guard stop.waitReadable(STDIN_FILENO, for: limit) else { return true }
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(STDIN_FILENO, &chunk, chunk.count)
        if count < 0 { return errno == EINTR || errno == EAGAIN }
        guard count > 0 else { return false }
        var newest: CaptureAssignment?
        for line in lines.take(chunk[..<count]) {
            guard let line else {
                logger.error("an assignment is too long and was ignored")
                continue
            }
            guard !line.isEmpty else { continue }
            guard let assignment = try? JSONDecoder().decode(CaptureAssignment.self, from: Data(line)) else {
                // The text of the error could quote a password.
                logger.error("an assignment cannot be read and was ignored")
                continue
            }
            newest = assignment
        }
        if let newest {
            needsResolver = newest.cameras.contains { camera in
                (try? MediaInput(url: camera.url))?.needsResolver ?? false
                    || camera.onvif.flatMap { ServiceAddress($0.url) }?.needsResolver ?? false
            }
            group.apply(newest)
        }
        return true
    }

    // MARK: - Report

    private mutating func report() {
        let status = journal.status
        tell(status)
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        let report = CaptureReport(
            time: .now, cameras: group.statuses, unsyncedEntries: status.unsyncedEntries,
            spoolTrouble: status.trouble, cpuSeconds: Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime),
            walls: walls)
        guard let data = try? encoder.encode(report) else { return }
        reports.offer(Array(data))
    }

    /// Trouble of the journal goes into the log at once and into the journal as events.
    private mutating func tell(_ status: JournalStatus) {
        let wasRaised = alarm.isRaised
        let records = alarm.update(
            trouble: status.trouble, unsyncedEntries: status.unsyncedEntries, lostEvents: status.droppedEvents,
            cameras: group.statuses.map(\.camera), at: .now)
        if alarm.isRaised, !wasRaised {
            logger.error("the journal is in trouble", metadata: ["reason": "\(status.trouble ?? "")"])
        } else if wasRaised, !alarm.isRaised {
            logger.info("the journal is well again")
        }
        if status.droppedEvents > toldLost {
            toldLost = status.droppedEvents
            logger.error("events were lost, memory holds no more", metadata: ["events": "\(toldLost)"])
        }
        for record in records { journal.append(record) }
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }
}
