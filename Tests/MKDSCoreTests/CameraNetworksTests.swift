import MKDSCore
import Testing

struct CameraNetworksTests {
    @Test(arguments: [
        ("10.20.0.0/16", "10.20.255.255", "10.21.0.0"), ("192.168.1.7", "192.168.1.7", "192.168.1.6"),
        ("172.16.0.0/12", "172.31.0.1", "172.32.0.1"), ("fd00:20::/48", "fd00:20:0:ffff::1", "fd00:20:1::1"),
        ("fe80::/10", "fe80::1%eth0", "fec0::1"), ("10.0.0.0/8", "::ffff:10.1.2.3", "::10.1.2.3"),
        ("192.0.2.128/25", "192.0.2.128", "192.0.2.127"),
    ])
    func aNetworkHoldsItsAddressesAndNoOthers(network: String, inside: String, outside: String) throws {
        let network = try #require(IPNetwork(network))
        #expect(network.contains(try #require(IPAddress(inside))))
        #expect(!network.contains(try #require(IPAddress(outside))))
    }

    @Test func allAddressesOfAFamilyAreThatFamilyOnly() throws {
        let all = try #require(IPNetwork("0.0.0.0/0"))
        #expect(all.contains(try #require(IPAddress("203.0.113.9"))))
        #expect(!all.contains(try #require(IPAddress("2001:db8::1"))))
    }

    @Test(arguments: [
        "", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/", "10.0.0/8", "10.0.0.0/8/8", "fc00::/129",
        "fe80::%eth0/64", "camera.mesto.cz", "10.0.0.0 /8",
    ])
    func whatIsNoNetworkIsRefusedWithAnExample(text: String) throws {
        #expect(IPNetwork(text) == nil)
        #expect(try #require(IPNetwork.complaint(about: text)).contains("10.20.0.0/16"))
    }

    @Test func anAddressThatWasMeantAsItsNetworkIsToldTheNetwork() {
        #expect(IPNetwork("10.20.3.4/16") == nil)
        #expect(IPNetwork.complaint(about: "10.20.3.4/16")?.contains("is an address in 10.20.0.0/16") == true)
    }

    @Test func whatIsWrittenIsReadBack() throws {
        #expect(CameraNetworks(CameraNetworks.standard.description) == .standard)
        #expect(CameraNetworks.standard.networks.count == 6)
        #expect(CameraNetworks("")?.networks.isEmpty == true)
        #expect(CameraNetworks("10.0.0.0/8,nowhere") == nil)
    }

    @Test(arguments: ["127.0.0.1", "0.0.0.0", "::1", "8.8.8.8", "172.32.0.1", "2001:db8::1", "::ffff:127.0.0.1"])
    func theStandardNetworksHoldNeitherThisMachineNorTheInternet(text: String) throws {
        #expect(!CameraNetworks.standard.contains(try #require(IPAddress(text))))
    }

    @Test(arguments: [
        ("rtsp://203.0.113.7:554/a@b", "203.0.113.7"), ("rtsps://[2001:db8::7]:322/", "2001:db8::7"),
        ("http://127.0.0.1", "127.0.0.1"), ("rtsp://10.0.0.1/cam", nil), ("rtsp://camera.mesto.cz/", nil),
        ("file:///srv/8.8.8.8", nil), ("rtsp://[::ffff:10.0.0.1]/", nil),
    ])
    func anAddressOutsideIsFoundInAURL(url: String, outsider: String?) {
        #expect(CameraNetworks.standard.outsider(in: url)?.description == outsider)
    }
}
