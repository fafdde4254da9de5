internal import Glibc
internal import MKDSCore
internal import Media
internal import TestMedia
internal import Testing

/// Opens, and reads to the end, what must fail somewhere; returns why.
private func failure(
    _ path: String, codecs: CodecPolicy = .camera, sourceLocation: SourceLocation = #_sourceLocation
) -> MediaError? {
    do {
        let error = try watch(path, codecs: codecs).error
        if error == nil { Issue.record("it was read without complaint", sourceLocation: sourceLocation) }
        return error
    } catch let error as MediaError {
        return error
    } catch {
        Issue.record("\(error)", sourceLocation: sourceLocation)
        return nil
    }
}

@Suite(
    "Bad files", .enabled(if: Clip.isAvailable, "the ffmpeg program is missing"), .timeLimit(.minutes(10)))
struct BadFileTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func clip(_ name: String, seconds: Double = 6) throws -> String {
        let path = directory.file(name)
        try Clip(seconds: seconds).write(.h264, to: path)
        return path
    }

    @Test("a file cut short is read to the cut and then reported", arguments: ["mp4", "mkv", "avi", "ts", "h264"])
    func cutShort(container: String) throws {
        let whole = directory.file("moov-first.\(container)")
        try Clip.ffmpeg(["-i", try clip("a.mp4"), "-c", "copy", "-movflags", "+faststart", whole])
        let bytes = try TemporaryDirectory.read(whole)
        // Not between two packets of MPEG-TS: that cannot be told from a file that ends there.
        let cut = try directory.write(bytes.prefix(bytes.count / 376 * 188 + 50), to: "cut.\(container)")
        let watched = try watch(cut)
        #expect(watched.error?.topic == .ended)
        #expect(watched.times.count > 20)
        #expect(watched.times.count < 150)
    }

    @Test("a read that was given up is no proper end of a file")
    func givenUp() throws {
        let input = try MediaInput(path: try clip("a.ts", seconds: 30))
        let demuxer = try Demuxer(input, deadlines: DemuxerDeadlines(stall: .zero))
        #expect(throws: MediaError.self) { while try demuxer.readVideo() != nil {} }
    }

    @Test("a video nobody accepts does not hide one that is accepted", .enabled(if: Clip.Encoder.vp9.isAvailable))
    func secondVideo() throws {
        let vp9 = directory.file("first.mkv")
        try Clip(seconds: 1, movement: 0...1).write(.vp9, to: vp9)
        let both = directory.file("both.mkv")
        try Clip.ffmpeg([
            "-i", vp9, "-i", try clip("second.mp4", seconds: 1), "-map", "0", "-map", "1", "-c", "copy", both,
        ])
        #expect(try watch(both).times.count == 25)
    }

    @Test("a log that goes takes no other log of its thread with it")
    func twoLogs() throws {
        let whole = directory.file("whole.avi")
        try Clip.ffmpeg(["-i", try clip("a.mp4"), "-c", "copy", whole])
        let bytes = try TemporaryDirectory.read(whole)
        let cut = try directory.write(bytes.prefix(bytes.count / 2), to: "cut.avi")
        var first: Demuxer? = try Demuxer(MediaInput(path: whole))
        #expect(first?.video.codec == "h264")
        let log = LibraryLog()
        let second = try Demuxer(MediaInput(path: cut), log: log)
        first = nil
        let before = log.lineCount
        #expect(throws: MediaError.self) { while try second.readVideo() != nil {} }
        #expect(log.lineCount > before)
    }

    @Test("any cut of an mp4 ends in an error or in fewer pictures, never in a crash")
    func everyCut() throws {
        let bytes = try TemporaryDirectory.read(try clip("a.mp4", seconds: 1))
        for cut in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 60)) {
            let watched = try? watch(try directory.write(bytes.prefix(cut), to: "cut.mp4"))
            #expect((watched?.times.count ?? 0) <= 25)
        }
    }

    @Test("an mp4 without its index is malformed")
    func withoutIndex() throws {
        let bytes = try TemporaryDirectory.read(try clip("a.mp4"))
        #expect(failure(try directory.write(bytes.prefix(bytes.count / 2), to: "cut.mp4"))?.topic == .malformed)
    }

    @Test("random bytes are malformed", arguments: ["a.mp4", "a.mkv", "a.ts", "a.h264"])
    func randomBytes(name: String) throws {
        var state: UInt64 = 1
        let bytes = (0..<200_000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
        let topic = failure(try directory.write(bytes, to: name))?.topic
        #expect(topic == .malformed || topic == .unsupported)
    }

    @Test("an empty file is malformed, a missing one unreachable, a directory unsupported")
    func noFile() throws {
        #expect(failure(try directory.write([], to: "empty.mp4"))?.topic == .malformed)
        #expect(failure(directory.file("missing.mp4"))?.topic == .unreachable)
        #expect(failure(directory.path)?.topic == .unsupported)
    }

    @Test("a playlist that pretends to be mp4 is refused and reads nothing")
    func playlists() throws {
        let target = try clip("target.ts")
        let playlists = [
            "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:6,\n\(target)\n#EXT-X-ENDLIST\n",
            "ffconcat version 1.0\nfile '\(target)'\n",
            "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        ]
        for playlist in playlists {
            let error = failure(try directory.write(playlist.utf8, to: "camera.mp4"))
            #expect(error?.topic == .unsupported || error?.topic == .malformed)
        }
    }

    @Test("a picture of 16000 by 8000 is refused without being decoded")
    func hugePicture() throws {
        let path = directory.file("huge.mkv")
        try Clip.ffmpeg(
            ["-f", "lavfi", "-i", "color=gray:size=16000x8000:rate=1", "-frames:v", "1", "-c:v", "mjpeg", path])
        let error = failure(path)
        #expect(error?.topic == .unsupported)
        #expect(error?.detail.contains("million pixels") == true)
        let avi = directory.file("huge.avi")
        try Clip.ffmpeg(["-i", path, "-c", "copy", avi])
        #expect(failure(avi)?.detail.contains("million pixels") == true)
    }

    /// Without `av_max_alloc` the last packet has all its 200 MiB.
    @Test("a file that claims a picture of 200 MiB gets no block of memory above the limit")
    func hugePacket() throws {
        let path = directory.file("a.mp4")
        try Clip.ffmpeg(["-i", try clip("b.mp4", seconds: 1), "-c", "copy", "-movflags", "+faststart", path])
        var bytes = try TemporaryDirectory.read(path)
        let table = try #require(bytes.firstRange(of: Array("stsz".utf8))?.upperBound)
        // Version and flags, the common size (none), the count, then the sizes (ISO/IEC 14496-12 section 8.7.3.2).
        let count = bytes[(table + 8)..<(table + 12)].reduce(0) { $0 << 8 | Int($1) }
        let last = table + 12 + (count - 1) * 4
        bytes.replaceSubrange(last..<(last + 4), with: [0x0c, 0x80, 0, 0])
        let hostile = try directory.write(bytes, to: "hostile.mp4")
        try #require(truncate(hostile, bytes.count + 200 << 20) == 0)
        let demuxer = try Demuxer(MediaInput(path: hostile))
        var largest = 0
        do {
            while let facts = try demuxer.readVideo() { largest = max(largest, Int(facts.byteCount)) }
        } catch {
            #expect(error.topic == .malformed || error.topic == .ended)
        }
        #expect(largest <= 64 << 20)
    }

    @Test("sound alone is unsupported")
    func soundOnly() throws {
        let path = directory.file("sound.mp4")
        try Clip.ffmpeg(["-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", path])
        let error = failure(path)
        #expect(error?.topic == .unsupported)
        #expect(error?.detail == "there is no video in it")
    }

    @Test(
        "codecs no camera should send are unsupported, and named",
        arguments: [(Clip.Encoder.vp9, "vp9"), (.mpeg4, "mpeg4")].filter { $0.0.isAvailable })
    func wrongCodec(encoder: Clip.Encoder, name: String) throws {
        let path = directory.file("wrong.mkv")
        try Clip(seconds: 1, movement: 0...1).write(encoder, to: path)
        let error = failure(path)
        #expect(error?.topic == .unsupported)
        #expect(error?.detail.contains(name) == true)
    }

    @Test("an administrator's file may be MPEG-4")
    func fileCodecs() throws {
        let path = directory.file("old.avi")
        try Clip(seconds: 1, movement: 0...1).write(.mpeg4, to: path)
        #expect(try watch(path, codecs: .file).times.count == 25)
    }

    @Test("flipped bytes in the middle are survived")
    func flippedBytes() throws {
        var bytes = try TemporaryDirectory.read(try clip("a.ts"))
        for index in stride(from: bytes.count / 3, to: bytes.count / 3 * 2, by: 97) { bytes[index] ^= 0x55 }
        let watched = try watch(try directory.write(bytes, to: "flipped.ts"))
        #expect(watched.times.count > 10)
        #expect(watched.sizes == [[320, 240]])
    }
}
