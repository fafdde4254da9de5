internal import Capture
internal import Testing

@Suite struct LogPaceTests {
    @Test func oneLineAMinuteStandsForAllSinceTheLast() {
        var pace = LogPace()
        let zero = ContinuousClock.now
        let told = (0..<1_300).compactMap { tenth in pace.admit(at: zero + .milliseconds(100 * tenth)) }
        #expect(told == [1, 600, 600])
    }
}
