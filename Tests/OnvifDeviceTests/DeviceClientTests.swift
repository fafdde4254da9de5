import CameraSimulator
import MKDSCore
import Media
import TestMedia
import Testing

@testable import OnvifDevice

/// Against a real HTTP server that checks every signature itself.
@Suite(.timeLimit(.minutes(10))) struct DeviceClientTests {
    private func service(_ change: (inout OnvifCamera) -> Void = { _ in }) async throws -> OnvifService {
        var camera = OnvifCamera()
        change(&camera)
        return try await OnvifService(camera)
    }

    @Test func describesACamera() async throws {
        let service = try await service()
        let description = try await service.describe()
        #expect(description.manufacturer == "Kamery Plzeň s.r.o.")
        #expect(description.model == "KP & 4")
        #expect(description.firmware == "V1.2.3 build 7")
        #expect(description.services == ["device", "events", "media", "media2", "ptz"])
        #expect(description.hasPullPoint)
        #expect(description.profiles.map(\.token) == ["main", "sub", "tiny"])
        let main = try #require(description.profiles.first)
        #expect(main.encoding == "H265")
        #expect(main.hasMetadata)
        #expect(main.width == 1920 && main.height == 1080 && main.frameRate == 25 && main.bitRate == 4096)
        #expect(main.url == "rtsp://127.0.0.1/main?a=1&b=2")
        #expect(description.mainProfile == "main")
        // The smallest that still shows a person, not the very smallest.
        #expect(description.subProfile == "sub")
        #expect(description.presets.map(\.name) == ["Křižovatka", "Park"])
        #expect(description.troubles.isEmpty)
        let clock = try #require(description.clock)
        #expect(abs(clock.offset) <= clock.uncertainty)
        #expect(clock.isNTP)
        try await service.stop()
    }

    @Test(arguments: ["MD5", "SHA-256"]) func logsInByDigest(algorithm: String) async throws {
        let service = try await service { $0.login = .digest(algorithm) }
        let description = try await service.describe()
        #expect(description.model == "KP & 4")
        #expect(description.troubles.isEmpty)
        // Once the camera has said what it wants, no more tokens are sent.
        let requests = service.requests
        let upgrade = try #require(requests.firstIndex { $0.isSigned })
        #expect(requests[upgrade...].allSatisfy { !$0.hasToken })
        try await service.stop()
    }

    /// Tokens more than five minutes off are refused; without the camera's clock this one would be.
    @Test(arguments: [-3 * 3600, 3 * 3600, -10 * 365 * 86_400]) func datesTokensByTheCamerasClock(
        offset: Int
    ) async throws {
        let service = try await service { $0.clockOffset = .seconds(offset) }
        let description = try await service.describe()
        #expect(description.model == "KP & 4")
        let clock = try #require(description.clock)
        #expect(abs(clock.offset - Double(offset)) <= clock.uncertainty)
        try await service.stop()
    }

    @Test(arguments: [OnvifCamera.Login.token, .digest("MD5"), .digest("SHA-256")])
    func saysThatThePasswordIsWrong(login: OnvifCamera.Login) async throws {
        let service = try await service { $0.login = login }
        let error = try await service.refusal(password: "jine heslo")
        #expect(error.topic == .credentialsRefused)
        #expect(!error.detail.contains("jine heslo") && !error.underlying.contains("jine heslo"))
        // Cameras lock accounts: the first refusal ends it.
        #expect(service.requests.filter { $0.operation == "GetDeviceInformation" }.count <= 3)
        #expect(service.requests.allSatisfy { $0.operation != "GetProfiles" })
        try await service.stop()
    }

    @Test func asksForALoginWhereNoneIsSet() async throws {
        let service = try await service()
        let error = try await service.refusal(user: nil)
        #expect(error.topic == .credentialsRefused)
        #expect(error.detail.contains("wants a user name"))
        try await service.stop()
    }

    /// HTTP Basic shows the password to everybody on the way.
    @Test func sendsNoPasswordInTheClear() async throws {
        let service = try await service { $0.login = .basic }
        let error = try await service.refusal()
        #expect(error.topic == .credentialsRefused)
        #expect(error.detail.contains("https only"))
        #expect(service.requests.allSatisfy { !$0.isSigned })
        try await service.stop()
    }

    @Test func asksAnOlderCameraTheOldWay() async throws {
        let service = try await service { $0.missing = ["GetServices"] }
        let description = try await service.describe()
        #expect(description.profiles.map(\.encoding) == ["H264", "H264", "JPEG"])
        #expect(description.profiles.first?.hasMetadata == true)
        #expect(description.services == ["device", "events", "media", "ptz"])
        try await service.stop()
    }

    /// The part that fails is named; the others come all the same.
    @Test func namesWhatTheCameraRefuses() async throws {
        let service = try await service {
            $0.misbehaviour["GetDeviceInformation"] = .fault(status: 500, code: "Action", reason: "disk broken")
            $0.misbehaviour["GetPresets"] = .raw(status: 404, headers: [], body: "<html>not found</html>")
        }
        let description = try await service.describe()
        #expect(description.profiles.count == 3)
        #expect(description.troubles.count == 2)
        #expect(description.troubles[0] == "the camera refused GetDeviceInformation with a fault")
        #expect(description.troubles[1] == "the camera answered GetPresets with HTTP status 404")
        try await service.stop()
    }

    // MARK: - Hosts

    /// What a camera calls itself behind a router leads nowhere from here: all goes to the host it was reached at.
    @Test func asksTheCamerasOwnHostOnly() async throws {
        let service = try await service { $0.namedHost = "192.0.2.7:81" }
        let description = try await service.describe()
        #expect(description.profiles.first?.url == "rtsp://127.0.0.1/main?a=1&b=2")
        #expect(description.profiles.first?.foreignHost == "192.0.2.7")
        #expect(service.requests.allSatisfy { $0.host == "127.0.0.1:\(service.port)" })
        try await service.stop()
    }

    @Test func followsNoRedirect() async throws {
        let other = try await service()
        let first = try await service {
            let redirect = OnvifCamera.Misbehaviour.raw(
                status: 307, headers: [("Location", other.url)], body: "moved")
            $0.misbehaviour = ["GetServices": redirect, "GetCapabilities": redirect]
        }
        let description = try await first.describe()
        #expect(description.troubles.contains { $0.contains("redirects") })
        #expect(other.requests.isEmpty)
        try await first.stop()
        try await other.stop()
    }
}
