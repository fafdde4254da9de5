internal import FoundationEssentials
internal import MKDSCore
internal import Spool
internal import TestMedia
internal import Testing

@Suite(
    "The program mkds-capture", .timeLimit(.minutes(2)),
    .enabled(if: Clip.isAvailable, "the ffmpeg program is missing"))
struct CaptureProcessTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func start() throws -> Program {
        try Program([
            try Program.product("mkds-capture"), "run", "--spool", directory.path, "--group", "g1", "--log-level",
            "error",
        ])
    }

    private func file(_ name: String, seconds: Double, movement: ClosedRange<Double>) throws -> AssignedCamera {
        let path = directory.file("\(name).mp4")
        try Clip(seconds: seconds, movement: movement).write(.h264, to: path)
        return AssignedCamera(
            id: try #require(CameraID(name)), url: "file://\(path)", motion: MotionSettings(quietSeconds: 0.5))
    }

    private func send(_ cameras: [AssignedCamera], to program: Program) throws {
        let data = try JSONEncoder().encode(CaptureAssignment(cameras: cameras))
        program.writeLine(String(decoding: data, as: UTF8.self))
    }

    /// Reads reports until one is what is looked for.
    private func report(from program: Program, _ matches: (CaptureReport) -> Bool) throws -> CaptureReport? {
        while let line = program.readLine() {
            let report = try JSONDecoder().decode(CaptureReport.self, from: Data(line.utf8))
            if matches(report) { return report }
        }
        return nil
    }

    private func journal() throws -> [JournalRecord] {
        let reader = try JournalReader(directory: directory.file("g1"))
        return try reader.read(after: nil, limit: 10_000).records
    }

    @Test("watches what it is told, reports, and ends in order when its input ends")
    func endsInOrder() throws {
        let program = try start()
        try send([try file("cam1", seconds: 4, movement: 1...2.5)], to: program)
        let report = try #require(try report(from: program) { $0.cameras.first?.state == .finished })
        #expect(report.cameras.first?.codec == "h264")
        #expect(report.spoolTrouble == nil)
        program.closeInput()
        #expect(program.waitForExit() == 0)
        let records = try journal()
        guard case .captureStarted? = records.first else {
            Issue.record("the first entry is not the start")
            return
        }
        let events = records.compactMap { if case .event(let event) = $0 { event } else { nil } }
        let motion = events.filter { $0.kind == .motion }
        #expect(Set(motion.map(\.id)).count == 1)
        #expect(motion.first?.revision == 0)
        #expect(motion.last?.endReason == .over)
        #expect(motion.last?.clock == .file)
        #expect(events.allSatisfy { $0.kind != .health })
        let runs = records.compactMap { if case .run(let run) = $0 { run } else { nil } }
        #expect(runs.last?.endReason == .over)
        #expect(runs.last?.packets == 100)
    }

    @Test("a camera that did not change goes on undisturbed when others come and go")
    func undisturbed() throws {
        let program = try start()
        let first = try file("cam1", seconds: 6, movement: 1...2)
        let second = try file("cam2", seconds: 6, movement: 1...2)
        try send([first], to: program)
        _ = try report(from: program) { $0.cameras.first?.state == .live }
        try send([first, second], to: program)
        _ = try report(from: program) { $0.cameras.count == 2 && $0.cameras[1].state == .live }
        try send([first], to: program)
        program.writeLine("this is no assignment")
        _ = try report(from: program) { $0.cameras.count == 1 && $0.cameras[0].state == .finished }
        program.closeInput()
        #expect(program.waitForExit() == 0)
        let runs = try journal().compactMap { if case .run(let run) = $0 { run } else { nil } }
        let ofFirst = runs.filter { $0.camera == first.id }
        #expect(Set(ofFirst.map(\.id)).count == 1)
        #expect(ofFirst.last?.endReason == .over)
        #expect(runs.last { $0.camera == second.id }?.endReason == .withdrawn)
    }

    @Test("SIGTERM closes what is open, with its reason")
    func terminated() throws {
        let program = try start()
        try send([try file("cam1", seconds: 30, movement: 0.5...29)], to: program)
        _ = try report(from: program) { ($0.cameras.first?.lastPacket).map { $0 > .init(seconds: 0) } ?? false }
        for _ in 0..<2 { _ = program.readLine() }
        program.terminate()
        #expect(program.waitForExit() == 0)
        let records = try journal()
        let events = records.compactMap { if case .event(let event) = $0 { event } else { nil } }
        #expect(events.last?.endReason == .withdrawn)
        let runs = records.compactMap { if case .run(let run) = $0 { run } else { nil } }
        #expect(runs.last?.endReason == .withdrawn)
    }
}
