import FoundationEssentials
import Glibc
import MKDSCore
import QueryAPI
import TestMedia
import Testing

/// One good camera among cameras that are wrong in every way we know of, all in one capture process.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: DaemonUnderTest.missing == nil, "\(DaemonUnderTest.missing ?? "")"),
    .enabled(if: CameraServer.isAvailable, "gst-rtsp-server for Python or ffmpeg is missing"))
struct BadCamerasTests {
    /// Occurs nowhere else.
    private static let passwords = ["Right-7c1f0aE", "Wrong-7c1f0aE"]

    private struct Bad {
        var id: String
        var url: String
        var topics: [HealthTopic]
        /// A part of the reason.
        var reason: String
        var credential = ""
    }

    @Test func eachGetsAnEventWithItsReasonAndTheGoodOneIsUntouched() async throws {
        let files = try TemporaryDirectory()
        let daemon = try DaemonUnderTest(credentials: ["gate": "operator:\(Self.passwords[1])"])
        let clip = files.file("good.mp4")
        try Clip(seconds: 5, movement: 1...3, frameRate: 10, keyframeEvery: 10).write(.h264, to: clip)
        let open = try CameraServer(mounts: ["good": clip])
        let password = try files.write("\(Self.passwords[0])\n".utf8, to: "password")
        let locked = try CameraServer(mounts: ["cam": clip], login: ("operator", password))
        let silent = try CannedServer(answers: [])
        defer { withExtendedLifetime(silent) {} }
        let bad = try cameras(files, clip, silent: silent.port, locked: locked.port)
        try Program.run(["chmod", "-R", "a+rX", files.path])
        try Program.run(["chmod", "600", password])

        try await daemon.start()
        try await daemon.until("database") { daemon.log.contains("database answers") }
        // A feed asks only for cameras that are in the register.
        let good = DaemonUnderTest.ListedCamera(id: "good", url: "rtsp://127.0.0.1:\(open.port)/good")
        try daemon.importCameras([good])
        let follow = try Program([
            "\(daemon.directory.path)/bin/mkdsctl", "events", "follow", "--json", "--kind", "motion", "--camera",
            "good",
            "--lang", "en", "--socket", daemon.socket,
        ])
        try daemon.importCameras([good] + bad.map { .init(id: $0.id, url: $0.url, credential: $0.credential) })

        try latency(follow)
        try await daemon.until("health event of every bad camera") {
            Set(try daemon.events("--kind", "health").map(\.camera.rawValue)).isSuperset(of: bad.map(\.id))
        }
        try await daemon.until("two motion events of the good camera") {
            try daemon.events("--kind", "motion", "--camera", "good").count >= 2
        }
        try checkEvents(daemon, bad)
        try checkStates(daemon, bad)
        try checkGood(daemon)
        try checkSecrets(daemon)
        daemon.signal(SIGTERM)
        #expect(try await daemon.waitForEnd() == 0)
    }

    // MARK: - Cameras

    private func cameras(
        _ files: TemporaryDirectory, _ clip: String, silent: UInt16, locked: UInt16
    ) throws -> [Bad] {
        var random = SeededGenerator(seed: 4)
        let noise = try files.write(
            (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &random) }, to: "noise.mp4")
        let playlist = try files.write(
            "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:6,\n\(clip)\n#EXT-X-ENDLIST\n".utf8, to: "playlist.mp4")
        let huge = files.file("huge.mkv")
        try Clip.ffmpeg(
            ["-f", "lavfi", "-i", "color=gray:size=16000x8000:rate=1", "-frames:v", "1", "-c:v", "mjpeg", huge])
        let vp9 = files.file("vp9.mkv")
        try Clip(seconds: 1, movement: 0...1).write(.vp9, to: vp9)
        // The index stands first, so that the file is found short only while it is read.
        let whole = files.file("whole.mp4")
        try Clip.ffmpeg(["-i", clip, "-c", "copy", "-movflags", "+faststart", whole])
        let bytes = try TemporaryDirectory.read(whole)
        let cut = try files.write(bytes[..<(bytes.count / 2)], to: "cut.mp4")
        return [
            Bad(id: "closed", url: "rtsp://127.0.0.1:1/a", topics: [.unreachable], reason: "refused"),
            Bad(
                id: "silent", url: "rtsp://127.0.0.1:\(silent)/a", topics: [.unreachable, .stalled],
                reason: "not answer"),
            Bad(
                id: "password", url: "rtsp://127.0.0.1:\(locked)/cam", topics: [.credentialsRefused],
                reason: "refuses the user name or password", credential: "gate"),
            Bad(id: "codec", url: "file://\(vp9)", topics: [.unsupported], reason: "vp9"),
            Bad(id: "cut", url: "file://\(cut)", topics: [.ended, .malformed], reason: ""),
            Bad(id: "noise", url: "file://\(noise)", topics: [.malformed, .unsupported], reason: ""),
            Bad(id: "huge", url: "file://\(huge)", topics: [.unsupported], reason: "million pixels"),
            Bad(id: "playlist", url: "file://\(playlist)", topics: [.unsupported, .malformed], reason: ""),
            Bad(id: "name", url: "rtsp://kamera.invalid/a", topics: [.unreachable], reason: "name"),
        ]
    }

    // MARK: - Checks

    /// How long after it began the first motion is on the live feed: printed, and bounded only against standstill.
    private func latency(_ follow: Program) throws {
        let line = try #require(follow.readLine())
        let now = try #require(UTCTime.wallClock)
        let event = try JSONDecoder().decode(EventResource.self, from: Data(line.utf8))
        let late = (now - event.start).inSeconds
        let uncertainty = (event.uncertaintyMilliseconds ?? 0) / 1000
        print("motion of an RTSP camera on the live feed after \(late) s, start known to ± \(uncertainty) s")
        #expect(event.camera.rawValue == "good")
        #expect(late < 30)
    }

    private func checkEvents(_ daemon: DaemonUnderTest, _ bad: [Bad]) throws {
        let events = try daemon.events("--kind", "health")
        for camera in bad {
            let own = events.filter { $0.camera.rawValue == camera.id }
            let told = own.map { "\(camera.id): \($0.topic): \($0.detail)" }
            for line in told { print(line) }
            #expect(own.contains { event in camera.topics.contains { $0.rawValue == event.topic } }, "\(told)")
            #expect(own.allSatisfy { !$0.detail.isEmpty && $0.detail.contains(camera.reason) }, "\(told)")
        }
    }

    private func checkStates(_ daemon: DaemonUnderTest, _ bad: [Bad]) throws {
        let text = try daemon.ctl("cameras", "list", "--json")
        let cameras = try JSONDecoder().decode(Page<CameraResource>.self, from: Data(text.utf8)).items
        for camera in bad {
            let status = try #require(cameras.first { $0.id.rawValue == camera.id }?.status)
            // A file is read once: what was wrong with it stays in the index as an event.
            if camera.id == "cut", status.state == .finished { continue }
            #expect(status.state != .live, "\(camera.id)")
            #expect(camera.topics.contains { $0.rawValue == status.reason }, "\(camera.id): \(status)")
        }
        #expect(cameras.first { $0.id.rawValue == "good" }?.status?.state == .live)
        let health = try daemon.health()
        #expect(health.contains("cameras give no picture"), "\(health)")
        #expect(health.contains("password"), "names the camera: \(health)")
    }

    private func checkGood(_ daemon: DaemonUnderTest) throws {
        #expect(try daemon.events("--kind", "health", "--camera", "good").isEmpty)
        let gaps = try daemon.shell(
            "psql -X -At -h \(daemon.directory.path)/pg -d mkds -U mkds"
                + " -c \"SELECT count(*) FROM mkds.gap WHERE camera = 'good'\"")
        #expect(gaps == "0\nstatus 0\n")
    }

    private func checkSecrets(_ daemon: DaemonUnderTest) throws {
        var places = ["log": daemon.log]
        for path in ["events", "cameras", "health", "areas", "openapi.json"] {
            places[path] = try Program.run([
                "curl", "-sS", "--unix-socket", daemon.socket, "http://localhost/v1/\(path)",
            ])
        }
        let own = "\(daemon.directory.path)/"
        places["command lines"] = try Program.run([
            "/bin/sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' || true",
        ])
        #expect(places["command lines"]?.contains(own) == true)
        places["environments"] = try Program.run([
            "/bin/sh", "-c",
            "for pid in $(pgrep -f '^\(own)bin/'); do cat /proc/$pid/environ; done 2>/dev/null | tr '\\0' '\\n'",
        ])
        for (name, text) in places {
            #expect(!text.isEmpty, "\(name)")
            for password in Self.passwords { #expect(!text.contains(password), "a password in \(name)") }
        }
    }
}
