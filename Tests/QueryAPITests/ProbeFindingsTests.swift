import MKDSCore
import QueryAPI
import Testing

@Suite struct ProbeFindingsTests {
    private static let now = UTCTime(seconds: 1_795_000_000)
    private static let target = ProbeTarget(url: "rtsp://10.0.0.1/a", credential: "door")

    /// A camera nobody could find fault with.
    private static var good: ProbeFacts {
        var facts = ProbeFacts(time: now)
        var reach = ProbeFacts.Reach()
        reach.addresses = ["10.0.0.1"]
        reach.connectMilliseconds = 1
        facts.reach = reach
        facts.authentication = [.digest]
        facts.hadLogin = true
        facts.tracks = [.init(kind: .video, encoding: "H264")]
        var video = ProbeFacts.Video(codec: "h264")
        (video.width, video.height, video.frameRate, video.bitRate) = (1280, 720, 25, 2_000_000)
        (video.keyframes, video.packets, video.seconds) = (8, 375, 15)
        (video.keyframeMedian, video.keyframeShortest, video.keyframeLongest) = (2, 1.9, 2.1)
        video.firstPictureMilliseconds = 300
        facts.video = video
        facts.clock = .init(source: .rtcp, offsetMilliseconds: 40, uncertaintyMilliseconds: 250)
        facts.cost = .init(cpuMilliseconds: 20, memoryMiB: 10, analysed: 75)
        facts.scene = .init(troubles: [], motions: 0)
        return facts
    }

    private static func words(
        _ target: ProbeTarget = target, _ change: (inout ProbeFacts) -> Void
    ) -> [String] {
        var facts = good
        change(&facts)
        return ProbeFindings.of(facts, target).map(\.word)
    }

    private static func video(_ change: (inout ProbeFacts.Video) -> Void) -> [String] {
        words { facts in
            if var video = facts.video {
                change(&video)
                facts.video = video
            }
        }
    }

    private static func has(_ word: String, _ words: [String]) -> Bool { words.contains(word) }

    @Test func aGoodCameraGetsOneHintOnly() {
        #expect(Self.words { _ in } == ["not-encrypted"])
        #expect(ProbeReport(Self.good, of: Self.target).verdict == .good)
    }

    @Test func theEstimateIsThirtyTwoTimesTheCost() throws {
        let estimate = try #require(ProbeReport(Self.good, of: Self.target).estimate)
        #expect(estimate.cores == 0.64 && estimate.memoryMiB == 320)
    }

    @Test(arguments: [
        (4.0, false), (4.1, true), (10, true),
    ])
    func keyframesAreRareBeyondFourSeconds(distance: Double, isRare: Bool) {
        let words = Self.video {
            ($0.keyframeMedian, $0.keyframeShortest, $0.keyframeLongest) = (distance, distance, distance)
        }
        #expect(words.contains("keyframes-rare") == isRare)
    }

    @Test func oneKeyframeInTheWholeWatchingIsRareToo() {
        let words = Self.video {
            $0.keyframes = 1
            ($0.keyframeMedian, $0.keyframeShortest, $0.keyframeLongest) = (nil, nil, nil)
        }
        #expect(words.contains("keyframes-rare"))
    }

    @Test func unevenKeyframesAreASmartCodec() {
        #expect(Self.has("keyframes-uneven", Self.video { ($0.keyframeShortest, $0.keyframeLongest) = (1, 2.9) }))
        #expect(!Self.has("keyframes-uneven", Self.video { ($0.keyframeShortest, $0.keyframeLongest) = (1.8, 2.4) }))
    }

    @Test(
        arguments: [
            (1.9, nil), (-2.5, "Zapněte"), (45, "Zapněte"), (3600, "pásmo"), (-7190, "pásmo"),
            (86_400 * 365, "Zapněte"),
        ] as [(Double, String?)])
    func clockAdviceDependsOnTheOffset(seconds: Double, advice: String?) {
        var facts = Self.good
        facts.clock?.offsetMilliseconds = seconds * 1000
        let finding = ProbeFindings.of(facts, Self.target).first { $0.word == "clock-off" }
        #expect((finding != nil) == (advice != nil))
        if let advice { #expect(finding?.adviceCS.contains(advice) == true) }
    }

    @Test func aCameraThatTellsNoTimeIsNamedUnlessItCannot() {
        #expect(Self.has("clock-untold", Self.words { $0.clock?.offsetMilliseconds = nil }))
        let http = ProbeTarget(url: "http://10.0.0.1/video.mjpg")
        #expect(!Self.has("clock-untold", Self.words(http) { $0.clock?.offsetMilliseconds = nil }))
    }

    @Test(arguments: [
        ([ProbeFacts.Authentication.digestSHA256], true, "login-sha256"), ([.basic], false, "login-missing"),
        ([.digest], true, "login-refused"), ([], true, "login-forbidden"),
    ])
    func refusedLoginsAreToldApart(asked: [ProbeFacts.Authentication], hadLogin: Bool, word: String) {
        let words = Self.words { facts in
            facts.video = nil
            facts.authentication = asked
            facts.hadLogin = hadLogin
            facts.failure = .init(stage: .open, reason: "credentials-refused", detail: "no")
        }
        #expect(words.first == word)
    }

    @Test func passwordsInClearAreNamedOnlyWhereTheyAre() {
        #expect(Self.has("basic-in-clear", Self.words { $0.authentication = [.basic] }))
        let encrypted = ProbeTarget(url: "rtsps://10.0.0.1/a")
        #expect(Self.words(encrypted) { $0.authentication = [.basic] } == [])
        #expect(Self.words { ($0.authentication, $0.hadLogin) = ([], false) } == ["open-to-all"])
    }

    @Test func certificatesAreJudgedByTrustAndDates() throws {
        let fingerprint = try #require(CertificateFingerprint(String(repeating: "ab", count: 32)))
        var certificate = ProbeFacts.Certificate(
            fingerprint: fingerprint, subject: "CN=a", issuer: "CN=a", notBefore: nil,
            notAfter: Self.now + .seconds(86_400), selfSigned: true, namesHost: true)
        let target = ProbeTarget(url: "rtsps://10.0.0.1/a")
        #expect(Self.words(target) { $0.certificate = certificate } == ["certificate-unknown", "certificate-expires"])
        certificate.trusted = false
        certificate.notAfter = Self.now - .seconds(1)
        var facts = Self.good
        facts.certificate = certificate
        let findings = ProbeFindings.of(facts, target)
        #expect(findings.map(\.word) == ["certificate-refused", "certificate-expired"])
        #expect(findings[0].severity == .error && findings[0].advice.contains(fingerprint.description))
        #expect(ProbeReport(facts, of: target).importCSV?.contains("rtsps://10.0.0.1/a,,\(fingerprint)") == true)
    }

    @Test func oneCauseIsToldOnce() {
        for trouble in ProbeFacts.Reach.Trouble.allCases {
            let words = Self.words { facts in
                facts.video = nil
                facts.authentication = []
                facts.hadLogin = false
                facts.reach?.trouble = trouble
                facts.failure = .init(stage: .connect, reason: "unreachable", detail: "gone")
            }
            #expect(words.count == 1, "\(trouble): \(words)")
        }
    }

    @Test(arguments: HealthTopic.allCases)
    func everyFailureIsAnErrorWithSomethingToDo(topic: HealthTopic) throws {
        var facts = ProbeFacts(time: Self.now)
        facts.failure = .init(stage: .open, reason: topic.rawValue, detail: "why")
        let first = try #require(ProbeFindings.of(facts, Self.target).first)
        #expect(first.severity == .error && !first.advice.isEmpty && !first.adviceCS.isEmpty)
        #expect(ProbeReport(facts, of: Self.target).verdict == .unusable)
    }

    @Test func theStreamsFaultsAreNamed() {
        #expect(Self.has("picture-large", Self.video { ($0.width, $0.height) = (3840, 2160) }))
        #expect(Self.has("picture-small", Self.video { ($0.width, $0.height) = (176, 144) }))
        #expect(Self.has("mjpeg", Self.video { $0.codec = "mjpeg" }))
        #expect(Self.has("rate-low", Self.video { $0.frameRate = 3 }))
        #expect(Self.has("rate-below-announced", Self.video { $0.announcedRate = 50 }))
        #expect(Self.has("packets-missing", Self.video { $0.missing = 1 }))
        #expect(Self.has("pictures-damaged", Self.video { $0.damaged = 1 }))
        #expect(Self.has("first-picture-late", Self.video { $0.firstPictureMilliseconds = 6000 }))
        #expect(Self.has("audio-offered", Self.words { $0.tracks.append(.init(kind: .audio, encoding: "PCMA")) }))
        #expect(Self.has("scene-dark", Self.words { $0.scene?.troubles = [.dark] }))
        #expect(Self.has("picture-repeats", Self.words { $0.scene?.troubles = [.looped] }))
        #expect(Self.has("dear", Self.words { $0.cost?.cpuMilliseconds = 150 }))
    }

    @Test func absurdNumbersDoNoHarm() {
        let words = Self.video { video in
            (video.width, video.height, video.frameRate, video.bitRate) = (0, 0, .infinity, .nan)
            (video.keyframeMedian, video.keyframeLongest, video.keyframeShortest) = (1e300, 1e300, -1e300)
        }
        #expect(words.contains("keyframes-rare"))
        #expect(Self.has("clock-off", Self.words { $0.clock?.offsetMilliseconds = 1e300 }))
    }
}
