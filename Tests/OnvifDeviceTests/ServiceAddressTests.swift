import Testing

@testable import OnvifDevice

@Suite struct ServiceAddressTests {
    @Test(arguments: [
        ("http://10.0.0.5/onvif/device_service", "10.0.0.5", 80, "/onvif/device_service"),
        ("HTTPS://Kamera-7.plzen.example/", "kamera-7.plzen.example", 443, "/"),
        ("http://[fd00::7]:8080/a?b=c#d", "fd00::7", 8080, "/a?b=c"),
        ("http://10.0.0.5", "10.0.0.5", 80, "/"),
    ])
    func takesAURLApart(url: String, host: String, port: UInt16, path: String) throws {
        let address = try #require(ServiceAddress(url))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.path == path)
    }

    @Test(arguments: [
        "rtsp://10.0.0.5/", "http://", "http://user:heslo@10.0.0.5/", "http://10.0.0.5:0/", "http://10.0.0.5:99999/",
        "http://10.0.0.5/a b", "http://10.0.0.5/\r\nHost: x", "http://kam\u{e9}ra/", "10.0.0.5/onvif", "http://a'b/",
    ])
    func refusesWhatIsNoServiceAddress(url: String) {
        #expect(ServiceAddress(url) == nil)
    }

    @Test func followsAnAddressOnTheCamerasOwnHost() throws {
        let service = try #require(ServiceAddress("http://10.0.0.5:8000/onvif/device_service"))
        #expect(service.following("http://10.0.0.5:8001/onvif/media")?.url == "http://10.0.0.5:8001/onvif/media")
    }

    /// A camera behind a router names its inner address; a hostile one names anybody's.
    @Test func keepsOnlyThePathOfAnAddressOnAnotherHost() throws {
        let service = try #require(ServiceAddress("http://10.0.0.5:8000/onvif/device_service"))
        #expect(
            service.following("http://192.168.1.64/onvif/sub?id=7")?.url == "http://10.0.0.5:8000/onvif/sub?id=7")
        #expect(service.following("http://10.0.0.5@evil.example/onvif") == nil)
    }

    @Test func doesNotStepDownFromTLS() throws {
        let service = try #require(ServiceAddress("https://10.0.0.5/onvif/device_service"))
        #expect(service.following("http://10.0.0.5/onvif/media")?.url == "https://10.0.0.5:443/onvif/media")
    }
}

@Suite struct StreamAddressTests {
    @Test func takesCredentialsOutAndPutsTheCamerasHostIn() {
        let own = StreamAddress.read("rtsp://admin:12345@10.0.0.5:554/live?a=1", camera: "10.0.0.5")
        #expect(own.url == "rtsp://10.0.0.5/live?a=1")
        #expect(own.foreignHost == nil)
        let inner = StreamAddress.read("rtsp://192.168.1.64:8554/live", camera: "10.0.0.5")
        #expect(inner.url == "rtsp://10.0.0.5:8554/live")
        #expect(inner.foreignHost == "192.168.1.64")
    }

    @Test(arguments: [
        "rtsp://10.0.0.5/user=admin&password=abc", "file:///etc/passwd", "rtsp://10.0.0.5/x?PASSWD=1", "",
    ])
    func refusesPasswordsAndOtherProtocols(url: String) {
        #expect(StreamAddress.read(url, camera: "10.0.0.5").url == nil)
    }
}
