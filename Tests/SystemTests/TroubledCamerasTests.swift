import CameraSimulator
import FoundationEssentials
import Glibc
import Linux
import MKDSCore
import QueryAPI
import TestMedia
import Testing

/// Simulated cameras that misbehave for a while, on a real daemon: what is told of it, and that they and their neighbours
/// are seen again. Each step waits for what it needs, however long the machine takes.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled(if: DaemonUnderTest.missing == nil, "\(DaemonUnderTest.missing ?? "")")
)
struct TroubledCamerasTests {
    private struct Case {
        var trouble: Trouble
        /// Any of these tells of it.
        var topics: Set<String>
        var isEncrypted = false
        var name: String { trouble.name }
    }

    private static let neighbour = "neighbour"

    // MARK: - What keeps pictures from coming

    @Test func everyTroubleIsToldAndMotionBeforeAndAfterItIsInTheIndex() async throws {
        let files = try TemporaryDirectory()
        let film = try Self.film(files, "film", width: 320)
        var wide = try Self.film(files, "wide", width: 352)
        wide.name = "size-change"
        let cases = [
            Case(trouble: .stall, topics: ["stalled"]),
            Case(trouble: .reset, topics: ["lost", "unreachable", "malformed"]),
            Case(trouble: .garbagePayload, topics: ["malformed", "stalled", "packet-loss"]),
            Case(trouble: .garbageFraming, topics: ["malformed", "stalled", "lost"]),
            Case(trouble: .loss(0.3), topics: ["packet-loss"]),
            Case(trouble: .wrongPayloadType, topics: ["stalled", "malformed"]),
            Case(trouble: .clockStep(.seconds(3600)), topics: ["clock-stepped", "clock-error"]),
            Case(trouble: .handshakeStall, topics: ["stalled", "unreachable"], isEncrypted: true),
            Case(trouble: .refusal("503 Service Unavailable"), topics: ["unreachable"]),
            Case(trouble: .slowAnswers(.milliseconds(500)), topics: ["lost"]),
            Case(trouble: .shows(wide), topics: ["stream-changed"]),
        ]
        try await Self.with(cases, film: film) { daemon, simulator in
            let names = Set([Self.neighbour] + cases.map(\.name))
            func allMoved(after time: UTCTime) throws -> Bool {
                let events = try daemon.events("--kind", "motion").filter { $0.start > time && $0.end != nil }
                return names.isSubset(of: events.map(\.camera.rawValue))
            }
            try await daemon.until("motion of every camera") { try allMoved(after: simulator.started) }
            let before = try daemon.events("--kind", "motion")
            let begun = UTCTime.now
            for one in cases { simulator.begin(one.trouble, of: one.name) }
            for one in cases {
                var again = ContinuousClock.now + .seconds(30)
                try await daemon.until("word of \(one.name)") {
                    // A camera that was just being connected to anew has not noticed what befalls connections that stand.
                    if ContinuousClock.now > again {
                        simulator.end(of: one.name)
                        simulator.begin(one.trouble, of: one.name)
                        again = .now + .seconds(30)
                    }
                    return try Self.isTold(one, daemon.events("--kind", "health", "--camera", one.name), since: begun)
                }
            }
            for one in cases { simulator.end(of: one.name) }
            let ended = UTCTime.now
            try await daemon.until("motion of every camera after its trouble") {
                try allMoved(after: ended)
            }
            try await daemon.until("end of every trouble") {
                try daemon.events("--kind", "health").allSatisfy { $0.end != nil }
            }
            try Self.checkNeighbour(daemon)
            try Self.checkEvents(daemon, before: before, film: film, simulator.started)
        }
    }

    /// None of before is gone; of each crossing there is one event, unless it fell into the trouble.
    private static func checkEvents(
        _ daemon: DaemonUnderTest, before: [EventResource], film: SimulatedClip, _ started: UTCTime
    ) throws {
        let after = try daemon.events("--kind", "motion")
        #expect(Set(before.map(\.id)).isSubset(of: after.map(\.id)))
        let seen = after.filter { $0.camera.rawValue == neighbour && $0.end != nil }
        var numbers: [Int] = []
        for event in seen {
            // Its clock is right, and however late this machine reads, the stated interval holds that.
            let truth = try #require(event.cameraTime)
            let uncertainty = try #require(event.uncertaintyMilliseconds)
            #expect(abs((event.start - truth).inSeconds) * 1000 <= uncertainty, "\(event)")
            numbers.append(Int(((truth - started) / film.length).rounded(.down)))
        }
        numbers.sort()
        #expect(numbers == Array((numbers.first ?? 0)...(numbers.last ?? -1)), "missed or doubled: \(seen)")
    }

    private static func checkNeighbour(_ daemon: DaemonUnderTest) throws {
        #expect(try daemon.events("--kind", "health", "--camera", neighbour) == [])
        for (table, count) in [("gap", 0), ("stream_run", 1)] {
            let rows = try daemon.shell(
                "psql -X -At -h \(daemon.directory.path)/pg -d mkds -U mkds"
                    + " -c \"SELECT count(*) FROM mkds.\(table) WHERE camera = '\(neighbour)'\"")
            #expect(rows == "\(count)\nstatus 0\n", "\(table)")
        }
    }

    // MARK: - What keeps pictures from showing the scene

    @Test func whatHidesTheSceneIsToldFromRTSPToTheIndexAndEndsWhenItDoes() async throws {
        let files = try TemporaryDirectory()
        let scene = try Self.scene(files, "scene", "null")
        let hidden = [
            try Self.scene(files, "dark", "lutyuv=y=16+(val-16)*0.05"),
            try Self.scene(files, "covered", "drawbox=w=iw*0.9:h=ih:color=gray:t=fill"),
            try Self.scene(files, "blurred", "gblur=sigma=5"),
            try Self.scene(files, "turned", "null", seed: 8),
        ]
        let cases =
            [
                Case(trouble: .repeats(groups: 1), topics: ["frozen"]),
                Case(trouble: .repeats(groups: 5), topics: ["looped"]),
            ]
            + hidden.map { Case(trouble: .shows($0), topics: [$0.name]) }
        try await Self.with(cases, film: scene) { daemon, simulator in
            // A scene is learnt for half a minute before it can be missed.
            try await daemon.until("cameras whose scene was learnt") {
                let text = try daemon.ctl("cameras", "list", "--json")
                let cameras = try JSONDecoder().decode(Page<CameraResource>.self, from: Data(text.utf8)).items
                return cameras.allSatisfy { camera in
                    guard let status = camera.status, status.state == .live, let last = status.lastPacket else {
                        return false
                    }
                    return last - status.since > .seconds(40)
                }
            }
            let begun = UTCTime.now
            for one in cases { simulator.begin(one.trouble, of: one.name) }
            for one in cases {
                try await daemon.until("\(one.name)") {
                    try Self.isTold(one, daemon.events("--camera", one.name), since: begun)
                }
                print("\(one.name) is in the index after \((UTCTime.now - begun).inSeconds) s")
            }
            for one in cases { simulator.end(of: one.name) }
            let ended = UTCTime.now
            func told() throws -> [EventResource] {
                try daemon.events().filter { one in
                    cases.contains { $0.name == one.camera.rawValue } && one.kind != .motion
                }
            }
            try await daemon.until("end of every trouble") { try told().allSatisfy { $0.end != nil } }
            for one in cases {
                let events = try told().filter { $0.camera.rawValue == one.name }
                #expect(events.map(\.topic) == Array(one.topics), "\(one.name): \(events)")
                // By the cameras' own time, so however slow this machine: within a few looks of 2 s each.
                for event in events {
                    #expect(abs((event.start - begun).inSeconds) < 15, "\(one.name)")
                    #expect(abs((try #require(event.end) - ended).inSeconds) < 15, "\(one.name)")
                }
            }
            #expect(try daemon.events("--camera", Self.neighbour).isEmpty)
        }
    }

    // MARK: - Cameras

    /// Something crosses the picture in 3 of every 10 s.
    private static func film(_ files: TemporaryDirectory, _ name: String, width: Int) throws -> SimulatedClip {
        try SimulatedClip.make(
            at: files.file("\(name).h264"), seconds: 10, movement: 4...7, width: width, height: 192, frameRate: 10)
    }

    /// Ten minutes of a scene full of edges in which nothing moves: longer than this test, so that nothing comes again.
    private static func scene(
        _ files: TemporaryDirectory, _ name: String, _ change: String, seed: Int = 1
    ) throws -> SimulatedClip {
        let path = files.file("\(name).h264")
        let filter =
            "select=eq(n\\,0),loop=loop=-1:size=1,setpts=N/2/TB,scale=320:180:flags=neighbor,format=yuv420p,"
            + "lutyuv=y=60+val/2,\(change),noise=alls=8:allf=t:all_seed=\(seed)"
        try Clip.ffmpeg(
            ["-f", "lavfi", "-i", "cellauto=size=64x36:rate=2:rule=30:seed=\(seed):full=1:scroll=0"]
                + ["-vf", filter]
                + ["-r", "2", "-t", "600", "-c:v", "libx264", "-preset", "ultrafast", "-g", "2", "-bf", "0"]
                + ["-sc_threshold", "0", "-threads", "1", path])
        var film = try SimulatedClip(path: path, frameRate: 2)
        film.name = name
        return film
    }

    /// A daemon with a camera for each case and one that is always well.
    private static func with(
        _ cases: [Case], film: SimulatedClip, _ body: (DaemonUnderTest, CameraSimulator) async throws -> Void
    ) async throws {
        let maker = try CertificateMaker()
        let certificate = try maker.certificate("camera")
        let fingerprint = try maker.fingerprint(certificate.certificate)
        let cameras =
            [SimulatedCamera(name: neighbour, filmStart: .zero)]
            + cases.map { SimulatedCamera(name: $0.name, filmStart: .zero, isEncrypted: $0.isEncrypted) }
        let daemon = try DaemonUnderTest()
        try await daemon.start()
        try await daemon.until("database") { daemon.log.contains("database answers") }
        let simulator = try await CameraSimulator(cameras, clip: film, certificate: certificate.withKey)
        let lines = cameras.map { camera in
            "\(camera.name),\(camera.name),Plzeň,MKDS,553/1991 § 24b,\(simulator.url(of: camera)),"
                + "\(camera.isEncrypted ? fingerprint : ""),13.3776,49.7475,30 d\n"
        }
        let titles = "id,name,owner,purpose_class,legal_basis,url,trust,mast_lon,mast_lat,retention\n"
        try daemon.write(titles + lines.joined(), to: "list.csv")
        try daemon.ctl("cameras", "import", daemon.directory.path + "/list.csv")
        try await body(daemon, simulator)
        daemon.signal(SIGTERM)
        #expect(try await daemon.waitForEnd() == 0)
        try await simulator.stop()
    }

    private static func isTold(_ one: Case, _ events: [EventResource], since: UTCTime) -> Bool {
        events.contains { $0.camera.rawValue == one.name && one.topics.contains($0.topic) && $0.lastSeen >= since }
    }
}
