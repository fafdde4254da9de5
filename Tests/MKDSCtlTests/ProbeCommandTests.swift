internal import FoundationEssentials
internal import MKDSCore
internal import QueryAPI
internal import Testing

@testable import mkdsctl

/// `cameras probe` and `cameras discover` against a server that speaks the wire format bit by bit.
@Suite(.timeLimit(.minutes(10))) struct ProbeCommandTests {
    private static let url = "rtsp://10.0.0.5/1"

    private static func facts() -> ProbeFacts {
        var facts = ProbeFacts(time: UTCTime(seconds: 1_795_000_000))
        var reach = ProbeFacts.Reach()
        reach.addresses = ["10.0.0.5"]
        reach.connectMilliseconds = 2.5
        facts.reach = reach
        facts.hadLogin = true
        facts.authentication = [.digest]
        facts.tracks = [.init(kind: .video, encoding: "H264"), .init(kind: .audio, encoding: "PCMA")]
        var video = ProbeFacts.Video(codec: "h264")
        (video.profile, video.width, video.height, video.frameRate) = ("High", 1920, 1080, 25)
        (video.bitRate, video.keyframes, video.packets, video.seconds) = (3_000_000, 2, 375, 15)
        (video.keyframeMedian, video.keyframeShortest, video.keyframeLongest) = (10, 10, 10)
        facts.video = video
        facts.clock = .init(source: .rtcp, offsetMilliseconds: 7_200_000, uncertaintyMilliseconds: 250)
        facts.cost = .init(cpuMilliseconds: 90, memoryMiB: 14, analysed: 75)
        return facts
    }

    private static func line(_ message: ProbeMessage) throws -> String {
        String(decoding: try WireJSON.encode(message), as: UTF8.self) + "\n"
    }

    /// Answers with some lines, the last one cut in two.
    private static func server(_ lines: [String]) throws -> ScriptedServer {
        try ScriptedServer { _, connection, server in
            server.log(connection.readRequest())
            connection.send(
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")
            let text = lines.joined()
            let half = text.index(text.startIndex, offsetBy: text.count / 2)
            connection.chunk(String(text[..<half]))
            connection.chunk(String(text[half...]))
            connection.chunk("")
        }
    }

    private static func run(
        _ server: ScriptedServer, _ arguments: String..., input: String = "", language: String = "cs"
    ) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.run(
            ["cameras"] + arguments + ["--socket", server.path, "--lang", language], environment: ["TERM": "xterm"],
            input: input)
    }

    @Test func saysInCzechWhatACameraOffersCostsAndLacks() async throws {
        let report = ProbeReport(Self.facts(), of: ProbeTarget(url: Self.url, credential: "dvere"))
        let server = try Self.server([
            try Self.line(ProbeMessage(stage: .resolve)), try Self.line(ProbeMessage(stage: .watch, watched: 3)),
            try Self.line(ProbeMessage(report: report)),
        ])
        let outcome = try await Self.run(server, "probe", Self.url, "--credential", "dvere")
        #expect(outcome.status == 0)
        for part in [
            "použitelná, s výhradami níže", "H.264 High, 1920×1080, 25,0 snímku/s", "po 10,0 s", "zvuk PCMA",
            "90,0 ms procesoru na sekundu videa", "32 takových", "2,9 jádra",
            "VÝHRADA  Klíčový snímek přichází jen jednou za 10,0 s", "celé hodiny", "časové pásmo",
            "→ Nastavte v kameře interval klíčových snímků", ",,,,,rtsp://10.0.0.5/1,dvere,",
        ] {
            #expect(outcome.output.contains(part), "\(part)")
        }
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("POST /v1/cameras/probes ") && request.contains("\"credential\":\"dvere\""))
    }

    @Test func takesThePasswordFromADescriptorAndGivesCSV() async throws {
        let report = ProbeReport(Self.facts(), of: ProbeTarget(url: Self.url))
        let server = try Self.server([try Self.line(ProbeMessage(report: report))])
        let outcome = try await Self.run(
            server, "probe", Self.url, "--user", "u", "--password-fd", "0", "--csv", input: "p w\n")
        #expect(outcome.status == 0)
        #expect(outcome.output == report.importCSV)
        let request = try #require(server.requests.first)
        #expect(request.contains("\"password\":\"p w\""))
    }

    /// A camera that took its time to answer was given up after 30 s of silence.
    @Test func aSlowCameraIsWaitedForUnlessThePersonSetALimit() {
        #expect(CamerasProbe.patience(timeout: nil, seconds: 60) == .seconds(120))
        #expect(CamerasProbe.patience(timeout: 5, seconds: 60) == .seconds(5))
    }

    @Test func anUnusableCameraIsAFailure() async throws {
        var facts = ProbeFacts(time: UTCTime(seconds: 1_795_000_000))
        facts.failure = .init(stage: .open, reason: "stalled", detail: "nothing came")
        let report = ProbeReport(facts, of: ProbeTarget(url: Self.url))
        let server = try Self.server([try Self.line(ProbeMessage(report: report))])
        let outcome = try await Self.run(server, "probe", Self.url, language: "en")
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("ERROR") && outcome.errors.contains("cannot be used like this"))
    }

    @Test func problemsAndBrokenAnswersHaveTheirNumbers() async throws {
        let busy = Problem(.tooMany, detail: "Two go on.", detailCS: "Dvě běží.")
        let refusing = try Self.server([try Self.line(ProbeMessage(problem: busy))])
        #expect(try await Self.run(refusing, "probe", Self.url).status == 5)
        let cut = try Self.server([try Self.line(ProbeMessage(stage: .open))])
        #expect(try await Self.run(cut, "probe", Self.url).status == 5)
        let strange = try Self.server(["nonsense\n"])
        #expect(try await Self.run(strange, "probe", Self.url).status == 1)
    }

    @Test(arguments: [
        ["probe", "not an id"], ["probe", "rtsp://a/", "--seconds", "61"], ["probe", "k1", "--credential", "a"],
        ["probe", "rtsp://a/", "--credential", "a", "--user", "u"], ["probe", "rtsp://a/", "--password-fd", "0"],
        ["probe", "rtsp://a/", "--trust", "/nonexistent"], ["discover", "--seconds", "16"],
    ])
    func wrongCommandLinesAreRefusedBeforeAnythingIsAsked(arguments: [String]) async throws {
        let outcome = try await BuiltProgram.run(["cameras"] + arguments + ["--socket", "/nonexistent/socket"])
        #expect(outcome.status == 2)
    }

    @Test func listsWhatWasDiscoveredAndWhatIsRegistered() async throws {
        let devices = [
            DiscoveredDevice(
                endpoint: "urn:1", addresses: ["http://10.0.0.5/onvif/device_service"], answeredFrom: ["10.0.0.5"],
                interface: "eth0", name: "Křižovatka", hardware: "KP-4"),
            DiscoveredDevice(endpoint: "urn:2", addresses: [], answeredFrom: ["10.0.0.6"], interface: "eth0"),
        ]
        let id = try #require(CameraID("k1"))
        let report = DiscoveryReport(
            DiscoveryNotice(listened: 1, devices: devices), registered: [(id: id, url: "rtsp://10.0.0.5/1")])
        let line = String(decoding: try WireJSON.encode(DiscoveryMessage(report: report)), as: UTF8.self) + "\n"
        let outcome = try await Self.run(try Self.server(["{\"listened_s\":1}\n", line]), "discover")
        #expect(outcome.status == 0)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix("ADRESA    NÁZEV"))
        #expect(lines[1].hasPrefix("10.0.0.5  Křižovatka  KP-4  k1"))
        #expect(lines[2].hasPrefix("10.0.0.6  –           –     ne"))
    }
}
