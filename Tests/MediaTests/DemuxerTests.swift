internal import MKDSCore
internal import Media
internal import TestMedia
internal import Testing

/// Everything a decoder yields, reduced to what tests compare.
struct Watched {
    var times: [Duration] = []
    var sizes: Set<[Int]> = []
    var means: [Double] = []
    var packets = 0
    var damaged = 0
    var error: MediaError?
}

func watch(
    _ path: String, codecs: CodecPolicy = .camera, picturesPerSecond: Double? = nil
) throws -> Watched {
    var watched = Watched()
    let demuxer = try Demuxer(MediaInput(path: path), codecs: codecs)
    #expect(demuxer.leftoverOptions.isEmpty)
    let decoder = try PictureDecoder(demuxer, picturesPerSecond: picturesPerSecond)
    func show(_ picture: LumaPicture) {
        watched.times.append(picture.time)
        watched.sizes.insert([picture.width, picture.height])
        let middle = picture.luma[picture.stride * (picture.height / 8) + picture.width / 2]
        watched.means.append(Double(middle))
    }
    do throws(MediaError) {
        while let facts = try demuxer.readVideo() {
            watched.packets += 1
            try decoder.decode(facts, of: demuxer, show: show)
        }
        try decoder.finish(demuxer, show: show)
    } catch {
        watched.error = error
    }
    watched.damaged = decoder.damagedCount
    return watched
}

@Suite("Demuxer and decoder on local files", .enabled(if: Clip.isAvailable, "the ffmpeg program is missing"))
struct DemuxerTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test(
        "shows every picture once, in order, from zero",
        arguments: [
            (Clip.Encoder.h264, "a.mp4"), (.h264, "a.mkv"), (.h264, "a.ts"), (.h264, "a.h264"), (.h265, "a.mp4"),
            (.h265, "a.hevc"), (.mjpeg, "a.avi"), (.mjpeg, "a.mkv"),
        ].filter { $0.0.isAvailable })
    func showsEveryPicture(encoder: Clip.Encoder, name: String) throws {
        let path = directory.file(name)
        try Clip(seconds: 2, movement: 0...1).write(encoder, to: path)
        let watched = try watch(path)
        #expect(watched.error == nil)
        #expect(watched.packets == 50)
        #expect(watched.times.count == 50)
        #expect(watched.times == watched.times.sorted())
        #expect(watched.sizes == [[320, 240]])
        let first = try #require(watched.times.first)
        let last = try #require(watched.times.last)
        #expect(abs(first.inSeconds) < 0.05)
        #expect(abs(last.inSeconds - 1.96) < 0.05)
        #expect(watched.means.allSatisfy { abs($0 - 128) < 12 })
    }

    // A keyframe's picture comes out some packets after it was sent; the packets between were once thrown away.
    @Test("loses none of the first pictures to reordering", arguments: [Clip.Encoder.h264, .h265])
    func keepsReorderedPictures(encoder: Clip.Encoder) throws {
        let path = directory.file("a.mkv")
        try Clip(seconds: 2, movement: 0...1, reordered: 3).write(encoder, to: path)
        let watched = try watch(path)
        #expect(watched.error == nil)
        #expect(watched.times.count == 50)
        #expect(watched.times == watched.times.sorted())
    }

    @Test(
        "lends brightness of any common pixel format in eight bits",
        arguments: ["yuv420p", "yuv422p", "yuv444p", "gray", "yuv420p10le", "nv12"])
    func lendsBrightness(pixelFormat: String) throws {
        let path = directory.file("a.mkv")
        try Clip(seconds: 0.4, movement: 0...0.2).write(.h264, to: path, pixelFormat: pixelFormat)
        let watched = try watch(path)
        #expect(watched.error == nil)
        #expect(watched.times.count == 10)
        #expect(watched.means.allSatisfy { abs($0 - 128) < 12 })
    }

    @Test("samples pictures at the rate asked for", arguments: [Clip.Encoder.h264, .mjpeg])
    func samples(encoder: Clip.Encoder) throws {
        let path = directory.file("a.mkv")
        try Clip(seconds: 4, keyframeEvery: 50).write(encoder, to: path)
        let watched = try watch(path, picturesPerSecond: 5)
        #expect(watched.packets == 100)
        #expect((19...24).contains(watched.times.count))
    }

    @Test("keyframes alone suffice when they come often enough")
    func keyframesSuffice() throws {
        let path = directory.file("a.mkv")
        try Clip(seconds: 4, keyframeEvery: 5).write(.h264, to: path)
        let demuxer = try Demuxer(MediaInput(path: path))
        let decoder = try PictureDecoder(demuxer, picturesPerSecond: 5)
        var shown = 0
        while let facts = try demuxer.readVideo() { try decoder.decode(facts, of: demuxer) { _ in shown += 1 } }
        try decoder.finish(demuxer) { _ in shown += 1 }
        #expect((19...21).contains(shown))
        #expect(decoder.decodedCount < 50)
    }

    @Test("reports what the stream says of itself")
    func describes() throws {
        let path = directory.file("a.mp4")
        try Clip(seconds: 1, movement: 0...1).write(.h264, to: path)
        let demuxer = try Demuxer(MediaInput(path: path))
        #expect(demuxer.video.codec == "h264")
        #expect(demuxer.video.width == 320)
        #expect(demuxer.video.height == 240)
        #expect(demuxer.video.frameRate == 25)
        #expect(!demuxer.video.profile.isEmpty)
    }
}
