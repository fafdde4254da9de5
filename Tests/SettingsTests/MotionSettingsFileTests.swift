import MKDSCore
import Testing

@testable import Settings

struct MotionSettingsFileTests {
    @Test func readsEveryKey() throws {
        let settings = try read(
            """
            masks: [[[0, 0], [0.2, 0], [0.2, 0.1]]]
            minimum_area: 0.01
            sensitivity: 6
            quiet_seconds: 3
            pictures_per_second: 2.5
            """)
        let expected = MotionSettings(
            masks: [[[0, 0], [0.2, 0], [0.2, 0.1]]], minimumArea: 0.01, sensitivity: 6, quietSeconds: 3,
            picturesPerSecond: 2.5)
        #expect(settings == expected)
    }

    @Test func emptyFileGivesTheDefaults() throws {
        #expect(try read("") == MotionSettings())
        #expect(try read("# nothing\n") == MotionSettings())
    }

    @Test(arguments: [
        ("sensitivty: 4", "1:1: sensitivty: is no known key; did you mean sensitivity?"),
        ("\nsensitivity: loud", "2:14: sensitivity: must be a number from 1 to 100, not loud"),
        ("sensitivity: \"4\"", "1:14: sensitivity: must be a number from 1 to 100, not \"4\""),
        ("minimum_area: 2", "1:15: minimum_area: must be a number from 1e-05 to 1, not 2"),
        ("quiet_seconds: .nan", "1:16: quiet_seconds: must be a number from 0.1 to 60, not .nan"),
        ("masks: 3", "1:8: masks: must be a list, as in [a, b], not a single value"),
        (
            "masks: [[[0, 0], [0.2, 0]]]",
            "1:9: masks[0]: must be a polygon of 3 to 64 points, as in [[0, 0], [0.2, 0], [0.2, 0.1]]"
        ),
        (
            "masks: [[[0, 0], [0.2, 0], [2, 0.1]]]",
            "1:28: masks[0][2]: must be a point [x, y], each a share of the picture from 0 to 1"
        ),
        ("- 1", "1:1: must be a mapping of keys, not a list"),
    ])
    func namesTheMistake(text: String, expected: String) {
        let error = #expect(throws: SettingsError.self) { try read(text) }
        #expect(error?.problems.map(\.description) == ["cam.yaml:" + expected])
    }

    @Test func collectsAllMistakes() {
        let error = #expect(throws: SettingsError.self) { try read("sensitivity: x\nmask: 1\nquiet_seconds: -1\n") }
        #expect(error?.problems.map(\.line) == [1, 2, 3])
    }

    private func read(_ text: String) throws -> MotionSettings {
        try MotionSettingsFile.read(bytes: Array(text.utf8), file: "cam.yaml")
    }
}
