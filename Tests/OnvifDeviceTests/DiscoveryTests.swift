import CBoxProbe
import Linux
import MKDSCore
import Media
import TestMedia
import Testing

@testable import OnvifDevice

@Suite struct ProbeGatheringTests {
    private static let question = "urn:uuid:01980000-0000-7000-8000-000000000001"

    /// An answer as cameras send it.
    static func answer(
        to question: String = question, endpoint: String = "urn:uuid:aa-1",
        addresses: String = "http://10.0.0.5/onvif/device_service",
        scopes: String = "onvif://www.onvif.org/name/K%C5%99i%C5%BEovatka onvif://www.onvif.org/hardware/KP-4"
    ) -> [UInt8] {
        Array(
            """
            <?xml version="1.0"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"
            xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"
            xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><SOAP-ENV:Header>
            <wsa:RelatesTo>\(question)</wsa:RelatesTo></SOAP-ENV:Header><SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch>
            <wsa:EndpointReference><wsa:Address>\(endpoint)</wsa:Address></wsa:EndpointReference>
            <d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types><d:Scopes>\(scopes)</d:Scopes>
            <d:XAddrs>\(addresses)</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches>
            </SOAP-ENV:Body></SOAP-ENV:Envelope>
            """.utf8)
    }

    private func gathered(_ datagrams: [[UInt8]], from source: String = "10.0.0.5") -> [DiscoveredDevice] {
        var gathering = ProbeGathering(questions: [Self.question])
        for datagram in datagrams { gathering.take(datagram, from: source, on: "eth0") }
        return gathering.devices
    }

    @Test func readsWhatADeviceSays() throws {
        let device = try #require(gathered([Self.answer()]).first)
        #expect(device.endpoint == "urn:uuid:aa-1")
        #expect(device.addresses == ["http://10.0.0.5/onvif/device_service"])
        #expect(device.answeredFrom == ["10.0.0.5"])
        #expect(device.name == "Křižovatka")
        #expect(device.hardware == "KP-4")
        #expect(device.types == ["NetworkVideoTransmitter", "Device"])
        #expect(device.interface == "eth0")
    }

    @Test func bringsAnswersOfOneDeviceTogether() {
        var gathering = ProbeGathering(questions: [Self.question])
        gathering.take(Self.answer(), from: "10.0.0.5", on: "eth0")
        gathering.take(Self.answer(), from: "10.0.0.5", on: "eth0")
        gathering.take(Self.answer(addresses: "http://10.0.1.5/onvif"), from: "10.0.1.5", on: "eth1")
        #expect(gathering.devices.count == 1)
        #expect(gathering.devices.first?.addresses.count == 2)
        #expect(gathering.devices.first?.answeredFrom == ["10.0.0.5", "10.0.1.5"])
    }

    @Test func leavesOutAnswersToOthers() {
        #expect(gathered([Self.answer(to: "urn:uuid:somebody-else")]).isEmpty)
    }

    @Test func leavesOutWhatIsNoAddress() throws {
        let device = try #require(
            gathered([Self.answer(addresses: "ftp://10.0.0.5/ http://a:b@10.0.0.5/ javascript:alert(1)")]).first)
        #expect(device.addresses.isEmpty)
    }

    @Test func boundsWhatADeviceMaySay() throws {
        let many = (1...50).map { "http://10.0.0.\($0)/" }.joined(separator: " ")
        let device = try #require(
            gathered([
                Self.answer(
                    addresses: many, scopes: "onvif://www.onvif.org/name/" + String(repeating: "%1B%5B", count: 300))
            ]).first)
        #expect(device.addresses.count == 8)
        #expect(device.name.count <= 100)
        #expect(device.name.unicodeScalars.allSatisfy { $0.value >= 0x20 })
        let crowd = (0..<2000).map { Self.answer(endpoint: "urn:uuid:\($0)") }
        #expect(gathered(crowd).count == Discovery.deviceLimit)
    }

    @Test func leavesOutWhatIsBroken() {
        let whole = Self.answer()
        for length in 0..<whole.count - 1 where gathered([Array(whole[..<length])]).isEmpty == false {
            Issue.record("\(length) bytes of an answer were taken for a whole one")
        }
        let bomb = Array("<!DOCTYPE x [<!ENTITY a 'b'>]>".utf8) + whole
        #expect(gathered([bomb]).isEmpty)
    }
}

/// Over real sockets: the question goes to the multicast group, answers come back. One after another, for all searches of
/// an interface hear the answers.
@Suite(.serialized, .timeLimit(.minutes(10))) struct DiscoveryTests {
    /// In a network name space of its own, over the interfaces that a search takes by itself.
    @Test func findsADeviceOnAnInterface() async throws {
        let found: [DiscoveredDevice]? = try await onThread {
            guard probe_alone_in_network() else { return nil }
            for command in [
                "link set lo up", "link add cam0 type veth peer name cam1", "addr add 10.77.0.1/24 dev cam0",
                "addr add 10.77.0.2/24 dev cam1", "link set cam0 up", "link set cam1 up",
            ] {
                try Program.run(["ip"] + command.split(separator: " ").map(String.init))
            }
            return try Self.search(nil, responder: DiscoveryResponder(on: "10.77.0.2"))
        }
        guard let found else {
            print("skipped: a network name space needs root")
            return
        }
        #expect(found.map(\.endpoint) == ["urn:uuid:aa-1"])
        #expect(found.first?.addresses == ["http://10.0.0.5/onvif/device_service"])
        #expect(found.first?.interface.hasPrefix("cam") == true)
    }

    /// Searches until the question, asked twice of two kinds on each interface, was answered often enough.
    private static func search(
        _ interfaces: Set<String>?, responder: DiscoveryResponder
    ) throws -> [DiscoveredDevice] {
        let stop = StopFlag()
        let answering = try NamedThread(name: "test responder") {
            try? responder.answer(4)
            stop.raise()
        }
        defer { answering.join() }
        return try Discovery.search(for: .seconds(60), interfaces: interfaces, stop: stop)
    }

    @Test func findsADeviceOnANamedInterface() async throws {
        guard let responder = try? DiscoveryResponder(on: "127.0.0.1") else {
            print("skipped: this machine has no multicast on its loopback interface")
            return
        }
        let found = try await onThread { try Self.search(["lo"], responder: responder) }
        #expect(found.map(\.endpoint) == ["urn:uuid:aa-1"])
        #expect(found.first?.interface == "lo")
        #expect(found.first?.answeredFrom == ["127.0.0.1"])
    }

    @Test func endsAtOnceWhenItIsStopped() async throws {
        let stop = StopFlag()
        stop.raise()
        let found = try await onThread {
            try Discovery.search(for: .seconds(3600), interfaces: ["lo"], stop: stop)
        }
        #expect(found.isEmpty)
    }

    @Test func saysThatThereIsNothingToSearch() async throws {
        let error = try await failure {
            _ = try Discovery.search(for: .seconds(1), interfaces: ["no such interface"], stop: StopFlag())
        }
        #expect(error.detail == "there is no network interface that can be searched")
    }
}
