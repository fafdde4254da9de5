internal import MKDSCore
internal import Testing

@testable internal import Capture

@Suite("Pace of pulling")
struct PullPaceTests {
    private let zero = UTCTime(seconds: 1_800_000_000)

    @Test("a camera that waits for something to happen is asked again at once")
    func patient() {
        var pace = PullPace()
        #expect(pace.pause(count: 0, byteCount: 900, took: .seconds(10), at: zero) == .zero)
        #expect(pace.pause(count: 3, byteCount: 900, took: .seconds(4), at: zero) == .zero)
    }

    @Test("one that answers at once with nothing is asked less and less often")
    func impatient() {
        var pace = PullPace()
        var seconds = 0.0
        for _ in 0..<100 {
            seconds += Double(pace.pause(count: 0, byteCount: 900, took: .zero, at: zero) / .milliseconds(1)) / 1000
        }
        #expect(pace.pause(count: 0, byteCount: 900, took: .milliseconds(300), at: zero) == .milliseconds(4700))
        #expect(seconds > 480)
        // Something happened: all is well again.
        #expect(pace.pause(count: 1, byteCount: 900, took: .milliseconds(10), at: zero) == .milliseconds(190))
        #expect(pace.pause(count: 0, byteCount: 900, took: .zero, at: zero) == .seconds(1))
    }

    @Test("one that tells a little at a time is not asked more than five times a second")
    func talkative() {
        var pace = PullPace()
        #expect(pace.pause(count: 1, byteCount: 900, took: .milliseconds(5), at: zero) == .milliseconds(195))
    }

    /// Of what the camera tells nothing is let go; it is only not asked for more.
    @Test("one that tells more than is read of a metadata track is asked when there is room again")
    func verbose() {
        var pace = PullPace()
        var now = zero
        var byteCount = 0
        for _ in 0..<50 {
            byteCount += 4 << 20
            now = now + pace.pause(count: 1, byteCount: 4 << 20, took: .milliseconds(5), at: now)
        }
        let limit = Double(OnvifTrack.burstByteCount) + (now - zero).inSeconds * Double(OnvifTrack.bytesPerSecond)
        #expect(Double(byteCount) <= limit)
        #expect((now - zero).inSeconds < 400)
    }
}
