import CameraSimulator
import FoundationEssentials
import Glibc
import MKDSCore
import QueryAPI
import TestMedia
import Testing

/// `mkdsctl cameras probe` through the real daemon at real pretend cameras.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled(if: DaemonUnderTest.missing == nil, "\(DaemonUnderTest.missing ?? "")"))
struct ProbeTests {
    /// A daemon whose database answers, with a credential `dvere`.
    private static func daemon() async throws -> DaemonUnderTest {
        let daemon = try DaemonUnderTest(credentials: ["dvere": "viewer:tajne heslo"])
        try await daemon.start()
        try await daemon.until("database") { daemon.log.contains("database answers") }
        return daemon
    }

    private static func report(_ daemon: DaemonUnderTest, _ arguments: String) throws -> ProbeReport {
        let output = try Self.shell(
            "\(daemon.directory.path)/bin/mkdsctl cameras probe \(arguments) --json --socket \(daemon.socket) 2>/dev/null"
        )
        let line = output.split(separator: "\n").first ?? ""
        return try JSONDecoder().decode(ProbeReport.self, from: Data(line.utf8))
    }

    /// Output, errors and a last line `status N` of a command of the running user, who is administrator.
    private static func shell(_ command: String) throws -> String {
        try Program.run(["/bin/sh", "-c", "{ \(command); } 2>&1; echo status $?"])
    }

    private static func words(_ report: ProbeReport) -> [String] { report.findings.map(\.word) }

    @Test(.enabled(if: CameraServer.isAvailable, "needs GStreamer's RTSP server"))
    func tellsWhatCamerasOfferAndWhatIsWrong() async throws {
        let files = try TemporaryDirectory()
        let good = files.file("good.mp4")
        try Clip(seconds: 10, width: 640, height: 360, frameRate: 10, keyframeEvery: 10).write(.h264, to: good)
        let long = files.file("long.mp4")
        try Clip(seconds: 40, width: 320, height: 240, frameRate: 10, keyframeEvery: 400).write(.h264, to: long)
        let password = try files.write(Array("tajne heslo".utf8), to: "password")
        let maker = try CertificateMaker()
        let certificate = try maker.certificate("camera")
        let open = try CameraServer(mounts: ["good": good, "long": long])
        let guarded = try CameraServer(mounts: ["good": good], login: ("viewer", password))
        let encrypted = try CameraServer(mounts: ["good": good], tls: certificate.withKey)
        let daemon = try await Self.daemon()

        let seen = try Self.report(daemon, "rtsp://127.0.0.1:\(open.port)/good --seconds 4")
        let video = try #require(seen.facts.video)
        #expect(video.codec == "h264" && video.width == 640 && video.height == 360)
        #expect(seen.facts.failure == nil && seen.verdict != .unusable)
        #expect(video.keyframes >= 2 && video.keyframeMedian.map { (0.8...1.2).contains($0) } == true)
        #expect(seen.facts.tracks.map(\.kind) == [.video])
        let cost = try #require(seen.facts.cost)
        #expect(cost.cpuMilliseconds > 0 && seen.estimate?.cameras == 32)
        #expect(seen.importCSV?.contains(",rtsp://127.0.0.1:\(open.port)/good,") == true)

        let rare = try Self.report(daemon, "rtsp://127.0.0.1:\(open.port)/long --seconds 6")
        #expect(Self.words(rare).contains("keyframes-rare") && rare.verdict == .usable)

        let url = "rtsp://127.0.0.1:\(guarded.port)/good --seconds 2"
        #expect(try Self.words(Self.report(daemon, url)).contains("login-missing"))
        let admitted = try Self.report(daemon, "\(url) --credential dvere")
        #expect(admitted.facts.authentication == [.digest] && admitted.facts.video != nil)
        #expect(admitted.importCSV?.contains(",dvere,") == true)
        let wrong = try Self.shell(
            "echo spatne-heslo | \(daemon.directory.path)/bin/mkdsctl cameras probe \(url) --user viewer --password-fd 0 "
                + "--json --socket \(daemon.socket)")
        #expect(wrong.contains("\"login-refused\"") && wrong.hasSuffix("status 1\n"))

        let secret = "rtsps://127.0.0.1:\(encrypted.port)/good --seconds 2"
        let fingerprint = try maker.fingerprint(certificate.certificate)
        let unknown = try Self.report(daemon, secret)
        #expect(unknown.facts.certificate?.fingerprint.description == fingerprint)
        #expect(unknown.facts.certificate?.selfSigned == true && unknown.facts.certificate?.subject == "CN=camera")
        // Without a password it may be looked at all the same.
        #expect(Self.words(unknown).contains("certificate-unknown") && unknown.facts.video != nil)
        #expect(unknown.importCSV?.contains(fingerprint) == true)
        let held = try Self.report(daemon, "\(secret) --credential dvere")
        #expect(held.facts.video == nil && held.verdict == .unusable)
        let pinned = try Self.report(daemon, "\(secret) --trust \(fingerprint)")
        #expect(pinned.facts.certificate?.trusted == true && pinned.facts.video != nil)
        let other = String(repeating: "AB", count: 32)
        #expect(try Self.words(Self.report(daemon, "\(secret) --trust \(other)")).contains("certificate-refused"))

        #expect(!daemon.log.contains("tajne") && !daemon.log.contains("spatne"))
        #expect(daemon.log.contains("/v1/cameras/probes"))
    }

    @Test func asksTheDeviceServicesOfTheCamerasOwnHostOnly() async throws {
        let daemon = try await Self.daemon()
        let device = try await OnvifService(OnvifCamera())
        // It accepts connections and gives no stream: the device service is what is left to ask.
        let deaf = try CannedServer(answers: ["RTSP/1.0 404 Not Found"])
        defer { withExtendedLifetime(deaf) {} }
        let program =
            "\(daemon.directory.path)/bin/mkdsctl cameras probe rtsp://127.0.0.1:\(deaf.port)/wrong --seconds 1"
        let login = "--user mkds --password-fd 0 --socket \(daemon.socket) --lang en"
        let table = try Self.shell("echo kamera 7 | \(program) --onvif \(device.url) \(login)")
        #expect(table.contains("did not give this stream"))
        #expect(table.contains("(main)") && table.contains("(sub)") && table.contains("  rtsp://127.0.0.1"))
        // The device puts a password into its stream addresses.
        #expect(!table.contains("admin:secret"))
        #expect(!device.requests.contains { $0.message.contains("kamera 7") })

        let count = device.requests.count
        let elsewhere = device.url.replacing("127.0.0.1", with: "localhost")
        let refused = try Self.shell("echo kamera 7 | \(program) --onvif \(elsewhere) \(login)")
        #expect(refused.contains("not on the camera's host"))
        #expect(device.requests.count == count)
        try await device.stop()
    }

    @Test func searchesTheLocalNetworks() async throws {
        let daemon = try await Self.daemon()
        let found = try Self.shell(
            "\(daemon.directory.path)/bin/mkdsctl cameras discover --interface lo --seconds 1 --json --socket \(daemon.socket)"
        )
        #expect(found.contains("\"items\":[") && found.hasSuffix("status 0\n"))
        let none = try Self.shell(
            "\(daemon.directory.path)/bin/mkdsctl cameras discover --interface none0 --seconds 1 --lang en --socket \(daemon.socket)"
        )
        #expect(none.contains("cannot be searched") && none.hasSuffix("status 1\n"))
        #expect(daemon.log.contains("/v1/cameras/discoveries"))
    }

    @Test func namesWhatDoesNotAnswerOrIsNoCamera() async throws {
        let daemon = try await Self.daemon()
        let silent = try CannedServer(answers: [])
        defer { withExtendedLifetime(silent) {} }
        let garbage = try CannedServer(answers: ["HTTP/1.1 200 OK\nContent-Length: 3\n\nabc"])
        defer { withExtendedLifetime(garbage) {} }
        #expect(
            try Self.words(Self.report(daemon, "rtsp://127.0.0.1:1/x --seconds 1")) == ["port-closed"])
        #expect(
            try Self.words(Self.report(daemon, "rtsp://no-such-camera.invalid/x --seconds 1")) == ["name-unknown"])
        let mute = try Self.report(daemon, "rtsp://127.0.0.1:\(silent.port)/x --seconds 1")
        #expect(Self.words(mute) == ["stream-missing"] && mute.facts.reach?.connectMilliseconds != nil)
        let strange = try Self.report(daemon, "rtsp://127.0.0.1:\(garbage.port)/x --seconds 1")
        #expect(strange.verdict == .unusable && strange.facts.failure != nil)

        // A camera that sends and sends and is no camera.
        let maker = try CertificateMaker()
        let certificate = try maker.certificate("flood")
        let flood = try CannedTLSServer(certificate: certificate.withKey, answers: ["!flood 2000000000"])
        let flooded = try Self.report(daemon, "rtsps://127.0.0.1:\(flood.port)/x --seconds 1")
        withExtendedLifetime(maker) {}
        #expect(flooded.verdict == .unusable && flooded.facts.video == nil)
        #expect(flooded.facts.certificate?.subject == "CN=camera")

        // Its own clip, as registered.
        try daemon.ctl(
            "areas", "import", daemon.directory.path + "/area.json", "--kind", "okrsek", "--valid-from", "2020-01-01")
        try daemon.ctl("cameras", "import", daemon.directory.path + "/cameras.csv")
        let own = try Self.report(daemon, "k1")
        #expect(own.camera?.rawValue == "k1" && own.facts.video?.keyframes == 8)
        #expect(own.importCSV == nil)
        let table = try daemon.ctl("cameras", "probe", "k1")
        #expect(table.contains("Keyframes") && table.contains("every 1.0 s") && table.contains("32 like it"))

        let missing = try Self.shell(
            "\(daemon.directory.path)/bin/mkdsctl cameras probe k9 --socket \(daemon.socket) --lang en")
        #expect(missing.contains("no camera k9") && missing.hasSuffix("status 3\n"))
        let inURL = try Self.shell(
            "\(daemon.directory.path)/bin/mkdsctl cameras probe rtsp://u:verysecret@127.0.0.1/ --socket \(daemon.socket) --lang en"
        )
        #expect(inURL.contains("user name or password") && inURL.hasSuffix("status 2\n"))
        #expect(!daemon.log.contains("verysecret"))
    }

    @Test(.enabled(if: CameraServer.isAvailable, "needs GStreamer's RTSP server"))
    func endsWithItsClientAndLeavesPlaceForOthers() async throws {
        let files = try TemporaryDirectory()
        let clip = files.file("clip.mp4")
        try Clip(seconds: 20, frameRate: 5, keyframeEvery: 5).write(.h264, to: clip)
        let camera = try CameraServer(mounts: ["cam": clip])
        let daemon = try await Self.daemon()
        let command = [
            "\(daemon.directory.path)/bin/mkdsctl", "cameras", "probe", "rtsp://127.0.0.1:\(camera.port)/cam",
            "--seconds",
            "60", "--socket", daemon.socket, "--lang", "en",
        ]
        var clients: [Program]? = [try Program(command), try Program(command)]
        #expect(clients?.count == 2)
        try await daemon.until("two probes") { daemon.probePids.count == 2 }
        let third = try Self.shell(command.joined(separator: " "))
        #expect(third.contains("2 of one user") && third.hasSuffix("status 5\n"))
        for pid in daemon.probePids {
            let arguments = try String(contentsOf: URL(filePath: "/proc/\(pid)/cmdline"), encoding: .utf8)
            #expect(!arguments.contains("rtsp"))
        }
        // Letting go of a program kills it: the client is gone without a goodbye.
        clients = nil
        try await daemon.until("the end of the probes") { daemon.probePids.isEmpty }
        #expect(try Self.report(daemon, "rtsp://127.0.0.1:\(camera.port)/cam --seconds 1").facts.video != nil)
    }
}

extension DaemonUnderTest {
    /// Process ids of this daemon's probes.
    fileprivate var probePids: [pid_t] {
        let text =
            (try? Program.run(["/bin/sh", "-c", "pgrep -f '^\(directory.path)/bin/[m]kds-capture probe' || true"]))
            ?? ""
        return text.split(separator: "\n").compactMap { pid_t($0) }
    }
}
