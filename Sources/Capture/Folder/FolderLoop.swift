internal import Glibc
internal import Linux
internal import Logging
internal import MKDSCore
internal import Media

/// Look, read what is new, look again: what the thread of a recorder's folder does until it is stopped.
///
/// Each file is read whole, as fast as the processor is free: the thread steps back behind those of live cameras. What a
/// file held stands in the journal, durably, before the file counts as read (docs/design/recordings.md).
struct FolderLoop {
    /// Distance of looks; more where a look takes long.
    private static let interval: Duration = .seconds(5)
    /// A file counts as whole when it has not changed for that long: once a newer one exists, and else.
    private static let quietBeforeNewer: Duration = .seconds(5)
    private static let quiet: Duration = .seconds(60)
    /// The same where only the file's own time tells it; so much may our clock and the file server's differ.
    private static let settled: Duration = .seconds(600)
    /// No new file for this long, or for three of the last file's lengths, is trouble.
    private static let patience: Duration = .seconds(600)
    /// A file that cannot be opened yet is tried again after this long.
    private static let retry: Duration = .seconds(30)
    private static let rememberedLimit = 4_000

    private let camera: AssignedCamera
    private let folder: RecordingFolder
    private let context: CaptureContext
    private let stop: StopFlag
    private let update: ((inout CameraStatus) -> Void) -> Void
    private let times: RecordingTimes
    private let log = LibraryLog()

    private var register: ReadRegister
    private var health: HealthTracker
    private var streams = StreamWatch()
    /// When files that are not read yet were first seen as they are.
    private var firstSeen: [UInt64: ContinuousClock.Instant] = [:]
    private var retryAt: [UInt64: ContinuousClock.Instant] = [:]
    private var lastNew = ContinuousClock.now
    private var lastLength: Duration = .zero
    private var hasRead = false
    private var toldCut = false

    init(
        camera: AssignedCamera, context: CaptureContext, health: HealthTracker, stop: StopFlag,
        update: @escaping ((inout CameraStatus) -> Void) -> Void
    ) throws(MediaError) {
        do throws(RecordingFolder.Mistake) {
            folder = try RecordingFolder(address: camera.url)
        } catch {
            throw MediaError(.unsupported, "the address \(error.english)")
        }
        guard let zone = Self.zone(folder.zone) else {
            throw MediaError(.unsupported, "the TZ database of this machine knows no zone of this name")
        }
        self.camera = camera
        self.context = context
        self.stop = stop
        self.update = update
        times = RecordingTimes(zone: zone, accuracy: folder.accuracy)
        self.health = health
        let path = context.stateDirectory.map { "\($0)/folder-\(camera.id).read" }
        do throws(SystemError) {
            register = try ReadRegister(path: path, horizon: context.now() - folder.back - .seconds(2 * 86_400))
        } catch {
            throw MediaError(.unreachable, "\(error)")
        }
    }

    private static func zone(_ name: String) -> LocalZone? {
        let descriptor = open("/usr/share/zoneinfo/\(name)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return name == "UTC" ? .utc : nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return ZoneFile(bytes: Array(bytes[..<max(0, count)])).map(LocalZone.init)
    }

    mutating func run() {
        NamedThread.stepBack()
        while !stop.isRaised {
            let began = ContinuousClock.now
            do throws(MediaError) {
                let files = try look()
                for file in files {
                    if stop.isRaised { break }
                    read(file)
                }
                if !files.isEmpty { continue }
            } catch {
                report(error)
            }
            stop.wait(for: max(Self.interval * context.delayScale, began.duration(to: .now) * 20))
        }
        write(health.finish(at: context.now(), .withdrawn))
        register.end()
    }

    // MARK: - Looking

    /// Files that are whole and not read, oldest first, at most a few so that new ones come in their order.
    private mutating func look() throws(MediaError) -> [RecordingFile] {
        let now = context.now()
        let (times, register, oldest) = (times, register, now - folder.back)
        let scan = try FolderScan(
            folder.path, order: { times.order($0, modified: $1, now: now) },
            isWanted: { $0.order >= oldest && !register.isDone($0) })
        if scan.isCut, !toldCut {
            toldCut = true
            context.logger.warning(
                "a folder holds too many files, not all are looked at", metadata: ["camera": "\(camera.id)"])
        }
        let instant = ContinuousClock.now
        if firstSeen.count > Self.rememberedLimit { firstSeen = [:] }
        if retryAt.count > Self.rememberedLimit { retryAt = [:] }
        var whole: [RecordingFile] = []
        for file in scan.files {
            if firstSeen[file.identity] == nil { lastNew = instant }
            let since = firstSeen[file.identity] ?? instant
            firstSeen[file.identity] = since
            let quiet = scan.newest.map { $0 > file.order } ?? false ? Self.quietBeforeNewer : Self.quiet
            let isQuiet = since.duration(to: instant) >= quiet * context.delayScale
            let isOld = now - file.modified >= Self.settled
            guard isQuiet || isOld, retryAt[file.identity].map({ $0 <= instant }) ?? true else { continue }
            whole.append(file)
            if whole.count == 16 { break }
        }
        noteState(at: now, instant)
        return whole
    }

    /// The folder answers; whether the recorder still writes into it is another question.
    private mutating func noteState(at now: UTCTime, _ instant: ContinuousClock.Instant) {
        let patience = max(Self.patience, lastLength * 3) * context.delayScale
        if hasRead, lastNew.duration(to: instant) > patience {
            let minutes = Int(lastNew.duration(to: instant).inSeconds / 60)
            return report(MediaError(.stalled, "the recorder has written no new file for \(minutes) min"))
        }
        write(health.picture(at: now))
        update { status in
            guard status.state != .live else { return }
            status.state = .live
            status.since = now
            status.reason = nil
            status.detail = nil
        }
    }

    // MARK: - Reading

    private mutating func read(_ file: RecordingFile) {
        guard !register.isDeadly(file) else {
            return dismiss(
                file, MediaError(.malformed, "the capture process died each time it read it"), at: file.order)
        }
        keep(register.begin(file))
        let records = RecordingRecords(camera: camera.id)
        var context = context
        let record = context.record
        context.record = { entry in if let final = records.final(entry) { record(final) } }
        var start = file.order
        do throws(MediaError) {
            let session = try session(of: file, context, start: &start)
            try play(session, file, start)
        } catch {
            fail(file, error, at: start)
        }
    }

    private func session(
        of file: RecordingFile, _ context: CaptureContext, start: inout UTCTime
    ) throws(MediaError) -> CameraSession {
        let times = times
        let now = context.now()
        var began = start
        let session = try CameraSession(
            camera, input: MediaInput(path: "\(folder.path)/\(file.path)"), context: context,
            health: HealthTracker(camera: camera.id), clockWatch: ClockWatch(camera: camera.id),
            sight: SightWatch(camera: camera.id, settings: camera.motion), onvif: nil, streams: streams, log: log,
            stop: stop,
            recording: { created, length in
                let (time, uncertainty) = times.start(
                    file.stamp, created: created, length: length, modified: file.modified, now: now)
                began = time
                return CameraClock(fileStart: time, uncertainty: uncertainty, readAt: now)
            },
            publish: { [update] run, damaged in
                update { status in
                    status.take(run)
                    status.damaged = damaged
                }
            })
        start = began
        return session
    }

    /// Reads a file that could be opened.
    private mutating func play(
        _ session: CameraSession, _ file: RecordingFile, _ start: UTCTime
    ) throws(MediaError) {
        defer { streams = session.streams }
        do throws(MediaError) {
            try session.run()
        } catch {
            // What came before it broke is in the journal; reading it again would only repeat that.
            guard !error.isStop, session.lived > .zero else { throw error }
            return dismiss(file, error, at: start)
        }
        lastLength = session.length
        finish(file)
        context.logger.info(
            "recording read", metadata: ["camera": "\(camera.id)", "file": "\(file.shownName)", "start": "\(start)"])
    }

    /// A file that cannot be opened may be one that is still being written, for a while.
    private mutating func fail(_ file: RecordingFile, _ error: MediaError, at start: UTCTime) {
        if error.isStop || error.topic == .unreachable {
            keep(register.release(file))
            retryAt[file.identity] = .now + Self.retry * context.delayScale
            return
        }
        guard context.now() - file.modified >= Self.settled else {
            keep(register.release(file))
            retryAt[file.identity] = .now + Self.retry * context.delayScale
            return
        }
        dismiss(file, error, at: start)
    }

    /// Tells of a file that cannot be read, or not to its end, and counts it as read.
    private mutating func dismiss(_ file: RecordingFile, _ error: MediaError, at start: UTCTime) {
        let told = health.moment(error.topic, "\(file.shownName): \(error.detail)", at: start)
        if let final = RecordingRecords(camera: camera.id).final(told) { context.record(final) }
        context.logger.warning(
            "a recording could not be read to its end",
            metadata: ["camera": "\(camera.id)", "file": "\(file.shownName)", "detail": "\(error.detail)"])
        finish(file)
    }

    /// The file is done once the journal has what it held. A journal that cannot be written is waited for.
    private mutating func finish(_ file: RecordingFile) {
        while !context.settled() {
            if stop.isRaised { return keep(register.release(file)) }
        }
        hasRead = true
        firstSeen[file.identity] = nil
        retryAt[file.identity] = nil
        keep(register.finish(file))
    }

    // MARK: - Trouble

    private func keep(_ isWritten: Bool) {
        guard !isWritten else { return }
        context.logger.warning(
            "the list of files read cannot be written; after a restart some are read again",
            metadata: ["camera": "\(camera.id)"])
    }

    private mutating func report(_ error: MediaError) {
        let now = context.now()
        write(health.failed(error.topic, error.detail, at: now))
        update { status in
            if status.state != .waiting {
                status.state = .waiting
                status.since = now
            }
            status.reason = error.topic.rawValue
            status.detail = error.detail
        }
    }

    /// Events only: a gap of the folder is no gap of the recordings, which may come later and tell of that time.
    private func write(_ records: [JournalRecord]) {
        for record in records {
            if case .event = record { context.record(record) }
        }
    }
}
