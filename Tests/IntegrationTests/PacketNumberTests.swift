internal import CameraSimulator
internal import Glibc
internal import Linux
internal import MKDSCore
internal import Media
internal import TestMedia
internal import Testing

/// What RTP packet numbers tell over RTSP: loss, and an encoder that began to count anew.
@Suite("Packet numbers", .enabled(if: Clip.isAvailable), .timeLimit(.minutes(10)))
struct PacketNumberTests {
    @Test("packets that a camera left out are counted, those of a whole stream are not")
    func loss() async throws {
        try await Self.with(SimulatedCamera(name: "cam")) { simulator, demuxer in
            for _ in 0..<100 { _ = try demuxer.readVideo() }
            #expect(demuxer.log.missedPacketCount == 0)
            simulator.begin(.loss(0.3), of: "cam")
            while demuxer.log.missedPacketCount < 20, try demuxer.readVideo() != nil {}
            #expect(demuxer.log.missedPacketCount >= 20)
        }
    }

    /// FFmpeg would drop every packet for as long as the new numbers are below the old ones.
    @Test("a camera that numbers its packets anew from below is lost at once, to be opened again")
    func renumbered() async throws {
        let camera = SimulatedCamera(name: "cam", faults: [(.seconds(2), .renumber)])
        try await Self.with(camera) { _, demuxer in
            var failure: MediaError?
            do throws(MediaError) {
                while try demuxer.readVideo() != nil {}
            } catch {
                failure = error
            }
            #expect(failure?.topic == .lost)
            #expect(failure?.detail == "the camera began to number its packets anew")
        }
    }

    /// A document with each picture: then it is the document that is waited for, and the picture lies ready behind it.
    private static let chatter = MetadataTrack(
        payloads: (0..<1000).map { index in
            .init(after: .milliseconds(40 * index)) { _ in Array("<MetadataStream></MetadataStream>".utf8) }
        })

    @Test("pictures that lay ready are known from those that were waited for", arguments: [false, true])
    func readiness(withMetadata: Bool) async throws {
        let camera = SimulatedCamera(name: "cam", metadata: withMetadata ? Self.chatter : nil)
        try await Self.with(camera) { simulator, demuxer in
            var awaited = 0
            for _ in 0..<100 where try demuxer.readVideo()?.isAwaited == true { awaited += 1 }
            #expect(awaited > 0)
            let sent = simulator.counts.sent
            while simulator.counts.sent < sent + 50 { sched_yield() }
            _ = try demuxer.readVideo()
            for index in 0..<40 { #expect(try demuxer.readVideo()?.isAwaited == false, "\(index)") }
            while try demuxer.readVideo()?.isAwaited == false {}
        }
    }

    /// A demuxer of the camera, used on this thread alone: its log belongs to the thread.
    private static func with(
        _ camera: SimulatedCamera, _ body: @escaping @Sendable (CameraSimulator, borrowing Demuxer) throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        let simulator = try await CameraSimulator(
            [camera], clip: try SimulatedClip.make(at: directory.file("clip.h264")))
        let url = simulator.url(of: camera)
        let (results, continuation) = AsyncStream<(any Error)?>.makeStream()
        try NamedThread(name: "demuxer") {
            do {
                try body(simulator, try Demuxer(MediaInput(url: url)))
                continuation.yield(nil)
            } catch {
                continuation.yield(error)
            }
        }
        for await failure in results {
            if let failure { throw failure }
            break
        }
        try await simulator.stop()
    }
}
