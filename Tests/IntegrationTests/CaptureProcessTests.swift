internal import FoundationEssentials
internal import Glibc
internal import MKDSCore
internal import Spool
internal import TestMedia
internal import Testing

@Suite(
    "The program mkds-capture", .timeLimit(.minutes(10)),
    .enabled(if: Clip.isAvailable, "the ffmpeg program is missing"))
struct CaptureProcessTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func start(networks: String = "127.0.0.0/8") throws -> Program {
        try Program([
            try Program.product("mkds-capture"), "run", "--spool", directory.path, "--group", "g1", "--log-level",
            "error", "--files", directory.path, "--networks", networks,
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

    /// In its box the process has no rights left that a test as root would have.
    @Test(
        "reaches an encrypted camera from within its box",
        .enabled(if: CameraServer.isAvailable, "gst-rtsp-server for Python or ffmpeg is missing"))
    func encryptedCamera() throws {
        let path = directory.file("a.mp4")
        try Clip(seconds: 2, movement: 0...1).write(.h264, to: path)
        let maker = try CertificateMaker()
        let certificate = try maker.certificate("camera")
        let server = try CameraServer(mounts: ["cam": path], tls: certificate.withKey)
        let camera = AssignedCamera(
            id: try #require(CameraID("cam1")), url: "rtsps://127.0.0.1:\(server.port)/cam",
            trust: CameraTrust(try maker.fingerprint(certificate.certificate)), motion: MotionSettings())
        let program = try start()
        try send([camera], to: program)
        let report = try #require(try report(from: program) { [.live, .waiting].contains($0.cameras.first?.state) })
        #expect(report.cameras.first?.state == .live, "\(report.cameras.first?.detail ?? "")")
        program.closeInput()
        #expect(program.waitForExit() == 0)
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

    @Test("a reader of the log that hangs holds nothing up, and is told what it missed")
    func stalledLog() throws {
        let path = directory.file("log")
        try #require(mkfifo(path, 0o600) == 0)
        let log = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        try #require(log >= 0)
        defer { close(log) }
        var page = [UInt8](repeating: UInt8(ascii: "x"), count: 4096)
        while write(log, page, page.count) > 0 {}
        let program = try Program([
            "/bin/sh", "-c", #"exec "$0" run --spool "$1" --files "$1" --group g1 --log-level error 2>"$2""#,
            try Program.product("mkds-capture"), directory.path, path,
        ])
        program.writeLine("this is no assignment")
        try send([try file("cam1", seconds: 1, movement: 0.5...0.8)], to: program)
        #expect(try report(from: program) { $0.cameras.first?.state == .finished } != nil)
        while read(log, &page, page.count) > 0 {}
        program.writeLine("nor is this")
        _ = try report(from: program) { _ in true }
        program.closeInput()
        #expect(program.waitForExit() == 0)
        let count = max(0, read(log, &page, page.count))
        let text = String(decoding: page[..<count], as: UTF8.self)
        #expect(text.contains("cannot be read"))
        #expect(text.contains("1 log lines dropped"))
    }

    // A report waited for the reader, and no signal was heard meanwhile.
    @Test("a reader of the reports that hangs does not keep the process from ending when it is told to")
    func stalledReports() throws {
        let path = directory.file("reports")
        try #require(mkfifo(path, 0o600) == 0)
        let reports = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        try #require(reports >= 0)
        defer { close(reports) }
        let page = [UInt8](repeating: UInt8(ascii: "x"), count: 4096)
        while write(reports, page, page.count) > 0 {}
        let program = try Program([
            "/bin/sh", "-c", #"exec "$0" run --spool "$1" --files "$1" --group g1 2>&1 >"$2""#,
            try Program.product("mkds-capture"), directory.path, path,
        ])
        // The first report comes before the first assignment is read.
        try send([], to: program)
        while let line = program.readLine(), !line.contains("cameras assigned") {}
        program.terminate()
        #expect(program.waitForExit() == 0)
    }

    @Test("a file that breaks off after pictures is told once and not read again")
    func brokenFile() throws {
        let (small, huge) = (directory.file("small.mkv"), directory.file("huge.mkv"))
        try Clip(seconds: 2, movement: 0.5...1.5).write(.mjpeg, to: small)
        try Clip.ffmpeg(
            ["-f", "lavfi", "-i", "color=gray:size=16000x8000:rate=1", "-frames:v", "1", "-c:v", "mjpeg", huge])
        let list = try directory.write("file '\(small)'\nfile '\(huge)'\n".utf8, to: "list")
        let path = directory.file("both.mkv")
        try Clip.ffmpeg(["-f", "concat", "-safe", "0", "-i", list, "-c", "copy", path])
        let camera = AssignedCamera(
            id: try #require(CameraID("cam1")), url: "file://\(path)", motion: MotionSettings(quietSeconds: 0.5))
        let program = try start()
        try send([camera], to: program)
        let report = try #require(
            try report(from: program) { [.finished, .waiting].contains($0.cameras.first?.state) })
        #expect(report.cameras.first?.state == .finished)
        #expect(report.cameras.first?.reason == HealthTopic.unsupported.rawValue)
        program.closeInput()
        #expect(program.waitForExit() == 0)
        let events = try journal().compactMap { if case .event(let event) = $0 { event } else { nil } }
        let health = events.filter { $0.kind == .health }
        #expect(health.map(\.topic) == [HealthTopic.unsupported.rawValue])
        #expect(health.first?.end != nil)
        #expect(Set(events.map(\.id)).count == 2)
    }

    /// Matroska's cluster times are 64 bits: one far beyond any clock must cost neither the process nor the wait.
    @Test("a file whose times leap to the end of the numbers is read on at its pace")
    func leapingTimes() throws {
        let whole = directory.file("whole.mkv")
        let clip = directory.file("clip.mp4")
        try Clip(seconds: 12, movement: 1...2).write(.h264, to: clip)
        try Clip.ffmpeg(["-i", clip, "-c", "copy", "-write_crc32", "0", whole])
        let bytes = try TemporaryDirectory.read(whole)
        let cluster: [UInt8] = [0x1f, 0x43, 0xb6, 0x75]
        let last = try #require(
            bytes.indices.dropLast(20).last { bytes[$0..<$0 + 4].elementsEqual(cluster) })
        // Cluster ID, size of 1 to 8 bytes, Timestamp ID, its size, its value (RFC 9559 section 5.1.3).
        let timestamp = last + 4 + bytes[last + 4].leadingZeroBitCount + 1
        try #require(bytes[timestamp] == 0xe7)
        let rest = bytes[(timestamp + 2 + Int(bytes[timestamp + 1] & 0x7f))...]
        let milliseconds: UInt64 = 9_223_000_000_000_000
        let far = (0..<8).reversed().map { UInt8(truncatingIfNeeded: milliseconds >> (8 * $0)) }
        let unknownSize: [UInt8] = [1] + [UInt8](repeating: 0xff, count: 7)
        let path = try directory.write(
            bytes[..<(last + 4)] + unknownSize + [0xe7, 0x88] + far + rest, to: "far.mkv")
        let camera = AssignedCamera(
            id: try #require(CameraID("cam1")), url: "file://\(path)", motion: MotionSettings(quietSeconds: 0.5))
        let program = try start()
        try send([camera], to: program)
        #expect(try report(from: program) { $0.cameras.first?.state == .finished } != nil)
        program.closeInput()
        #expect(program.waitForExit() == 0)
        let events = try journal().compactMap { if case .event(let event) = $0 { event } else { nil } }
        #expect(events.contains { $0.kind == .motion && $0.endReason == .over })
    }

    @Test(
        "connects to no camera outside the networks cameras may be in, by number or by name, and says so",
        arguments: ["127.0.0.1", "localhost"])
    func outsideNetworks(host: String) throws {
        let server = try CannedServer(answers: ["HTTP/1.1 404 Not Found\nContent-Length: 0"])
        defer { withExtendedLifetime(server) {} }
        for (networks, reason) in [("127.0.0.0/8,::1/128", "(404)"), ("10.0.0.0/8,fc00::/7", "(capture.networks)")] {
            let camera = AssignedCamera(
                id: try #require(CameraID("cam1")), url: "http://\(host):\(server.port)/cam", motion: MotionSettings())
            let program = try start(networks: networks)
            try send([camera], to: program)
            let report = try #require(try report(from: program) { $0.cameras.first?.state == .waiting })
            let detail = report.cameras.first?.detail ?? ""
            #expect(detail.contains(reason), "\(networks): \(detail)")
            program.closeInput()
            #expect(program.waitForExit() == 0)
        }
    }

    @Test("a proxy named by the environment sees nothing of a camera")
    func noProxy() throws {
        let camera = try CannedServer(answers: ["HTTP/1.1 404 Not Found\nContent-Length: 0"])
        defer { withExtendedLifetime(camera) {} }
        let said = try Program.run([
            "env", "http_proxy=http://127.0.0.1:1", "/bin/sh", "-c",
            "'\(try Program.product("mkds-capture"))' try http://127.0.0.1:\(camera.port)/cam 2>&1 || true",
        ])
        #expect(said.contains("(404)"), "\(said)")
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
