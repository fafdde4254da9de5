import CameraSimulator
import MKDSCore
import Media
import TestMedia
import Testing

@testable import OnvifDevice

/// Devices that are broken or hostile: each ends in a sentence, in bounded time and memory.
@Suite(.timeLimit(.minutes(10))) struct DeviceFaultTests {
    private func error(
        _ misbehaviour: OnvifCamera.Misbehaviour, deadline: Duration = .seconds(20)
    ) async throws -> DeviceError {
        var camera = OnvifCamera()
        camera.misbehaviour["GetSystemDateAndTime"] = misbehaviour
        let service = try await OnvifService(camera)
        defer { Task { try await service.stop() } }
        return try await failure {
            _ = try service.client(deadline: deadline).clock()
        }
    }

    private func body(_ text: String) -> OnvifCamera.Misbehaviour { .raw(status: 200, headers: [], body: text) }

    @Test func stopsAtTheLargestAnswer() async throws {
        let error = try await error(.giant(64 << 20))
        #expect(error.topic == .malformed)
        #expect(error.detail == "the camera's answer is too large")
    }

    @Test func stopsAtTheLongestHeader() async throws {
        let long = String(repeating: "x", count: 3000)
        let error = try await error(
            .raw(status: 200, headers: (0..<30).map { ("X-\($0)", long) }, body: "<a/>"))
        #expect(error.detail == "the camera's answer is too large")
    }

    @Test(arguments: [OnvifCamera.Misbehaviour.drip, .silence]) func waitsNoLongerThanTheDeadline(
        misbehaviour: OnvifCamera.Misbehaviour
    ) async throws {
        let error = try await error(misbehaviour, deadline: .milliseconds(700))
        #expect(error.topic == .stalled)
    }

    @Test func tellsThatTheCameraBrokeOff() async throws {
        #expect(try await error(.hangUp).topic == .lost)
    }

    @Test func refusesWhatIsNoXML() async throws {
        #expect(try await error(body("{\"time\": 1}")).topic == .malformed)
        #expect(try await error(body("<s:Envelope xmlns:s='x'><s:Body>")).topic == .malformed)
        #expect(try await error(body("<html><body>login</body></html>")).topic == .malformed)
    }

    @Test func refusesADocumentTypeAndWhatComesWithIt() async throws {
        let bomb = """
            <!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">\
            <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>\
            <s:Envelope xmlns:s="x"><s:Body>&d;</s:Body></s:Envelope>
            """
        let file = "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><s:Envelope xmlns:s=\"x\">&f;</s:Envelope>"
        for text in [bomb, file] {
            let error = try await error(body(text))
            #expect(error.topic == .malformed)
            #expect(error.underlying.contains("documentType"))
        }
    }

    @Test func refusesADocumentWithoutEndsToItsDepth() async throws {
        let error = try await error(body(String(repeating: "<a>", count: 5000)))
        #expect(error.underlying.contains("tooDeep"))
    }

    @Test func refusesAnAnswerToAnotherQuestion() async throws {
        let error = try await error(
            body("<s:Envelope xmlns:s='x'><s:Body><RebootResponse/></s:Body></s:Envelope>"))
        #expect(error.detail == "the camera answered GetSystemDateAndTime with something else")
    }

    /// What a camera says in a fault is for engineers, and cut short.
    @Test func keepsAFaultsWordsShort() async throws {
        let error = try await error(
            .fault(status: 500, code: "Weird", reason: String(repeating: "ř", count: 5000)))
        #expect(error.topic == .unsupported)
        #expect(error.underlying.count <= 300)
        #expect(error.detail == "the camera refused GetSystemDateAndTime with a fault")
    }

    /// Not every maker answers an unknown operation with a SOAP fault.
    @Test(arguments: [(400, "Bad Request"), (404, ""), (500, "<html><body>Error</body></html>")])
    func asksTheOlderWayWhereAnOperationIsRefusedWithoutAFault(status: Int, text: String) async throws {
        var camera = OnvifCamera()
        let refusal = OnvifCamera.Misbehaviour.raw(status: status, headers: [], body: text)
        camera.misbehaviour["GetServices"] = refusal
        camera.misbehaviour["GetStreamUri"] = refusal
        let service = try await OnvifService(camera)
        let description = try await service.describe()
        #expect(service.requests.contains { $0.operation == "GetCapabilities" })
        #expect(description.hasPullPoint)
        #expect(description.profiles.map(\.token) == ["main", "sub", "tiny"])
        #expect(description.profiles.allSatisfy { $0.url == nil })
        try await service.stop()
    }

    @Test func tellsThatNothingListens() async throws {
        let gone = try await OnvifService(OnvifCamera())
        let service = try #require(ServiceAddress(gone.url))
        try await gone.stop()
        let error = try await failure {
            _ = try DeviceClient(.init(service: service), stop: StopFlag()).clock()
        }
        #expect(error.topic == .unreachable)
        #expect(error.detail.contains("nothing listens"))
    }

    @Test func endsAtOnceWhenItIsStopped() async throws {
        var camera = OnvifCamera()
        camera.misbehaviour["GetSystemDateAndTime"] = .silence
        let service = try await OnvifService(camera)
        let stop = StopFlag()
        async let stopped = failure {
            _ = try service.client(deadline: .seconds(3600), stop: stop).clock()
        }
        while service.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        stop.raise()
        #expect(try await stopped.isStop)
        try await service.stop()
    }

    // MARK: - TLS

    @Test func asksOverTLSTheCameraThatIsPinned() async throws {
        let maker = try CertificateMaker()
        let (certificate, withKey) = try maker.certificate("camera")
        var camera = OnvifCamera()
        camera.login = .basic
        let service = try await OnvifService(camera, certificate: withKey)
        let pin = try #require(CameraTrust(try maker.fingerprint(certificate)))
        // Over TLS the password may go as it is.
        let description = try await service.describe(trust: pin)
        #expect(description.model == "KP & 4")
        let asked = service.requests.count
        let refusal = try await service.refusal()
        #expect(refusal.topic == .untrusted)
        #expect(refusal.detail.contains(try maker.fingerprint(certificate).prefix(20)))
        let other = try maker.certificate("other").certificate
        let wrong = try #require(CameraTrust(try maker.fingerprint(other)))
        #expect(try await service.refusal(trust: wrong).topic == .untrusted)
        // Nothing was asked of a camera that is not trusted.
        #expect(service.requests.count == asked)
        try await service.stop()
    }

    @Test func trustsAnAuthorityForItsCamerasOnly() async throws {
        let maker = try CertificateMaker()
        let authority = try maker.authority("town")
        let trust = try #require(CameraTrust(try maker.text(authority)))
        let right = try maker.certificate("right", by: "town").withKey
        let named = try maker.certificate("named", by: "town", names: "DNS:kamera.example").withKey
        let good = try await OnvifService(OnvifCamera(), certificate: right)
        #expect(try await good.describe(trust: trust).model == "KP & 4")
        let foreign = try await OnvifService(OnvifCamera(), certificate: named)
        let refusal = try await foreign.refusal(trust: trust)
        #expect(refusal.topic == .untrusted)
        #expect(refusal.detail.contains("another host name"))
        try await good.stop()
        try await foreign.stop()
    }
}
