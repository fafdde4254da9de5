internal import CameraSimulator
internal import Capture
internal import MKDSCore
internal import TestMedia
internal import Testing

/// What streams tell of themselves, from real files and a camera to the journal's records.
@Suite(
    "What streams tell of themselves", .serialized, .timeLimit(.minutes(10)),
    .enabled(if: Clip.Encoder.h264.isAvailable, "ffmpeg with x264 is missing"))
struct StreamContentsTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// A clip of two seconds, a keyframe every half.
    private func clip(_ name: String, profile: String) throws -> String {
        let path = directory.file(name)
        try Clip.ffmpeg(
            ["-f", "lavfi", "-i", "testsrc=size=320x240:rate=25", "-t", "2", "-threads", "1", "-pix_fmt", "yuv420p"]
                + ["-c:v", "libx264", "-preset", "superfast", "-profile:v", profile, "-bf", "0", "-g", "12"]
                + ["-x264-params", "scenecut=0", "-bsf:v", "h264_metadata=level=3.1", path])
        return path
    }

    /// All that a camera recorded until its file ended: the last revision of each run, samples, details of events.
    private func record(_ path: String) async throws -> (runs: [StreamRun], samples: [StreamSample], changes: [String])
    {
        let records = try await Watching(url: "file://" + path).untilEnd()
        var runs: [UUIDv7: StreamRun] = [:]
        var samples: [StreamSample] = []
        var changes: [String] = []
        for record in records {
            switch record {
            case .run(let run): runs[run.id] = run
            case .sample(let sample): samples.append(sample)
            case .event(let event) where event.topic == HealthTopic.streamChanged.rawValue: changes.append(event.detail)
            default: break
            }
        }
        return (runs.values.sorted { $0.id < $1.id }, samples, changes)
    }

    /// Puts a message of ONVIF Media Signing before the first slice of every keyframe.
    private func signed(_ path: String) throws -> String {
        let units = try AccessUnits(annexB: TemporaryDirectory.read(path)).pictures
        let identifier: [UInt8] = [
            0x00, 0x5b, 0xc9, 0x3f, 0x2d, 0x71, 0x5e, 0x95, 0xad, 0xa4, 0x79, 0x6f, 0x90, 0x87, 0x7a, 0x6f,
        ]
        let message = [6, 5, 20] + identifier + [1, 2, 3, 4, 0x80]
        let stream = units.joined().flatMap { unit in
            (unit[0] & 0x1f == 5 ? [0, 0, 0, 1] + message : []) + [0, 0, 0, 1] + unit
        }
        return try directory.write(stream, to: "signed.h264")
    }

    @Test(
        "profile, level, signatures and bit rate of a stream, however it is wrapped", arguments: ["h264", "mp4", "ts"])
    func facts(container: String) async throws {
        var path = try signed(clip("a.h264", profile: "high"))
        if container != "h264" {
            let wrapped = directory.file("signed.\(container)")
            try Clip.ffmpeg(["-r", "25", "-i", path, "-c", "copy", wrapped])
            path = wrapped
        }
        let found = try await record(path)
        let run = try #require(found.runs.last)
        #expect(found.runs.count == 1 && found.changes == [])
        #expect(run.profile == "High" && run.width == 320 && run.height == 240)
        let details = try #require(run.details)
        #expect(details.level == "3.1" && details.announcedFrameRate == 25)
        #expect(details.signing == .onvif)
        #expect(Set(details.userData) == [.x264Settings, .onvifMediaSigning])
        #expect(details.metadata == [] && details.klv == nil)
        // Whether the two seconds lie in one minute or in two.
        #expect(found.samples.reduce(0) { $0 + $1.packets } == 50)
        #expect(found.samples.reduce(0) { $0 + $1.bytes } == run.bytes)
        #expect(found.samples.reduce(0) { $0 + $1.keyframes } == 5)
        #expect(found.samples.allSatisfy { $0.run == run.id })
    }

    @Test("another profile of the same size is an event and another run")
    func profileChanges() async throws {
        let bytes =
            try TemporaryDirectory.read(clip("a.h264", profile: "baseline"))
            + TemporaryDirectory.read(clip("b.h264", profile: "main"))
        let found = try await record(directory.write(bytes, to: "both.h264"))
        #expect(found.changes == ["changed from profile Constrained Baseline to Main"])
        #expect(found.runs.map(\.profile) == ["Constrained Baseline", "Main"])
        #expect(Set(found.samples.map(\.run)) == Set(found.runs.map(\.id)))
    }

    @Test("a KLV track tells its label, its rate and the camera's time")
    func klv() async throws {
        let video = directory.file("a.ts")
        try Clip.ffmpeg(["-r", "25", "-i", clip("a.h264", profile: "main"), "-c", "copy", video])
        let epoch: UInt64 = 1_795_250_000_000_000
        let sets = (0..<10).map { index -> [UInt8] in
            let time = epoch + UInt64(index) * 200_000
            let stamp = (0..<8).map { UInt8(truncatingIfNeeded: time >> (56 - 8 * UInt64($0))) }
            let label: [UInt8] = [0x06, 0x0e, 0x2b, 0x34, 0x02, 0x0b, 1, 1, 0x0e, 1, 3, 1, 1, 0, 0, 0]
            return label + [13, 2, 8] + stamp + [65, 1, 12]
        }
        let stream = TransportStream.adding(sets, to: try TemporaryDirectory.read(video))
        let found = try await record(directory.write(stream, to: "klv.ts"))
        let details = try #require(found.runs.last?.details)
        #expect(details.metadata == [.klv])
        let klv = try #require(details.klv)
        #expect(klv.label == .datalinkSet)
        #expect(klv.timestamp == UTCTime(microseconds: Int64(epoch) + 9 * 200_000))
        #expect(klv.rate > 0)
    }

    @Test("user data and metadata track of a camera over RTSP")
    func camera() async throws {
        let camera = SimulatedCamera(name: "cam", metadata: MetadataTrack(payloads: []))
        let clip = try SimulatedClip.make(at: directory.file("clip.h264"))
        let simulator = try await CameraSimulator([camera], clip: clip)
        let watching = try Watching(url: simulator.url(of: camera))
        // The first revision comes with the first picture.
        let run = await watching.first { if case .run(let run) = $0 { run } else { nil } }
        let details = try #require(run?.details)
        #expect(details.userData.contains(StreamIdentifier("6d6b6473-642d-7472-7574-682d74696d65") ?? .datalinkSet))
        #expect(details.metadata == [.onvif])
        #expect(!details.level.isEmpty && run?.profile.isEmpty == false)
        try await simulator.stop()
    }
}
