import FoundationEssentials
import Glibc
import MKDSCore
import QueryAPI
import Spool
import TestMedia
import Testing

/// The spool's file system is full while cameras see things.
///
/// The cameras are files, so what they show is known to the picture, however slow the machine is: every event that
/// `mkds-capture try` finds in the clip must be in the index, at its place in the clip, up to the newest.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: DaemonUnderTest.missing == nil, "\(DaemonUnderTest.missing ?? "")"),
    .enabled(if: SmallFileSystem.isPossible, "needs root, to mount a small tmpfs"))
struct DiskFullTests {
    @Test func eventsKeepPriorityEverybodyIsToldAndSpaceMendsItWithoutARestart() async throws {
        let files = try TemporaryDirectory()
        let disk = try SmallFileSystem(mebibytes: 4)
        let daemon = try DaemonUnderTest(
            sections: "spool: {directory: \(disk.path), keep_acknowledged_hours: 720, reserve_mib: 1}")
        try Program.run(["chown", "--reference=\(daemon.directory.path)/bin", disk.path])
        let clip = try longClip(files)
        let expected = try Crossing.all(in: clip)
        try #require(expected.count > 40)
        try await daemon.start()
        try await daemon.until("database") { daemon.log.contains("database answers") }
        // Several, so that what is left of the last block is used up soon.
        try daemon.importCameras((1...8).map { .init(id: "cam\($0)", url: "file://\(clip)") })
        try await daemon.until("first event") { try !motion(daemon).isEmpty }
        try await daemon.until("reserve") {
            FileManager.default.fileExists(atPath: disk.path + "/\(try disk.group())/reserve")
        }
        let captures = daemon.capturePids

        try disk.fill()
        let before = Set(try motion(daemon).map(\.id))
        let full = ContinuousClock.now
        try await daemon.until("word of the full disk") {
            try daemon.health().contains("The disk of the spool is full")
        }
        print("a full disk is told after \(ContinuousClock.now - full)")
        #expect(try daemon.health(language: "cs").contains("Disk fronty je plný"))
        // The rest of the present file's last block has to be used up first.
        try await daemon.until("word of the trouble") {
            try daemon.health().contains("journal cannot be written")
        }
        #expect(try daemon.health(language: "cs").contains("Deník skupiny nelze zapisovat"))
        try await daemon.until("a line in the log") { daemon.log.contains("the journal is in trouble") }
        // The reserve takes events while nothing else has room.
        try await daemon.until("alarm and events out of the reserve") {
            let alarm = try daemon.events("--kind", "health").contains { $0.topic == "spool-blocked" }
            return try alarm && motion(daemon).count >= before.count + 2
        }

        try disk.empty()
        try await daemon.until("recovery") { try !daemon.health().contains("journal cannot be written") }
        try await daemon.until("end of the alarm") {
            try daemon.events("--kind", "health").contains { $0.topic == "spool-blocked" && $0.state == .closed }
        }
        #expect(!captures.isEmpty && daemon.capturePids == captures)
        let after = try motion(daemon).map(\.start).max() ?? UTCTime(seconds: 0)
        try await daemon.until("an event of each camera since") {
            let since = try motion(daemon).filter { $0.state == .closed && $0.start > after }
            return Set(since.map(\.camera)).count == 8
        }
        try await nothingIsLostOrDoubled(daemon, disk, expected)
        daemon.signal(SIGTERM)
        #expect(try await daemon.waitForEnd() == 0)
    }

    // MARK: - Steps

    private func motion(_ daemon: DaemonUnderTest) throws -> [EventResource] {
        try daemon.events("--kind", "motion")
    }

    /// Somebody crosses the picture every 4 s, for longer than the test may last.
    private func longClip(_ files: TemporaryDirectory) throws -> String {
        let round = files.file("round.mp4")
        try Clip(seconds: 4, movement: 0.5...1.5, frameRate: 10, keyframeEvery: 5).write(.h264, to: round)
        let clip = files.file("clip.mp4")
        try Clip.ffmpeg(["-stream_loop", "49", "-i", round, "-c", "copy", clip])
        try Program.run(["chmod", "-R", "a+rX", files.path])
        return clip
    }

    /// Compares what the clip shows with the journal and the journal with the index.
    private func nothingIsLostOrDoubled(
        _ daemon: DaemonUnderTest, _ disk: SmallFileSystem, _ expected: [Crossing]
    ) async throws {
        let events = try motion(daemon).filter { $0.state == .closed }
        let records = try JournalReader(directory: "\(disk.path)/\(try disk.group())").read(after: nil, limit: 100_000)
        #expect(records.damages.isEmpty)
        var journal: Set<UUIDv7> = []
        /// When each camera's clip began.
        var beginnings: [CameraID: UTCTime] = [:]
        for record in records.records {
            if case .event(let event) = record { journal.insert(event.id) }
            if case .run(let run) = record, beginnings[run.camera] == nil { beginnings[run.camera] = run.firstPacket }
        }
        #expect(journal.isSuperset(of: events.map(\.id)))
        for (camera, own) in Dictionary(grouping: events, by: \.camera) {
            let beginning = try #require(beginnings[camera])
            let seen = own.sorted { $0.start < $1.start }.map { event in
                Crossing(from: event.start - beginning, to: (event.end ?? event.start) - beginning)
            }
            #expect(seen == Array(expected.prefix(seen.count)), "\(camera)")
        }
        try await daemon.until("everything in the index") {
            Set(try daemon.events().map(\.id)).isSuperset(of: journal)
        }
        let all = try daemon.events()
        #expect(all.count == Set(all.map(\.id)).count)
    }
}

/// One motion event in clip time, to the millisecond.
private struct Crossing: Hashable {
    var from: Int64
    var to: Int64

    init(from: Duration, to: Duration) {
        self.from = (from.inMicroseconds + 500) / 1000
        self.to = (to.inMicroseconds + 500) / 1000
    }

    /// What `mkds-capture try` finds: the same analysis without journal, loader and database.
    static func all(in clip: String) throws -> [Crossing] {
        struct Line: Decodable {
            var start: Double
            var end: Double
            enum CodingKeys: String, CodingKey {
                case start = "start_s"
                case end = "end_s"
            }
        }
        let text = try Program.run([try Program.product("mkds-capture"), "try", "--json", clip])
        return try text.split(separator: "\n").map { line in
            let line = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            return Crossing(from: .seconds(line.start), to: .seconds(line.end))
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
