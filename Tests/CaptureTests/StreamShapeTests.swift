internal import Capture
internal import MKDSCore
internal import Testing

@Suite("Stream shape")
struct StreamShapeTests {
    @Test("says what changed and nothing else")
    func says() {
        let first = StreamShape(codec: "h264", width: 1920, height: 1080)
        #expect(StreamChange.sentence(first.changes(to: first)) == nil)
        #expect(
            StreamChange.sentence(first.changes(to: StreamShape(codec: "h264", width: 640, height: 360)))
                == "changed from picture size 1920x1080 to 640x360")
        #expect(
            StreamChange.sentence(first.changes(to: StreamShape(codec: "hevc", width: 640, height: 360)))
                == "changed from codec h264 to hevc, picture size 1920x1080 to 640x360")
    }
}
