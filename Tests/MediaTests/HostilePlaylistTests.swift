internal import MKDSCore
internal import Media
internal import TestMedia
internal import Testing

/// What a playlist may make us open: segments on its own server, nothing else.
@Suite(
    "Hostile playlists", .timeLimit(.minutes(10)), .enabled(if: Clip.isAvailable, "the ffmpeg program is missing"))
struct HostilePlaylistTests {
    private let directory: TemporaryDirectory
    private let files: FileServer
    private let witness: CannedServer

    init() throws {
        directory = try TemporaryDirectory()
        files = try FileServer(directory.path)
        witness = try CannedServer(answers: [])
        try Clip(seconds: 2, movement: 0...1).write(.h264, to: directory.file("good.ts"))
    }

    private func failure(_ lines: String, user: String? = nil, password: String? = nil) throws -> MediaError? {
        _ = try directory.write("#EXTM3U\n#EXT-X-TARGETDURATION:2\n\(lines)\n".utf8, to: "live.m3u8")
        let input = try MediaInput(
            url: "http://127.0.0.1:\(files.port)/live.m3u8", user: user, password: password)
        do throws(MediaError) {
            let demuxer = try Demuxer(input, deadlines: DemuxerDeadlines(open: .seconds(2), stall: .seconds(1)))
            while try demuxer.readVideo() != nil {}
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "what lies elsewhere is refused before anything is opened",
        arguments: [
            "#EXTINF:2,\nfile:///etc/passwd", "#EXTINF:2,\nfile:///FILE", "#EXTINF:2,\nhttp://127.0.0.1:PORT/x.ts",
            "#EXTINF:2,\nhttp://127.0.0.2:OWN/good.ts", "#EXTINF:2,\n//127.0.0.1:PORT/x.ts",
            "#EXTINF:2,\nhttp://user@127.0.0.1:OWN@127.0.0.1:PORT/x.ts", "#EXTINF:2,\nhttps://127.0.0.1:PORT/x.ts",
            "#EXT-X-MAP:URI=\"http://127.0.0.1:PORT/init.mp4\"\n#EXTINF:2,\ngood.ts",
            "#EXT-X-KEY:METHOD=AES-128,URI=\"http://127.0.0.1:PORT/key\"\n#EXTINF:2,\ngood.ts",
            "#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n#EXTINF:2,\ngood.ts",
            "#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://127.0.0.1:PORT/other.m3u8",
            "#EXTINF:2,\ngood.ts\n#EXTINF:2,\nhttp://127.0.0.1:PORT/x.ts",
        ])
    func elsewhere(lines: String) throws {
        let text = lines.replacing("PORT", with: "\(witness.port)").replacing("OWN", with: "\(files.port)")
            .replacing("FILE", with: String(directory.file("good.ts").dropFirst()))
        let error = try #require(try failure(text, user: "operator", password: "hunter2"))
        #expect(
            error.detail == "the playlist names a file, another host or encrypted segments, which is refused",
            "\(error)")
        #expect(!witness.wasCalled)
    }

    @Test(
        "other protocols and what is no segment come to nothing",
        arguments: [
            "rtsp://127.0.0.1:PORT/x", "concat:/etc/passwd|/etc/hosts", "subfile,,start,0,end,9,,:/etc/passwd",
            "tcp://127.0.0.1:PORT", "unix:/run/mkds/query.sock", "data:text/plain,x", "/etc/passwd", "missing.ts",
        ])
    func otherProtocols(segment: String) throws {
        let text = "#EXTINF:2,\n" + segment.replacing("PORT", with: "\(witness.port)")
        #expect(try failure(text) != nil)
        #expect(!witness.wasCalled)
    }

    @Test func aRedirectOfASegmentIsNotFollowed() throws {
        let server = try CannedServer(answers: [
            "HTTP/1.1 302 Found\nLocation: http://127.0.0.2:\(witness.port)/x.ts\nContent-Length: 0"
        ])
        defer { withExtendedLifetime(server) {} }
        let input = try MediaInput(url: "http://127.0.0.1:\(server.port)/live.m3u8", user: "a", password: "b")
        let error = #expect(throws: MediaError.self) { try Demuxer(input) }
        #expect(error?.detail == "the camera redirects to another host, which is refused")
    }

    @Test func aFinishedRecordingIsNoLiveStream() throws {
        let error = try failure("#EXTINF:2,\ngood.ts\n#EXT-X-ENDLIST")
        #expect(error?.detail == "the playlist is a finished recording, not a live stream")
    }

    @Test func aPlaylistInPlaceOfASegmentIsRefused() throws {
        _ = try directory.write("#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n".utf8, to: "inner.ts")
        #expect(try failure("#EXTINF:2,\ninner.ts") != nil)
    }
}
