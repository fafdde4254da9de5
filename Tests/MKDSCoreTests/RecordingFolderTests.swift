internal import MKDSCore
internal import Testing

@Suite struct RecordingFolderTests {
    @Test func readsAnAddress() throws {
        let plain = try RecordingFolder(address: "folder:///srv/recorder/cam%201")
        #expect(plain.path == "/srv/recorder/cam 1")
        #expect(plain.zone == "Europe/Prague" && plain.accuracy == nil && plain.back == .seconds(86_400))
        let full = try RecordingFolder(address: "folder:///srv/cam?zone=UTC&accuracy=2&back=7d")
        #expect(full.path == "/srv/cam" && full.zone == "UTC")
        #expect(full.accuracy == .seconds(2) && full.back == .seconds(7 * 86_400))
    }

    @Test(arguments: [
        "folder://srv/cam", "folder:///", "folder:///srv/../etc", "folder:///srv/%2e%2e/etc", "folder:///srv%00",
        "folder:///srv?zone=../../etc/passwd", "folder:///srv?zone=", "folder:///srv?accuracy=0",
        "folder:///srv?accuracy=x", "folder:///srv?back=32d", "folder:///srv?back=9223372036854775807d",
        "folder:///srv?back=7", "folder:///srv?pattern=x", "file:///srv",
    ])
    func refusesAnAddressAndSaysWhyInTwoLanguages(address: String) {
        let mistake = #expect(throws: RecordingFolder.Mistake.self) { try RecordingFolder(address: address) }
        #expect(mistake?.english.isEmpty == false && mistake?.czech.isEmpty == false)
    }
}
