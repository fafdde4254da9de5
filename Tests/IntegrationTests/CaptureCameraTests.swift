internal import Capture
import Linux
internal import Logging
internal import MKDSCore
internal import Media
internal import TestMedia
internal import Testing

/// One watched camera and everything it recorded, as a stream a test can follow without sleeping.
final class Watching {
    let thread: CameraThread
    private(set) var records: [JournalRecord] = []
    private var iterator: AsyncStream<JournalRecord>.Iterator
    private let continuation: AsyncStream<JournalRecord>.Continuation

    init(url: String, user: String? = nil, password: String? = nil, trust: CameraTrust? = nil) throws {
        let (stream, continuation) = AsyncStream<JournalRecord>.makeStream()
        iterator = stream.makeAsyncIterator()
        self.continuation = continuation
        let camera = AssignedCamera(
            id: try #require(CameraID("cam1")), url: url, user: user, password: password, trust: trust,
            motion: MotionSettings(quietSeconds: 0.5))
        let context = CaptureContext(
            record: { continuation.yield($0) }, now: { .now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            deadlines: DemuxerDeadlines(open: .seconds(5), stall: .seconds(3)), delayScale: 0.2)
        thread = CameraThread(camera, context: context)
    }

    /// Follows the records until one is what is looked for.
    func first<Found>(_ look: (JournalRecord) -> Found?) async -> Found? {
        var copy = iterator
        defer { iterator = copy }
        while let record = await copy.next(isolation: nil) {
            records.append(record)
            if let found = look(record) { return found }
        }
        return nil
    }

    /// All that is recorded until the camera's thread ends by itself, as it does with a file.
    func untilEnd() async throws -> [JournalRecord] {
        while !thread.isDone { try await Task.sleep(for: .milliseconds(10)) }
        continuation.finish()
        let _: Bool? = await first { _ in nil }
        return records
    }

    func firstEvent(_ matches: (Event) -> Bool) async -> Event? {
        await first { if case .event(let event) = $0, matches(event) { event } else { nil } }
    }

    func firstGap(_ matches: (Gap) -> Bool) async -> Gap? {
        await first { if case .gap(let gap) = $0, matches(gap) { gap } else { nil } }
    }

    deinit {
        thread.requestStop()
        thread.join()
    }
}

@Suite(
    "Cameras over a real RTSP server", .serialized, .timeLimit(.minutes(10)),
    .enabled(if: CameraServer.isAvailable, "gst-rtsp-server for Python or ffmpeg is missing"))
struct CaptureCameraTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func clip(_ encoder: Clip.Encoder, _ name: String) throws -> String {
        let path = directory.file(name)
        try Clip(seconds: 5, movement: 2...4).write(encoder, to: path)
        return path
    }

    @Test(
        "motion on a camera becomes an event that opens, lasts and closes",
        arguments: [(Clip.Encoder.h264, "h264", "a.mp4"), (.h265, "hevc", "a.mp4"), (.mjpeg, "mjpeg", "a.avi")]
            .filter { $0.0.isAvailable })
    func motion(encoder: Clip.Encoder, codec: String, name: String) async throws {
        let server = try CameraServer(mounts: ["cam": try clip(encoder, name)])
        let watching = try Watching(url: "rtsp://127.0.0.1:\(server.port)/cam")
        let opened = try #require(await watching.firstEvent { $0.kind == .motion && $0.revision == 0 })
        #expect(opened.end == nil)
        let closed = try #require(await watching.firstEvent { $0.id == opened.id && $0.end != nil })
        #expect(closed.endReason == .over)
        #expect(closed.clock == .arrival || closed.clock == .rtcp)
        #expect(opened.reading != nil && closed.reading == opened.reading)
        let uncertainty = try #require(closed.uncertainty)
        #expect(uncertainty < .seconds(5))
        let end = try #require(closed.end)
        #expect((end - closed.start).inSeconds > 1.2 && (end - closed.start).inSeconds < 3)
        #expect(closed.cells?.count ?? 0 > 10)
        let run = watching.records.compactMap { if case .run(let run) = $0 { run } else { nil } }.first
        #expect(run?.codec == codec)
        #expect(run?.width == 320)
        #expect(run?.height == 240)
        watching.thread.requestStop()
        let last = await watching.first { if case .run(let run) = $0, run.endReason != nil { run } else { nil } }
        #expect(last?.endReason == .withdrawn)
        #expect(abs((last?.frameRate ?? 0) - 25) < 1)
        #expect(watching.thread.status.damaged == 0)
    }

    @Test("HTTP-MJPEG is a camera too")
    func httpMJPEG() async throws {
        let server = try CameraServer(http: ["cam": try clip(.mjpeg, "a.avi")])
        let port = try #require(server.httpPort)
        let watching = try Watching(url: "http://127.0.0.1:\(port)/cam")
        let opened = try #require(await watching.firstEvent { $0.kind == .motion })
        #expect(await watching.firstEvent { $0.id == opened.id && $0.endReason == .over } != nil)
    }

    @Test("a wrong password is a health event, the right one is none")
    func password() async throws {
        let file = try directory.write("right\n".utf8, to: "password")
        let server = try CameraServer(
            mounts: ["cam": try clip(.h264, "a.mp4")], login: ("operator", file))
        let url = "rtsp://127.0.0.1:\(server.port)/cam"
        let wrong = try Watching(url: url, user: "operator", password: "wrong")
        let event = try #require(await wrong.firstEvent { $0.kind == .health })
        #expect(event.topic == HealthTopic.credentialsRefused.rawValue)
        #expect(event.detail == "the camera refuses the user name or password")
        let right = try Watching(url: url, user: "operator", password: "right")
        #expect(await right.first { if case .run = $0 { true } else { nil } } != nil)
        #expect(!right.records.contains { if case .event(let event) = $0 { event.kind == .health } else { false } })
    }

    @Test("an encrypted camera is refused with its fingerprint until that is set as trust")
    func encrypted() async throws {
        let maker = try CertificateMaker()
        let certificate = try maker.certificate("camera")
        let server = try CameraServer(mounts: ["cam": try clip(.h264, "a.mp4")], tls: certificate.withKey)
        let url = "rtsps://127.0.0.1:\(server.port)/cam"
        let unknown = try Watching(url: url)
        let event = try #require(await unknown.firstEvent { $0.kind == .health })
        #expect(event.topic == HealthTopic.untrusted.rawValue)
        let told = try #require(event.detail.split(separator: " ").last)
        let trust = try #require(CameraTrust(String(told)))
        let known = try Watching(url: url, trust: trust)
        #expect(await known.first { if case .run = $0 { true } else { nil } } != nil)
        #expect(!known.records.contains { if case .event(let event) = $0 { event.kind == .health } else { false } })
    }

    @Test("a stream with damage in every group of pictures is told as damaged, though no packet is missing")
    func damaged() async throws {
        let path = directory.file("a.mp4")
        try Clip(seconds: 10, movement: 1...9).write(.h264, to: path)
        var bytes = try TemporaryDirectory.read(path)
        // The first pictures stay whole, and so does the index at the end.
        for place in stride(from: bytes.count / 8, to: bytes.count * 7 / 8, by: 500) { bytes[place] ^= 0xa5 }
        let watching = try Watching(url: "file://\(try directory.write(bytes, to: "b.mp4"))")
        let records = try await watching.untilEnd()
        let events = records.compactMap { if case .event(let event) = $0 { event } else { nil } }
        let trouble = try #require(events.last { $0.topic == SightTrouble.packetLoss.rawValue })
        #expect(trouble.kind == .health)
        #expect(trouble.endReason == .streamLost)
        #expect((try #require(trouble.end) - trouble.start).inSeconds > 5)
        #expect(watching.thread.status.damaged > 5)
    }

    @Test("a mount that does not exist is unreachable")
    func noSuchMount() async throws {
        let server = try CameraServer(mounts: ["cam": try clip(.h264, "a.mp4")])
        let watching = try Watching(url: "rtsp://127.0.0.1:\(server.port)/other")
        let event = try #require(await watching.firstEvent { $0.kind == .health })
        #expect(event.topic == HealthTopic.unreachable.rawValue)
        #expect(event.detail == "the camera knows no stream of this name (404)")
    }

    @Test("a camera that goes and comes back leaves one gap with its reason and one closed event")
    func comesBack() async throws {
        let path = try clip(.h264, "a.mp4")
        var server: CameraServer? = try CameraServer(mounts: ["cam": path])
        let port = try #require(server?.port)
        let watching = try Watching(url: "rtsp://127.0.0.1:\(port)/cam")
        #expect(await watching.first { if case .run = $0 { true } else { nil } } != nil)
        server = nil
        let lost = try #require(await watching.firstGap { _ in true })
        #expect(lost.end == nil)
        #expect(lost.reason == .lost || lost.reason == .stalled)
        let trouble = try #require(await watching.firstEvent { $0.kind == .health })
        server = try CameraServer(mounts: ["cam": path], port: port)
        let closed = try #require(await watching.firstGap { $0.id == lost.id && $0.end != nil })
        #expect(try #require(closed.end) > lost.start)
        let over = try #require(await watching.firstEvent { $0.id == trouble.id && $0.end != nil })
        #expect(over.endReason == .over)
        _ = server
    }
}
