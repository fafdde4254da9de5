internal import Capture
internal import MKDSCore
internal import Testing

@Suite("Preset watch")
struct PresetWatchTests {
    private let now = UTCTime(seconds: 1_800_000_000)
    private let park = DevicePreset(token: "2", name: "Park")

    private func details(_ looks: [DevicePreset?]) throws -> [String] {
        var watch = PresetWatch(camera: try #require(CameraID("cam1")))
        return looks.flatMap { watch.look(at: $0, now: now) }.compactMap { record in
            guard case .event(let event) = record, event.topic == "preset-changed", event.end == event.start else {
                return nil
            }
            return event.detail
        }
    }

    @Test("where it looks at first is no change; then each change is told once")
    func changes() throws {
        let unnamed = DevicePreset(token: "7", name: "")
        #expect(try details([park, park, park]).isEmpty)
        #expect(
            try details([park, park, unnamed, unnamed, unnamed, nil, nil, park, park]) == [
                "the camera was turned to its preset \"7\"", "the camera looks at none of its presets",
                "the camera was turned to its preset \"Park\"",
            ])
    }

    @Test("a look in passing is no change")
    func passing() throws {
        #expect(try details([park, park, nil, park, nil, park]).isEmpty)
    }
}
