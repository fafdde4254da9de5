import ArgumentParser
import FoundationEssentials
import MKDSCore
import TestMedia

/// What capturing costs: `mkds-capture` with a group of cameras over real RTSP, each showing motion half of the time.
struct CaptureBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture", abstract: "CPU and memory per camera of one capture process.")

    @Option(help: "Cameras in the group.")
    var cameras = 32

    @Option(help: "Picture size, WIDTHxHEIGHT.")
    var size = "704x576"

    @Option(help: "Pictures a second.")
    var rate = 25

    @Option(help: "Seconds measured, after all cameras are live.")
    var seconds = 30

    @Flag(help: "RTSP inside TLS, the certificate pinned.")
    var tls = false

    func validate() throws {
        guard (1...32).contains(cameras) else { throw ValidationError("--cameras is 1 to 32") }
        guard pictureSize != nil else { throw ValidationError("--size is WIDTHxHEIGHT, such as 704x576") }
        guard CameraServer.isAvailable else { throw ValidationError("run deploy/packages cameras first") }
    }

    func run() throws {
        let directory = try TemporaryDirectory()
        let clip = directory.file("clip.mp4")
        let (width, height) = pictureSize ?? (704, 576)
        try Clip(
            seconds: 20, movement: 5...15, width: width, height: height, frameRate: rate, keyframeEvery: 2 * rate
        ).write(.h264, to: clip)
        let names = (1...cameras).map { "cam\($0)" }
        let maker = try CertificateMaker()
        let certificate = tls ? try maker.certificate("camera") : nil
        let server = try CameraServer(
            mounts: Dictionary(uniqueKeysWithValues: names.map { ($0, clip) }), tls: certificate?.withKey)
        // Objects live only as long as they are used, and nothing uses the server once its port is known.
        defer { withExtendedLifetime((directory, server, maker)) {} }
        let capture = try Program([
            Program.product("mkds-capture"), "run", "--spool", directory.path, "--group", "bench",
            "--networks", "127.0.0.0/8",
        ])
        let trust = try certificate.flatMap { CameraTrust(try maker.fingerprint($0.certificate)) }
        let scheme = tls ? "rtsps" : "rtsp"
        let assigned = names.compactMap(CameraID.init).map {
            AssignedCamera(
                id: $0, url: "\(scheme)://127.0.0.1:\(server.port)/\($0)", trust: trust, motion: MotionSettings())
        }
        let assignment = try JSONEncoder().encode(CaptureAssignment(cameras: assigned))
        capture.writeLine(String(decoding: assignment, as: UTF8.self))

        let first = try next(capture) { report in
            report.cameras.count == cameras && report.cameras.allSatisfy { $0.state == .live }
        }
        let last = try next(capture) { $0.time - first.time >= .seconds(seconds) }
        let span = (last.time - first.time).inSeconds
        let cost = (last.cpuSeconds - first.cpuSeconds) / span / Double(cameras) * 1000
        let memory = try residentMiB(capture)
        guard last.cameras.allSatisfy({ $0.state == .live && $0.reconnects == 0 }) else {
            throw ValidationError("a camera was lost while it was measured")
        }
        capture.closeInput()
        _ = capture.waitForExit()
        print("cameras; size; rate; CPU ms per camera and second; memory MiB, all; per camera")
        print(
            [
                "\(cameras)", size, "\(rate)", cost.rounded(places: 1), memory.rounded(places: 0),
                (memory / Double(cameras)).rounded(places: 1),
            ].joined(separator: "; "))
    }

    private var pictureSize: (Int, Int)? {
        let parts = size.split(separator: "x").compactMap { Int($0) }
        return parts.count == 2 && parts.allSatisfy { (16...4096).contains($0) } ? (parts[0], parts[1]) : nil
    }

    /// Reads reports until one is as wanted; gives up when none was for two minutes longer than is measured.
    private func next(_ capture: Program, _ isWanted: (CaptureReport) -> Bool) throws -> CaptureReport {
        let deadline = ContinuousClock.now + .seconds(seconds) + .seconds(120)
        while let line = capture.readLine() {
            let report = try JSONDecoder().decode(CaptureReport.self, from: Data(line.utf8))
            if isWanted(report) { return report }
            guard ContinuousClock.now < deadline else {
                throw ValidationError("the cameras were not all live for long enough; messages are above")
            }
        }
        throw ValidationError("mkds-capture ended; its messages are above")
    }

    private func residentMiB(_ program: Program) throws -> Double {
        let status = try String(contentsOfFile: "/proc/\(program.processID)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap({ Double($0) }) else {
            throw ValidationError("/proc tells no memory of mkds-capture")
        }
        return kibibytes / 1024
    }
}

extension Double {
    fileprivate func rounded(places: Int) -> String {
        let scale = places == 0 ? 1.0 : 10.0
        let value = (self * scale).rounded() / scale
        return places == 0 ? "\(Int(value))" : "\(value)"
    }
}
