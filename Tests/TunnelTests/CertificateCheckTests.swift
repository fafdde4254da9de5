internal import MKDSCore
internal import TestMedia
internal import Testing
internal import Tunnel

@Suite("Certificates of cameras", .timeLimit(.minutes(10)))
struct CertificateCheckTests {
    private let maker: CertificateMaker
    /// Certificates are made at the moment of the test; a day later they are surely in force.
    private let today: UTCTime

    init() throws {
        maker = try CertificateMaker()
        let seconds = try Program.run(["date", "+%s"]).filter { !$0.isWhitespace }
        today = UTCTime(seconds: try #require(Int64(seconds))) + .seconds(86_400)
    }

    private func detail(
        _ path: String, _ trust: CameraTrust?, host: String = "127.0.0.1", at time: UTCTime? = nil
    ) throws -> String? {
        CertificateCheck.refusal(of: [try maker.der(path)], by: trust, host: host, at: time ?? today)?.detail
    }

    @Test("without trust the fingerprint that openssl prints is told")
    func noTrust() throws {
        let path = try maker.certificate("camera").certificate
        let refusal = CertificateCheck.refusal(of: [try maker.der(path)], by: nil, host: "camera", at: today)
        #expect(refusal?.topic == .untrusted)
        #expect(refusal?.detail.hasSuffix(try maker.fingerprint(path)) == true)
        #expect((refusal?.detail.utf8.count ?? 999) <= 300)
    }

    @Test("a pinned certificate is accepted whatever its dates and names say, another one is not")
    func pin() throws {
        let path = try maker.certificate("camera").certificate
        let pin = try #require(CameraTrust(try maker.fingerprint(path)))
        #expect(try detail(path, pin, host: "anything", at: UTCTime(seconds: 0)) == nil)
        let other = try maker.certificate("other").certificate
        let refusal = try #require(try detail(other, pin))
        #expect(refusal.hasPrefix("the camera shows another certificate than the one pinned"))
        #expect(refusal.hasSuffix(try maker.fingerprint(other)))
    }

    @Test("a certificate of the authority is accepted for its own names and addresses only")
    func authority() throws {
        let trust = try #require(CameraTrust(try maker.text(try maker.authority("town"))))
        let path = try maker.certificate("camera", by: "town", names: "IP:10.0.0.1,DNS:gate.example").certificate
        #expect(try detail(path, trust, host: "10.0.0.1") == nil)
        #expect(try detail(path, trust, host: "gate.example") == nil)
        for host in ["10.0.0.2", "other.example", "::1"] {
            #expect(try detail(path, trust, host: host)?.contains("another host name or address") == true, "\(host)")
        }
    }

    @Test("what is wrong with a certificate is told apart")
    func faults() throws {
        let trust = try #require(CameraTrust(try maker.text(try maker.authority("town"))))
        _ = try maker.authority("stranger")
        let good = try maker.certificate("good", by: "town").certificate
        #expect(
            try detail(good, trust, at: today + .seconds(86_400 * 60))?.contains("has expired (the camera's on 20")
                == true)
        #expect(try detail(good, trust, at: today - .seconds(86_400 * 9))?.contains("is not valid before 20") == true)
        let own = try maker.certificate("own").certificate
        #expect(try detail(own, trust)?.hasPrefix("the camera signed its certificate itself") == true)
        let strange = try maker.certificate("strange", by: "stranger").certificate
        #expect(try detail(strange, trust)?.contains("is not signed by the authority set as trust") == true)
    }

    @Test("a camera's own certificate set as authority is trusted, for its names and dates")
    func ownCertificateAsAuthority() throws {
        let path = try maker.certificate("camera").certificate
        let trust = try #require(CameraTrust(try maker.text(path)))
        #expect(try detail(path, trust) == nil)
        #expect(try detail(path, trust, host: "10.9.9.9") != nil)
    }

    @Test("what is no certificate is refused, on either side")
    func rubbish() throws {
        let path = try maker.certificate("camera").certificate
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        let rubbish = try #require(CameraTrust(pem))
        #expect(try detail(path, rubbish)?.contains("cannot be read") == true)
        let half = try #require(CameraTrust(try maker.text(path) + pem))
        #expect(try detail(path, half)?.contains("cannot be read") == true)
        let trust = try #require(CameraTrust(try maker.text(path)))
        let chains: [[[UInt8]]] = [[], [[]], [[0x30]], [[0x30, 0x82, 0xff, 0xff]]]
        for chain in chains {
            let refusal = CertificateCheck.refusal(of: chain, by: trust, host: "a", at: today)
            #expect(refusal?.topic == .untrusted)
        }
        var damaged = try maker.der(path)
        for index in damaged.indices {
            damaged[index] ^= 0xff
            #expect(CertificateCheck.refusal(of: [damaged], by: trust, host: "127.0.0.1", at: today) != nil)
            damaged[index] ^= 0xff
        }
    }
}
