import MKDSCore
import Testing

@testable import OnvifDevice

@Suite struct SecurityTokenTests {
    /// The digest was made with Python's hashlib.
    @Test func makesTheDigestOfTheProfile() throws {
        let created = try #require(UTCTime("2026-11-21T15:00:00.250999Z"))
        let header = try #require(
            SecurityToken.header(user: "já <&>", password: "heslo & <1>", created: created, nonce: Array(0..<16)))
        #expect(header.contains(">AAECAwQFBgcICQoLDA0ODw==</w:Nonce>"))
        #expect(header.contains("<u:Created>2026-11-21T15:00:00.250Z</u:Created>"))
        #expect(header.contains("#PasswordDigest\">qCAsPZKI7sZBBAedIbNqGavDnyE=</w:Password>"))
        #expect(header.contains("<w:Username>já &lt;&amp;&gt;</w:Username>"))
        #expect(!header.contains("heslo"))
    }

    @Test func takesANewNonceEachTime() {
        let now = UTCTime(seconds: 1_800_000_000)
        let first = SecurityToken.header(user: "a", password: "b", created: now)
        #expect(first != SecurityToken.header(user: "a", password: "b", created: now))
    }
}
