internal import Capture
internal import FoundationEssentials
internal import Glibc
internal import Linux
internal import Logging
internal import MKDSCore
internal import Spool
internal import Synchronization
internal import TestMedia
internal import Testing

/// A recorder's folder from its files to the journal.
@Suite(
    "The folder of a recorder", .timeLimit(.minutes(10)),
    .enabled(if: Clip.isAvailable, "the ffmpeg program is missing")
)
struct FolderCameraTests {
    private let directory: TemporaryDirectory
    private let clip: [UInt8]
    /// An hour ago, so that files are old enough to be whole.
    private let base: UTCTime

    init() throws {
        directory = try TemporaryDirectory()
        for name in ["rec", "state", "g"] { mkdir(directory.file(name), 0o750) }
        let path = directory.file("clip.mp4")
        try Clip(seconds: 4, movement: 1...2.5).write(.h264, to: path)
        clip = try TemporaryDirectory.read(path)
        base = UTCTime(seconds: UTCTime.now.microseconds / 1_000_000 - 3600)
    }

    /// `20261121143000Z.mp4`.
    private func name(_ time: UTCTime) -> String {
        "\(time)".prefix(19).filter(\.isNumber) + "Z.mp4"
    }

    @discardableResult
    private func put(_ bytes: some Collection<UInt8>, _ name: String, age: Int = 3000) throws -> String {
        let path = try directory.write(bytes, to: "rec/\(name)")
        var times = [timeval](repeating: timeval(tv_sec: time(nil) - age, tv_usec: 0), count: 2)
        utimes(path, &times)
        return path
    }

    /// Gathers what a folder's thread records until a condition holds.
    private final class Watcher: Sendable {
        private let records = Mutex<[JournalRecord]>([])
        private let thread: Mutex<CameraThread?> = Mutex(nil)
        private let bell: WakeCounter

        init(_ address: String, state: String?, settled: Bool = true) throws {
            bell = try WakeCounter()
            let context = CaptureContext(
                record: { [self] record in
                    records.withLock { $0.append(record) }
                    bell.signal()
                }, now: { .now }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                settled: { settled }, stateDirectory: state, delayScale: 0.02)
            let camera = AssignedCamera(
                id: try #require(CameraID("cam1")), url: address, motion: MotionSettings(quietSeconds: 0.5))
            thread.withLock { $0 = CameraThread(camera, context: context) }
        }

        var all: [JournalRecord] { records.withLock { $0 } }
        var runs: [StreamRun] { all.compactMap { if case .run(let run) = $0 { run } else { nil } } }
        var events: [Event] { all.compactMap { if case .event(let event) = $0 { event } else { nil } } }
        var status: CameraStatus? { thread.withLock { $0?.status } }

        func wait(until condition: (Watcher) -> Bool) {
            while !condition(self) { bell.wait(upTo: .milliseconds(50)) }
        }

        func stop() {
            let thread = thread.withLock { $0 }
            thread?.requestStop()
            thread?.join()
        }
    }

    private func watch(
        _ query: String = "?accuracy=2", state: Bool = true, settled: Bool = true
    ) throws -> Watcher {
        try Watcher(
            "folder://\(directory.file("rec"))\(query)", state: state ? directory.file("state") : nil,
            settled: settled)
    }

    @Test func readsFilesInOrderByTheirOwnTime() throws {
        // Written in the wrong order, the second in a folder of its own.
        mkdir(directory.file("rec/later"), 0o750)
        try put(clip, "later/\(name(base + .seconds(600)))")
        try put(clip, name(base))
        let watcher = try watch()
        watcher.wait { $0.runs.count == 2 }
        watcher.stop()
        #expect(watcher.runs.map(\.firstPacket) == [base, base + .seconds(600)])
        for run in watcher.runs {
            #expect(run.clock == .file && run.endReason == .over && run.packets == 100)
            #expect(run.uncertainty == .seconds(3))
        }
        let motion = watcher.events.filter { $0.kind == .motion }
        #expect(motion.count == 2)
        for (event, start) in zip(motion, [base, base + .seconds(600)]) {
            #expect(event.clock == .file && event.uncertainty == .seconds(3) && event.end != nil)
            #expect((start + .seconds(0.5)...start + .seconds(2)).contains(event.start))
            #expect((event.reading?.arrival).map { $0 > start + .seconds(1800) } == true)
        }
    }

    @Test func aFileIsReadOnceAcrossRestartsAndTwiceGivesTheSameIds() throws {
        try put(clip, name(base))
        let first = try watch()
        first.wait { !$0.runs.isEmpty && $0.status?.state == .live }
        first.stop()
        try put(clip, name(base + .seconds(600)))
        let second = try watch()
        second.wait { !$0.runs.isEmpty }
        second.stop()
        #expect(second.runs.map(\.firstPacket) == [base + .seconds(600)])
        let forgetful = try watch(state: false)
        forgetful.wait { $0.runs.count == 2 }
        forgetful.stop()
        #expect(forgetful.runs.map(\.id) == (first.runs + second.runs).map(\.id))
        #expect(
            forgetful.events.filter { $0.kind == .motion }.map(\.id)
                == (first.events + second.events).filter { $0.kind == .motion }.map(\.id))
    }

    @Test func whatIsNoRecordingIsToldOnceAndTheRestIsRead() throws {
        try put("#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n".utf8, "a-\(name(base))")
        try put([UInt8](repeating: 7, count: 5000), "b-\(name(base + .seconds(10)))")
        try put(clip.prefix(clip.count / 2), "c-\(name(base + .seconds(20)))")
        try put([], "empty.mp4")
        try put(clip, "notes.txt")
        try put(clip, "d\u{1b}[31m-\(name(base + .seconds(30)))")
        symlink("/etc/passwd", directory.file("rec/e-\(name(base + .seconds(40)))"))
        symlink("/etc", directory.file("rec/etc"))
        mkfifo(directory.file("rec/f-\(name(base + .seconds(50)))"), 0o600)
        try put(clip, "g-\(name(base + .seconds(60)))")
        let watcher = try watch()
        watcher.wait { $0.runs.contains { $0.firstPacket == self.base + .seconds(60) } }
        watcher.stop()
        let health = watcher.events.filter { $0.kind == .health }
        #expect(health.count == 3, "\(health.map(\.detail))")
        #expect(health.allSatisfy { $0.end != nil && !$0.detail.unicodeScalars.contains("\u{1b}") })
        #expect(watcher.runs.count == 1)
        let again = try watch()
        again.wait { $0.status?.state == .live }
        again.stop()
        #expect(again.all.isEmpty)
    }

    @Test func aFileThatStillGrowsIsAwaited() throws {
        let path = try put(clip.prefix(clip.count / 3), name(base), age: 0)
        let watcher = try watch()
        watcher.wait { $0.status?.state == .live }
        #expect(watcher.runs.isEmpty)
        let file = open(path, O_WRONLY | O_APPEND)
        let rest = Array(clip.dropFirst(clip.count / 3))
        #expect(write(file, rest, rest.count) == rest.count)
        close(file)
        watcher.wait { !$0.runs.isEmpty }
        watcher.stop()
        #expect(watcher.runs.map(\.packets) == [100])
        #expect(watcher.events.allSatisfy { $0.kind == .motion })
    }

    // A process that ended in order while the journal could not be written left the file as one it had died at.
    @Test func aFileWhoseRecordsCouldNotBeSavedIsNotBlamedForTheEndOfTheProcess() throws {
        try put(clip, name(base))
        for _ in 1...2 {
            let hindered = try watch(settled: false)
            hindered.wait { !$0.runs.isEmpty }
            hindered.stop()
        }
        let watcher = try watch()
        watcher.wait { !$0.runs.isEmpty || $0.events.contains { $0.kind == .health } }
        watcher.stop()
        #expect(watcher.runs.map(\.firstPacket) == [base])
        #expect(watcher.events.allSatisfy { $0.kind == .motion })
    }

    @Test func aFolderThatIsNotThereIsHealthAndNoGap() throws {
        let watcher = try Watcher("folder:///nowhere/at/all", state: nil)
        watcher.wait { !$0.events.isEmpty }
        watcher.stop()
        #expect(watcher.events.first?.topic == HealthTopic.unreachable.rawValue)
        #expect(watcher.all.allSatisfy { if case .gap = $0 { false } else { true } })
    }

    @Test func oldFilesAreLeftAlone() throws {
        try put(clip, name(base - .seconds(2 * 86_400)))
        try put(clip, name(base))
        let watcher = try watch()
        watcher.wait { !$0.runs.isEmpty }
        watcher.stop()
        #expect(watcher.runs.map(\.firstPacket) == [base])
    }

    @Test func manyFilesAreNoBurden() throws {
        for number in 0..<20_000 { try put([1], "\(name(base - .seconds(3 * 86_400 + number)))") }
        try put(clip, name(base))
        let watcher = try watch()
        watcher.wait { !$0.runs.isEmpty }
        watcher.stop()
        #expect(watcher.runs.map(\.firstPacket) == [base])
    }

    /// Boxed: the process has only the rights of its box. A process that ends within a file reads it again, so the first
    /// one is let go once the file is done.
    @Test func theProgramReadsAFolderWithinItsBoxAndRemembersIt() throws {
        try put(clip, name(base))
        for pass in 1...2 {
            let program = try Program([
                try Program.product("mkds-capture"), "run", "--spool", directory.path, "--group", "g", "--log-level",
                "info", "--files", directory.path,
            ])
            let camera = AssignedCamera(
                id: try #require(CameraID("cam1")), url: "folder://\(directory.file("rec"))",
                motion: MotionSettings(quietSeconds: 0.5))
            let data = try JSONEncoder().encode(CaptureAssignment(cameras: [camera]))
            program.writeLine(String(decoding: data, as: UTF8.self))
            while let line = program.readLine() {
                let report = try JSONDecoder().decode(CaptureReport.self, from: Data(line.utf8))
                guard report.cameras.first?.state == .live else { continue }
                if pass == 2 {
                    #expect(report.cameras.first?.lastPacket == nil)
                    break
                }
                let list = try? TemporaryDirectory.read(directory.file("g/folder-cam1.read"))
                if String(decoding: list ?? [], as: UTF8.self).contains("\nd ") {
                    break
                }
            }
            program.closeInput()
            #expect(program.waitForExit() == 0)
        }
        let records = try JournalReader(directory: directory.file("g")).read(after: nil, limit: 10_000).records
        let runs = records.compactMap { if case .run(let run) = $0 { run } else { nil } }
        #expect(runs.map(\.firstPacket) == [base])
        #expect(runs.first?.uncertainty == nil)
    }
}
