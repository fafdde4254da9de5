import FoundationEssentials
import Glibc
import MKDSCore
import QueryAPI
import Spool
import TestMedia
import Testing

/// The spool's file system is full while a camera sees things.
@Suite(
    .timeLimit(.minutes(3)),
    .enabled(if: DaemonUnderTest.missing == nil, "\(DaemonUnderTest.missing ?? "")"),
    .enabled(if: CameraServer.isAvailable, "gst-rtsp-server for Python or ffmpeg is missing"),
    .enabled(if: SmallFileSystem.isPossible, "needs root, to mount a small tmpfs"))
struct DiskFullTests {
    @Test func eventsKeepPriorityEverybodyIsToldAndSpaceMendsItWithoutARestart() async throws {
        let files = try TemporaryDirectory()
        let disk = try SmallFileSystem(mebibytes: 4)
        let daemon = try DaemonUnderTest(
            sections: "spool: {directory: \(disk.path), keep_acknowledged_hours: 720, reserve_mib: 1}")
        try Program.run(["chown", "--reference=\(daemon.directory.path)/bin", disk.path])
        let clip = files.file("clip.mp4")
        try Clip(seconds: 4, movement: 0.5...1.5, frameRate: 10, keyframeEvery: 5).write(.h264, to: clip)
        let server = try CameraServer(mounts: ["cam": clip])
        try await daemon.start()
        try await daemon.until(seconds: 60, "database") { daemon.log.contains("database answers") }
        // Several, so that what is left of the last block is used up soon.
        try daemon.importCameras((1...8).map { ("cam\($0)", "rtsp://127.0.0.1:\(server.port)/cam", "") })
        try await daemon.until(seconds: 60, "first event") { try !motion(daemon).isEmpty }
        try await daemon.until(seconds: 20, "reserve") {
            FileManager.default.fileExists(atPath: disk.path + "/\(try disk.group())/reserve")
        }
        let captures = daemon.capturePids

        try disk.fill()
        let before = Set(try motion(daemon).map(\.id))
        let full = ContinuousClock.now
        try await daemon.until(seconds: 20, "word of the full disk") {
            try daemon.health().contains("The disk of the spool is full")
        }
        print("a full disk is told after \(ContinuousClock.now - full)")
        #expect(try daemon.health(language: "cs").contains("Disk fronty je plný"))
        // The rest of the present file's last block has to be used up first.
        try await daemon.until(seconds: 60, "word of the trouble") {
            try daemon.health().contains("journal cannot be written")
        }
        #expect(try daemon.health(language: "cs").contains("Deník skupiny nelze zapisovat"))
        try await daemon.until(seconds: 20, "a line in the log") { daemon.log.contains("the journal is in trouble") }
        // The reserve takes events while nothing else has room.
        try await daemon.until(seconds: 60, "alarm and events out of the reserve") {
            let alarm = try daemon.events("--kind", "health").contains { $0.topic == "spool-blocked" }
            return try alarm && motion(daemon).count >= before.count + 2
        }

        try disk.empty()
        try await daemon.until(seconds: 60, "recovery") { try !daemon.health().contains("journal cannot be written") }
        try await daemon.until(seconds: 60, "end of the alarm") {
            try daemon.events("--kind", "health").contains { $0.topic == "spool-blocked" && $0.state == .closed }
        }
        #expect(!captures.isEmpty && daemon.capturePids == captures)
        try await nothingIsLostOrDoubled(daemon, disk)
        daemon.signal(SIGTERM)
        #expect(try await daemon.waitForEnd() == 0)
        _ = server
    }

    // MARK: - Steps

    private func motion(_ daemon: DaemonUnderTest) throws -> [EventResource] {
        try daemon.events("--kind", "motion")
    }

    private func nothingIsLostOrDoubled(_ daemon: DaemonUnderTest, _ disk: SmallFileSystem) async throws {
        let records = try JournalReader(directory: "\(disk.path)/\(try disk.group())").read(after: nil, limit: 100_000)
        #expect(records.damages.isEmpty)
        var journal: Set<UUIDv7> = []
        for case .event(let event) in records.records { journal.insert(event.id) }
        try await daemon.until(seconds: 60, "everything in the index") {
            Set(try daemon.events().map(\.id)).isSuperset(of: journal)
        }
        let events = try daemon.events()
        #expect(events.count == Set(events.map(\.id)).count)
        // The clip goes round every 4 s. A server that is short of time skips rounds, so this is a figure, not a check.
        for (camera, events) in Dictionary(grouping: try motion(daemon), by: \.camera) {
            let starts = events.map(\.start).sorted()
            let pauses = zip(starts, starts.dropFirst()).map { ($1 - $0).inSeconds }
            print("\(camera): \(events.count) events, longest pause \(pauses.max() ?? 0) s")
        }
    }
}

/// A small file system in memory, mounted for one test.
final class SmallFileSystem {
    private let directory: TemporaryDirectory
    var path: String { directory.path }

    static let isPossible: Bool = geteuid() == 0 && (try? SmallFileSystem(mebibytes: 1)) != nil

    init(mebibytes: Int) throws {
        directory = try TemporaryDirectory()
        guard mount("tmpfs", directory.path, "tmpfs", 0, "size=\(mebibytes)m,mode=755") == 0 else {
            throw ChildProcess.Failure(description: "cannot mount a tmpfs: errno \(errno)")
        }
    }

    deinit { umount2(directory.path, 2) }

    /// The spool of the only capture group.
    func group() throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0 != "filler" }
        guard names.count == 1 else { throw ChildProcess.Failure(description: "groups: \(names)") }
        return names[0]
    }

    /// Leaves not a byte free.
    func fill() throws {
        try Program.run(["/bin/sh", "-c", "dd if=/dev/zero of='\(path)/filler' bs=4096 2>/dev/null; true"])
    }

    func empty() throws {
        try Program.run(["rm", "\(path)/filler"])
    }
}
