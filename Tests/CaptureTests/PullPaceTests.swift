internal import Capture
internal import Testing

@Suite("Pace of pulling")
struct PullPaceTests {
    @Test("a camera that waits for something to happen is asked again at once")
    func patient() {
        var pace = PullPace()
        #expect(pace.pause(count: 0, took: .seconds(10)) == .zero)
        #expect(pace.pause(count: 3, took: .seconds(4)) == .zero)
    }

    @Test("one that answers at once with nothing is asked less and less often")
    func impatient() {
        var pace = PullPace()
        var seconds = 0.0
        for _ in 0..<100 { seconds += Double(pace.pause(count: 0, took: .zero) / .milliseconds(1)) / 1000 }
        #expect(pace.pause(count: 0, took: .milliseconds(300)) == .milliseconds(4700))
        #expect(seconds > 480)
        // Something happened: all is well again.
        #expect(pace.pause(count: 1, took: .milliseconds(10)) == .milliseconds(190))
        #expect(pace.pause(count: 0, took: .zero) == .seconds(1))
    }

    @Test("one that tells a little at a time is not asked more than five times a second")
    func talkative() {
        var pace = PullPace()
        #expect(pace.pause(count: 1, took: .milliseconds(5)) == .milliseconds(195))
    }
}
