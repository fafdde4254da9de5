internal import CameraSimulator
internal import Linux
internal import MKDSCore
internal import Media
internal import TestMedia
internal import Testing

/// Runs what blocks on a thread of its own.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        do throws(SystemError) {
            try NamedThread(name: "test") { continuation.resume(with: Result(catching: body)) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

@Suite(
    "Metadata beside a camera's video", .enabled(if: Clip.isAvailable, "the ffmpeg program is missing"),
    .timeLimit(.minutes(10)))
struct MetadataTrackTests {
    /// What a demuxer gave of a camera.
    private struct Read: Sendable {
        var kinds: [MetadataKind] = []
        var refusal: MediaError?
        var bytes: [UInt8] = []
        var sizes: [Int] = []
        var cameraTimes: [UTCTime] = []
        var pictures = 0
        var failure: MediaError?
    }

    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Reads a camera until `isEnough` or an error.
    private func read(
        _ camera: SimulatedCamera, deadlines: DemuxerDeadlines = DemuxerDeadlines(),
        until isEnough: @escaping @Sendable (Read) -> Bool
    ) async throws -> Read {
        let clip = try SimulatedClip.make(at: directory.file("clip.h264"))
        let simulator = try await CameraSimulator([camera], clip: clip)
        let url = simulator.url(of: camera)
        let outcome = try await onThread {
            var outcome = Read()
            do throws(MediaError) {
                let demuxer = try Demuxer(MediaInput(url: url), deadlines: deadlines)
                outcome.kinds = demuxer.metadataKinds
                outcome.refusal = demuxer.metadataRefusal
                while !isEnough(outcome), let packet = try demuxer.read() {
                    switch packet {
                    case .video: outcome.pictures += 1
                    case .metadata(let facts):
                        outcome.bytes += demuxer.withBytes { Array($0) }
                        outcome.sizes.append(facts.byteCount)
                        if let time = facts.cameraTime { outcome.cameraTimes.append(time) }
                    }
                }
            } catch {
                outcome.failure = error
            }
            return outcome
        }
        try await simulator.stop()
        return outcome
    }

    @Test("payloads come whole and in order, in the pieces they were sent in, with the camera's time")
    func pieces() async throws {
        let document = [UInt8]("<MetadataStream>\(String(repeating: "x", count: 3_000))</MetadataStream>".utf8)
        let track = MetadataTrack(
            pieceByteCount: 1_000, payloads: (0..<3).map { index in .init(after: .seconds(index)) { _ in document } })
        let camera = SimulatedCamera(name: "cam", clockOffset: .seconds(-86_400), metadata: track)
        let read = try await read(camera) { $0.sizes.count >= 12 && $0.pictures > 10 }
        #expect(read.failure == nil)
        #expect(read.kinds == [.onvif])
        #expect(read.bytes == document + document + document)
        #expect(read.sizes.prefix(4) == [1_000, 1_000, 1_000, 33])
        // Every piece after the first sender report tells the camera's own, wrong day.
        let told = try #require(read.cameraTimes.last)
        #expect(abs((UTCTime.now - told).inSeconds - 86_400) < 60)
    }

    @Test("a camera without the track is read as before")
    func none() async throws {
        let read = try await read(SimulatedCamera(name: "cam")) { $0.pictures > 10 }
        #expect(read.failure == nil)
        #expect(read.kinds.isEmpty)
        #expect(read.bytes.isEmpty)
    }

    // A camera that answers SETUP of its metadata with an error was lost whole, because FFmpeg gives up the session.
    @Test("a camera that refuses its metadata track still gives its pictures, and says why")
    func refused() async throws {
        let track = MetadataTrack(isRefused: true, payloads: [])
        let read = try await read(SimulatedCamera(name: "cam", metadata: track)) { $0.pictures > 10 }
        #expect(read.failure == nil)
        #expect(read.kinds.isEmpty)
        #expect(read.refusal?.detail == "the camera reports an error of its own (5xx)")
    }

    @Test("metadata that goes on does not hide that the video stands still")
    func stalledVideo() async throws {
        let track = MetadataTrack(
            payloads: (0..<400).map { index in .init(after: .milliseconds(50 * index)) { _ in [60] } })
        let camera = SimulatedCamera(name: "cam", faults: [(.seconds(2), .muteVideo)], metadata: track)
        let read = try await read(
            camera, deadlines: DemuxerDeadlines(open: .seconds(10), stall: .seconds(3))
        ) { _ in false }
        #expect(read.failure?.topic == .stalled)
        #expect(read.pictures > 10)
        #expect(read.sizes.count > read.pictures / 2)
    }
}
