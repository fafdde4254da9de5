internal import Capture
internal import Testing

@Suite("Stream shape")
struct StreamShapeTests {
    @Test("says what changed and nothing else")
    func says() {
        let first = StreamShape(codec: "h264", width: 1920, height: 1080)
        #expect(first.change(to: first) == nil)
        #expect(
            first.change(to: StreamShape(codec: "h264", width: 640, height: 360))
                == "changed from picture size 1920x1080 to 640x360")
        #expect(
            first.change(to: StreamShape(codec: "hevc", width: 1920, height: 1080))
                == "changed from codec h264 to hevc")
    }
}
