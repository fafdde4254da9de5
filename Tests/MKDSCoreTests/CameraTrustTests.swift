import MKDSCore
import Testing

struct CameraTrustTests {
    private let digits = String(repeating: "0aF", count: 21) + "9"
    private let pem = "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n"

    @Test func readsFingerprintsWithAndWithoutColonsAndWritesThemAsOpenSSLDoes() throws {
        let plain = try #require(CameraTrust(digits))
        #expect(plain.text.utf8.count == 95 && plain.text.hasPrefix("0A:F0:AF:"))
        #expect(CameraTrust(plain.text) == plain)
        #expect(CameraTrust(plain.text.lowercased()) == plain)
    }

    @Test func readsCertificatesHoweverTheirLinesAreBroken() throws {
        let trust = try #require(CameraTrust(pem))
        #expect(trust.text == pem)
        let loose = "# root\r\n" + pem.replacing("\n", with: " \r\n ").replacing("AAEC", with: "AA\nEC")
        #expect(CameraTrust(loose) == trust)
        #expect(CameraTrust(pem + pem)?.text == pem + pem)
    }

    @Test(arguments: [
        "", "0A:F0", String(repeating: "g", count: 64), String(repeating: "0", count: 63),
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nAAE\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nAA=A\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nAA!A\n-----END CERTIFICATE-----",
    ])
    func refusesWhatIsNeither(text: String) {
        #expect(CameraTrust(text) == nil)
    }

    @Test func refusesTooMuch() {
        #expect(CameraTrust(String(repeating: pem, count: 9)) == nil)
        #expect(CameraTrust(pem + String(repeating: " ", count: CameraTrust.byteLimit)) == nil)
    }
}
