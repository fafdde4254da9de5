internal import CameraSimulator
internal import MKDSCore
internal import Media
internal import TestMedia
internal import Testing

@Suite("Bad cameras", .timeLimit(.minutes(10)))
struct BadCameraTests {
    /// For cameras that keep us waiting.
    private let patience = DemuxerDeadlines(open: .seconds(2), stall: .seconds(1))
    /// For cameras that answer, on however busy a machine.
    private static let ample = DemuxerDeadlines(open: .seconds(300), stall: .seconds(300))

    private func failure(
        _ url: String, user: String? = nil, password: String? = nil, within deadlines: DemuxerDeadlines = ample
    ) -> MediaError? {
        do throws(MediaError) {
            _ = try Demuxer(try MediaInput(url: url, user: user, password: password), deadlines: deadlines)
            return nil
        } catch {
            return error
        }
    }

    @Test("a closed port is unreachable", arguments: ["rtsp", "http"])
    func closedPort(scheme: String) throws {
        // A port that was free a moment ago may be another test's by now.
        let error = failure("\(scheme)://127.0.0.1:1/cam")
        #expect(error?.topic == .unreachable)
        #expect(error?.detail.contains("refused") == true)
    }

    @Test("a server that accepts and never answers costs its deadline, no more", arguments: ["rtsp", "http"])
    func silentServer(scheme: String) throws {
        let server = try CannedServer(answers: [])
        defer { withExtendedLifetime(server) {} }
        let started = ContinuousClock.now
        let error = failure("\(scheme)://127.0.0.1:\(server.port)/cam", within: patience)
        #expect(error?.topic == .unreachable)
        #expect(error?.detail == "the camera does not answer")
        #expect(started.duration(to: .now) < .seconds(20))
    }

    @Test(
        "a camera that falls silent within a packet is not believed when it goes on after it was given up",
        .enabled(if: Clip.isAvailable, "the ffmpeg program is missing"))
    func stallsWithinPacket() async throws {
        let simulator = try await simulator()
        let url = "rtsp://127.0.0.1:\(simulator.port)/cam"
        let demuxer = try Demuxer(
            try MediaInput(url: url), deadlines: DemuxerDeadlines(open: .seconds(300), stall: patience.stall))
        var isStalled = false
        var failure: MediaError?
        while failure == nil {
            if !isStalled { simulator.begin(.stall, of: "cam") }
            isStalled = true
            let started = ContinuousClock.now
            do throws(MediaError) { _ = try demuxer.read() } catch { failure = error }
            // The last picture, which comes out only now.
            if started.duration(to: .now) >= patience.stall {
                simulator.end(of: "cam")
                isStalled = false
            }
        }
        #expect(failure?.topic == .stalled)
        #expect(failure?.underlying == "", "FFmpeg was asked again")
        try await simulator.stop()
    }

    // Cameras with few sessions refuse the successor until they have missed this one long enough.
    @Test(
        "a camera gets its session back when its reader is stopped, and when it was given up for its silence",
        .enabled(if: Clip.isAvailable, "the ffmpeg program is missing"), arguments: [true, false])
    func goodbye(isStopped: Bool) async throws {
        let simulator = try await simulator()
        let stop = StopFlag()
        var demuxer: Demuxer? = try Demuxer(
            try MediaInput(url: "rtsp://127.0.0.1:\(simulator.port)/cam"),
            deadlines: DemuxerDeadlines(open: .seconds(300), stall: isStopped ? .seconds(300) : .seconds(1)),
            stop: stop)
        _ = try demuxer?.read()
        if isStopped { stop.raise() } else { simulator.begin(.stall, of: "cam") }
        #expect(throws: MediaError.self) { while try demuxer?.read() != nil {} }
        demuxer = nil
        while simulator.counts.ended == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(simulator.counts.goodbyes == 1)
        try await simulator.stop()
    }

    @Test(
        "a camera that refuses and offers no metadata is asked once, not again without metadata",
        arguments: ["503 Service Unavailable", "404 Not Found"])
    func refusesOnce(status: String) throws {
        let server = try CannedServer(answers: ["RTSP/1.0 200 OK\nPublic: DESCRIBE", "RTSP/1.0 \(status)"])
        defer { withExtendedLifetime(server) {} }
        #expect(failure("rtsp://127.0.0.1:\(server.port)/cam")?.topic == .unreachable)
        #expect(server.callCount == 1)
    }

    @Test(
        "a camera that sends what it did not announce is not opened",
        .enabled(if: Clip.isAvailable, "the ffmpeg program is missing"))
    func unannounced() async throws {
        let simulator = try await simulator()
        simulator.begin(.wrongPayloadType, of: "cam")
        // On a machine too busy to ask in time it is merely not reached.
        let topic = failure("rtsp://127.0.0.1:\(simulator.port)/cam", within: patience)?.topic
        #expect(topic == .stalled || topic == .unreachable)
        try await simulator.stop()
    }

    private func simulator() async throws -> CameraSimulator {
        let files = try TemporaryDirectory()
        let film = try SimulatedClip.make(at: files.file("film.h264"), seconds: 10, movement: 1...9, frameRate: 10)
        return try await CameraSimulator([SimulatedCamera(name: "cam", filmStart: .zero)], clip: film)
    }

    @Test("the stop flag ends an open that hangs")
    func stops() throws {
        let server = try CannedServer(answers: [])
        defer { withExtendedLifetime(server) {} }
        let stop = StopFlag()
        stop.raise()
        #expect {
            _ = try Demuxer(
                try MediaInput(url: "rtsp://127.0.0.1:\(server.port)/cam"),
                deadlines: DemuxerDeadlines(open: .seconds(600), stall: .seconds(600)), stop: stop)
        } throws: { error in
            (error as? MediaError)?.isStop == true
        }
    }

    @Test("a name that does not exist is unreachable")
    func noSuchHost() {
        #expect(failure("rtsp://no-such-camera.invalid/cam")?.topic == .unreachable)
    }

    @Test("a refusal tells wrong password, missing password and SHA-256 apart")
    func refusals() throws {
        let md5 = try CannedServer(answers: [
            "RTSP/1.0 401 Unauthorized\nWWW-Authenticate: Digest realm=\"x\", nonce=\"1\""
        ])
        defer { withExtendedLifetime(md5) {} }
        let url = "rtsp://127.0.0.1:\(md5.port)/cam"
        let wrong = failure(url, user: "operator", password: "hunter2")
        #expect(wrong?.topic == .credentialsRefused)
        #expect(wrong?.detail == "the camera refuses the user name or password")
        #expect(failure(url)?.detail == "the camera asks for a user name and password, none is configured")
        let sha = try CannedServer(answers: [
            "RTSP/1.0 401 Unauthorized\nWWW-Authenticate: Digest realm=\"x\", nonce=\"1\", algorithm=SHA-256"
        ])
        defer { withExtendedLifetime(sha) {} }
        let demanding = failure("rtsp://127.0.0.1:\(sha.port)/cam", user: "operator", password: "hunter2")
        #expect(demanding?.detail == "the camera demands SHA-256 digest, which is not supported")
    }

    @Test("a redirect to another host is an error and is not followed")
    func redirect() throws {
        let other = try CannedServer(answers: ["RTSP/1.0 404 Not Found"])
        defer { withExtendedLifetime(other) {} }
        let server = try CannedServer(answers: [
            "RTSP/1.0 200 OK\nPublic: DESCRIBE", "RTSP/1.0 302 Moved\nLocation: rtsp://127.0.0.2:\(other.port)/cam",
        ])
        defer { withExtendedLifetime(server) {} }
        let error = failure("rtsp://127.0.0.1:\(server.port)/cam", user: "operator", password: "hunter2")
        #expect(error?.detail == "the camera redirects to another host, which is refused")
    }

    @Test(
        "an HTTP redirect to another host is an error, whichever way it is written",
        arguments: ["http://127.0.0.2:PORT/cam", "//127.0.0.2:PORT/cam", " //127.0.0.2:PORT/?x=://127.0.0.1/"])
    func redirectHTTP(location: String) throws {
        let other = try CannedServer(answers: ["HTTP/1.1 404 Not Found"])
        defer { withExtendedLifetime(other) {} }
        let port = "\(other.port)"
        let target = location.split(separator: "PORT").joined(separator: port)
        let server = try CannedServer(answers: ["HTTP/1.1 302 Found\nLocation: \(target)\nContent-Length: 0"])
        defer { withExtendedLifetime(server) {} }
        let error = failure("http://127.0.0.1:\(server.port)/cam", user: "operator", password: "hunter2")
        #expect(error?.detail == "the camera redirects to another host, which is refused")
    }

    @Test("a redirect without a host, which FFmpeg would take for this machine, is an error and is not followed")
    func relativeRedirect() throws {
        let server = try CannedServer(answers: [
            "RTSP/1.0 200 OK\nPublic: DESCRIBE", "RTSP/1.0 302 Moved\nLocation: /other",
        ])
        defer { withExtendedLifetime(server) {} }
        let error = failure("rtsp://127.0.0.1:\(server.port)/cam", user: "operator", password: "hunter2")
        #expect(error?.detail == "the camera redirects to another of its addresses; set that one as its URL instead")
    }

    @Test("rubbish instead of RTSP or HTTP fails", arguments: ["rtsp", "http"])
    func rubbish(scheme: String) throws {
        let server = try CannedServer(answers: ["\u{1}\u{2}rubbish\u{3}"])
        defer { withExtendedLifetime(server) {} }
        #expect(failure("\(scheme)://127.0.0.1:\(server.port)/cam", within: patience) != nil)
    }

    @Test("errors never hold the URL, user name or password")
    func noSecrets() throws {
        let servers = try [
            CannedServer(answers: ["RTSP/1.0 401 Unauthorized\nWWW-Authenticate: Basic realm=\"x\""]),
            CannedServer(answers: ["RTSP/1.0 500 Oops"]), CannedServer(answers: []),
        ]
        for server in servers {
            let error = failure(
                "rtsp://127.0.0.1:\(server.port)/secret-path", user: "operator", password: "hunter2", within: patience)
            let text = try #require(error?.debugDescription)
            for secret in ["operator", "hunter2", "secret-path", "127.0.0.1"] { #expect(!text.contains(secret)) }
        }
        let input = try MediaInput(url: "rtsp://10.0.0.1/secret-path", user: "operator", password: "hunter2")
        #expect("\(input)" == "an RTSP camera")
        #expect(String(reflecting: input) == "an RTSP camera")
    }

    @Test(
        "refuses URLs that are not a camera's",
        arguments: [
            "", "cam", "rtsp://", "rtsp:///path", "rtsp://user:password@10.0.0.1/", "rtsp://10.0.0.1:0/",
            "rtsp://10.0.0.1:99999/", "rtsp://10.0.0.1:x/", "ftp://10.0.0.1/", "https://10.0.0.1/", "file://relative",
            "file:///a%00b", "file:///a%zz", "rtsp://10.0.0.1/a b", "rtsp://10.0.0.1/\n", "concat:/etc/passwd",
            "rtsp://ho$st/",
        ])
    func badURLs(url: String) {
        #expect(throws: MediaError.self) { _ = try MediaInput(url: url) }
    }
}
