internal import MKDSCore
internal import Media
internal import TestMedia
internal import Testing

/// RTMP, SRT and HLS from real servers, good and bad.
@Suite(
    "Other live sources", .timeLimit(.minutes(10)), .enabled(if: Clip.isAvailable, "the ffmpeg program is missing"))
struct LiveSourceTests {
    private let directory: TemporaryDirectory
    private let clip: String

    init() throws {
        directory = try TemporaryDirectory()
        clip = directory.file("clip.mp4")
        try Clip(seconds: 4, movement: 1...3).write(.h264, to: clip)
    }

    /// Opens as soon as the server has come up; what is never answered is the last error.
    private func open(_ url: String, password: String? = nil) throws -> Demuxer {
        var failure: MediaError?
        for _ in 0..<50 {
            do throws(MediaError) {
                return try Demuxer(MediaInput(url: url, user: password.map { _ in "operator" }, password: password))
            } catch {
                failure = error
                // The server is starting: nobody listens yet, or its first playlist is not written.
                guard error.topic == .unreachable else { throw error }
                StopFlag().wait(for: .milliseconds(100))
            }
        }
        throw failure ?? .stopped
    }

    private func expectPictures(_ demuxer: Demuxer) throws {
        #expect(demuxer.video.codec == "h264")
        #expect(demuxer.leftoverOptions == [])
        var keyframes = 0
        var last: Duration?
        for _ in 0..<75 {
            let packet = try #require(try demuxer.readVideo())
            if packet.isKeyframe { keyframes += 1 }
            if let last { #expect(packet.time > last) }
            last = packet.time
        }
        #expect(keyframes >= 2)
    }

    @Test func pullsOverRTMP() throws {
        let server = try StreamServer(.rtmp, file: clip)
        try expectPictures(try open("rtmp://127.0.0.1:\(server.port)/live/cam"))
    }

    @Test func pullsEncryptedOverSRT() throws {
        let server = try StreamServer(.srt(passphrase: "correct horse battery"), file: clip)
        try expectPictures(try open("srt://127.0.0.1:\(server.port)?latency=50", password: "correct horse battery"))
    }

    @Test func saysThatAPassphraseIsWrong() throws {
        let server = try StreamServer(.srt(passphrase: "correct horse battery"), file: clip)
        let error = #expect(throws: MediaError.self) {
            try open("srt://127.0.0.1:\(server.port)", password: "wrong horse battery")
        }
        #expect(error?.topic == .credentialsRefused)
        #expect(error?.detail.contains("passphrase") == true)
    }

    @Test func readsALivePlaylistAndTheFirstVariantOfAMaster() throws {
        let server = try StreamServer(.hls(directory: directory.path), file: clip)
        let files = try FileServer(directory.path)
        try expectPictures(try open("http://127.0.0.1:\(files.port)/live.m3u8"))
        let master = """
            #EXTM3U
            #EXT-X-STREAM-INF:BANDWIDTH=100000
            live.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=200000
            http://127.0.0.1:\(files.port)/live.m3u8
            """
        _ = try directory.write(master.utf8, to: "master.m3u8")
        try expectPictures(try open("http://127.0.0.1:\(files.port)/master.m3u8"))
        server.stop()
    }

    @Test("a server that falls silent is a stall, one that dies is a loss", arguments: ["rtmp", "srt"])
    func silence(kind: String) throws {
        let isRTMP = kind == "rtmp"
        let server = try StreamServer(isRTMP ? .rtmp : .srt(passphrase: nil), file: clip)
        let url = isRTMP ? "rtmp://127.0.0.1:\(server.port)/live/cam" : "srt://127.0.0.1:\(server.port)"
        let demuxer = try open(url)
        _ = try demuxer.readVideo()
        server.freeze()
        let began = ContinuousClock.now
        let error = #expect(throws: MediaError.self) { while try demuxer.readVideo() != nil {} }
        #expect(error?.topic == .stalled || error?.topic == .lost, "\(String(describing: error))")
        #expect(began.duration(to: .now) < .seconds(30))
    }

    @Test("a stop flag ends the wait for a silent server at once", arguments: ["rtmp", "srt", "http"])
    func stops(kind: String) async throws {
        let server = try CannedServer(answers: [])
        defer { withExtendedLifetime(server) {} }
        let tail = ["rtmp": "/live/cam", "http": "/live.m3u8"][kind] ?? ""
        let input = try MediaInput(url: "\(kind)://127.0.0.1:\(server.port)\(tail)")
        let stop = StopFlag()
        stop.raise()
        let error = #expect(throws: MediaError.self) { try Demuxer(input, stop: stop) }
        #expect(error?.isStop == true)
    }

    @Test("a server that never says a word is told within the deadline", arguments: ["rtmp", "srt", "http"])
    func neverAnswers(kind: String) throws {
        let server = try CannedServer(answers: [])
        defer { withExtendedLifetime(server) {} }
        let tail = ["rtmp": "/live/cam", "http": "/live.m3u8"][kind] ?? ""
        let input = try MediaInput(url: "\(kind)://127.0.0.1:\(server.port)\(tail)")
        let deadlines = DemuxerDeadlines(open: .seconds(2), stall: .seconds(1))
        let began = ContinuousClock.now
        let error = #expect(throws: MediaError.self) { try Demuxer(input, deadlines: deadlines) }
        #expect(error?.topic == .unreachable, "\(String(describing: error))")
        #expect(began.duration(to: .now) < .seconds(20))
    }

    @Test("rubbish is an error", arguments: ["rtmp://127.0.0.1:PORT/live/cam", "http://127.0.0.1:PORT/live.m3u8"])
    func rubbish(url: String) throws {
        let server = try CannedServer(answers: ["\u{1}\u{2}rubbish\u{3}"])
        defer { withExtendedLifetime(server) {} }
        let input = try MediaInput(url: url.replacing("PORT", with: "\(server.port)"))
        let deadlines = DemuxerDeadlines(open: .seconds(2), stall: .seconds(1))
        #expect(throws: MediaError.self) { try Demuxer(input, deadlines: deadlines) }
    }

    @Test func aCodecThatIsNotReadIsNamed() throws {
        let path = directory.file("other.flv")
        try Clip.ffmpeg(["-f", "lavfi", "-i", "testsrc=size=320x240:rate=25", "-t", "4", "-c:v", "flv1", path])
        let server = try StreamServer(.rtmp, file: path)
        let error = #expect(throws: MediaError.self) { try open("rtmp://127.0.0.1:\(server.port)/live/cam") }
        #expect(error?.topic == .unsupported)
        #expect(error?.detail.contains("flv1") == true, "\(String(describing: error))")
    }

    @Test(
        "refuses addresses that are no stream to be pulled",
        arguments: [
            "srt://10.0.0.1", "srt://10.0.0.1:9000?mode=listener", "srt://10.0.0.1:9000?passphrase=0123456789",
            "srt://10.0.0.1:9000?latency=60000", "srt://10.0.0.1:9000/path", "srt://10.0.0.1:9000?streamid=%zz",
            "rtmp://10.0.0.1", "rtmp://10.0.0.1/", "https://10.0.0.1/live.m3u8", "folder:///srv/cam1",
            "rtmp://user:password@10.0.0.1/live/cam",
        ])
    func badURLs(url: String) {
        #expect(throws: MediaError.self) { _ = try MediaInput(url: url) }
    }

    @Test func refusesSecretsThatCannotBeSent() {
        #expect(throws: MediaError.self) { _ = try MediaInput(url: "srt://10.0.0.1:9", user: "a", password: "short") }
        #expect(throws: MediaError.self) {
            _ = try MediaInput(url: "rtmp://10.0.0.1/live/cam", user: "a", password: "with/slash")
        }
    }
}
