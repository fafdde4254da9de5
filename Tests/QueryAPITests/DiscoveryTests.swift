import FoundationEssentials
import MKDSCore
import Testing

@testable import QueryAPI

@Suite struct DiscoveryTests {
    private static func device(_ addresses: [String], from: [String]) -> DiscoveredDevice {
        DiscoveredDevice(endpoint: "urn:uuid:1", addresses: addresses, answeredFrom: from, interface: "eth0")
    }

    private static func cameras(_ device: DiscoveredDevice, _ register: [String: String]) -> [String] {
        let registered = register.compactMap { id, url in CameraID(id).map { (id: $0, url: url) } }
        let report = DiscoveryReport(DiscoveryNotice(listened: 1, devices: [device]), registered: registered)
        return report.items.flatMap(\.cameras).map(\.rawValue)
    }

    @Test func findsTheCamerasOfADeviceInTheRegister() {
        let device = Self.device(["http://10.0.0.5:8000/onvif/device_service"], from: ["10.0.0.5", "fd00::5"])
        #expect(Self.cameras(device, ["b": "rtsp://10.0.0.5/1", "a": "rtsps://[FD00::5]:322/2"]) == ["a", "b"])
        #expect(Self.cameras(device, ["c": "rtsp://10.0.0.50/1", "f": "file:///srv/10.0.0.5"]) == [])
    }

    @Test(
        arguments: [
            ("rtsp://Kamera.mesto.cz:554/x", "kamera.mesto.cz"), ("http://[fe80::1]:80/", "fe80::1"),
            ("rtsp://user@10.0.0.1/", "10.0.0.1"), ("file:///srv/a.mp4", nil), ("nonsense", nil), ("rtsp://", nil),
        ] as [(String, String?)])
    func readsTheHostOfAnAddress(url: String, host: String?) {
        #expect(DiscoveryReport.host(url) == host)
    }

    @Test func queriesAreReadAndChecked() throws {
        let query = DiscoveryQuery(seconds: 2, interface: "enp3s0.20")
        #expect(try DiscoveryQuery(query.json) == query)
        #expect(try DiscoveryQuery(.object([:])).seconds == DiscoveryOrder.usual)
        for wrong in [
            ["seconds": JSONValue.number(16)], ["interface": .string("a/b")], ["interface": .string("")],
            ["x": .number(1)],
        ] {
            #expect(throws: Problem.self) { try DiscoveryQuery(.object(wrong)) }
        }
        #expect(throws: Problem.self) { try DiscoveryQuery(.array([])) }
    }
}
