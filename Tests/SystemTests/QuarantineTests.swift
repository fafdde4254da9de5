import CBoxProbe
import FoundationEssentials
import Glibc
import MKDSCore
import QueryAPI
import TestMedia
import Testing

/// A crash in one camera's thread, as a fault in a codec makes it: the group comes back, and the third time without that
/// camera, until the administrator lets it in again.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: DaemonUnderTest.missing == nil, "\(DaemonUnderTest.missing ?? "")"))
struct QuarantineTests {
    @Test func aCameraThatCrashesItsGroupThreeTimesIsLeftOutAndTold() async throws {
        let files = try TemporaryDirectory()
        try Program.run(["chmod", "755", files.path])
        let clip = files.file("long.mp4")
        try Clip(seconds: 300, movement: 1...290, frameRate: 5, keyframeEvery: 5).write(.h264, to: clip)
        let daemon = try DaemonUnderTest()
        try await daemon.start()
        try await daemon.until("database") { daemon.log.contains("database answers") }
        try daemon.importCameras(["bad", "good"].map { .init(id: $0, url: "file://\(clip)") })

        var old: pid_t?
        for crash in 1...3 {
            let process = try await liveProcess(of: daemon, after: old)
            old = process
            try #require(probe_kill_thread(process, try thread("cam bad", of: process), SIGSEGV))
            try await daemon.until("crash \(crash)") { !daemon.capturePids.contains(process) }
        }
        let process = try await liveProcess(of: daemon, after: old)
        try await daemon.until("the alarm") {
            try daemon.events("--kind", "health").contains { $0.topic == "quarantined" && $0.camera.rawValue == "bad" }
        }
        #expect(daemon.log.contains("camera is quarantined"))
        // The other one is read, and the process lives.
        #expect(try thread("cam good", of: process) > 0)
        #expect(daemon.capturePids == [process])
        try await daemon.until("the camera's state") {
            try daemon.ctl("cameras", "list").contains("in quarantine")
        }

        daemon.signal(SIGHUP)
        try await daemon.until("release") {
            try daemon.events("--kind", "health").contains { $0.topic == "quarantined" && $0.state == .closed }
        }
        daemon.signal(SIGTERM)
        #expect(try await daemon.waitForEnd() == 0)
    }

    /// A capture process other than `old` whose cameras have their threads.
    private func liveProcess(of daemon: DaemonUnderTest, after old: pid_t?) async throws -> pid_t {
        var found: pid_t?
        try await daemon.until("a capture process with its threads") {
            found = daemon.capturePids.first { $0 != old && (try? thread("cam bad", of: $0)) != nil }
            return found != nil
        }
        return try #require(found)
    }

    private func thread(_ name: String, of process: pid_t) throws -> pid_t {
        for task in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task") {
            let comm = try? String(contentsOf: URL(filePath: "/proc/\(process)/task/\(task)/comm"), encoding: .utf8)
            if comm == name + "\n", let number = pid_t(task) { return number }
        }
        throw ProgramFailure.noThread
    }

    private enum ProgramFailure: Error {
        case noThread
    }
}
