internal import MKDSCore
internal import Media
internal import TestMedia
internal import Testing

@Suite("Bad cameras", .timeLimit(.minutes(1)))
struct BadCameraTests {
    private let patience = DemuxerDeadlines(open: .seconds(2), stall: .seconds(1))

    private func failure(_ url: String, user: String? = nil, password: String? = nil) -> MediaError? {
        do throws(MediaError) {
            _ = try Demuxer(try MediaInput(url: url, user: user, password: password), deadlines: patience)
            return nil
        } catch {
            return error
        }
    }

    @Test("a closed port is unreachable", arguments: ["rtsp", "http"])
    func closedPort(scheme: String) throws {
        let port = try CannedServer(answers: []).port
        let error = failure("\(scheme)://127.0.0.1:\(port)/cam")
        #expect(error?.topic == .unreachable)
        #expect(error?.detail.contains("refused") == true)
    }

    @Test("a server that accepts and never answers costs its deadline, no more", arguments: ["rtsp", "http"])
    func silentServer(scheme: String) throws {
        let server = try CannedServer(answers: [])
        let started = ContinuousClock.now
        let error = failure("\(scheme)://127.0.0.1:\(server.port)/cam")
        #expect(error?.topic == .unreachable)
        #expect(error?.detail == "the camera does not answer")
        #expect(started.duration(to: .now) < .seconds(20))
    }

    @Test("the stop flag ends an open that hangs")
    func stops() throws {
        let server = try CannedServer(answers: [])
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
        let url = "rtsp://127.0.0.1:\(md5.port)/cam"
        let wrong = failure(url, user: "operator", password: "hunter2")
        #expect(wrong?.topic == .credentialsRefused)
        #expect(wrong?.detail == "the camera refuses the user name or password")
        #expect(failure(url)?.detail == "the camera asks for a user name and password, none is configured")
        let sha = try CannedServer(answers: [
            "RTSP/1.0 401 Unauthorized\nWWW-Authenticate: Digest realm=\"x\", nonce=\"1\", algorithm=SHA-256"
        ])
        let demanding = failure("rtsp://127.0.0.1:\(sha.port)/cam", user: "operator", password: "hunter2")
        #expect(demanding?.detail == "the camera demands SHA-256 digest, which is not supported")
    }

    @Test("a redirect to another host is an error and is not followed")
    func redirect() throws {
        let other = try CannedServer(answers: ["RTSP/1.0 404 Not Found"])
        let server = try CannedServer(answers: [
            "RTSP/1.0 200 OK\nPublic: DESCRIBE", "RTSP/1.0 302 Moved\nLocation: rtsp://127.0.0.2:\(other.port)/cam",
        ])
        let error = failure("rtsp://127.0.0.1:\(server.port)/cam", user: "operator", password: "hunter2")
        #expect(error?.detail == "the camera redirects to another host, which is refused")
    }

    @Test("rubbish instead of RTSP or HTTP fails", arguments: ["rtsp", "http"])
    func rubbish(scheme: String) throws {
        let server = try CannedServer(answers: ["\u{1}\u{2}rubbish\u{3}"])
        #expect(failure("\(scheme)://127.0.0.1:\(server.port)/cam") != nil)
    }

    @Test("errors never hold the URL, user name or password")
    func noSecrets() throws {
        let servers = try [
            CannedServer(answers: ["RTSP/1.0 401 Unauthorized\nWWW-Authenticate: Basic realm=\"x\""]),
            CannedServer(answers: ["RTSP/1.0 500 Oops"]), CannedServer(answers: []),
        ]
        for server in servers {
            let error = failure("rtsp://127.0.0.1:\(server.port)/secret-path", user: "operator", password: "hunter2")
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
            "rtsp://10.0.0.1:99999/", "rtsp://10.0.0.1:x/", "ftp://10.0.0.1/", "rtsps://10.0.0.1/", "file://relative",
            "file:///a%00b", "file:///a%zz", "rtsp://10.0.0.1/a b", "rtsp://10.0.0.1/\n", "concat:/etc/passwd",
            "rtsp://ho$st/",
        ])
    func badURLs(url: String) {
        #expect(throws: MediaError.self) { _ = try MediaInput(url: url) }
    }
}
