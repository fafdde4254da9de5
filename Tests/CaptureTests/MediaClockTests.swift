internal import Capture
internal import MKDSCore
internal import Testing

@Suite("Media clock")
struct MediaClockTests {
    private let zero = UTCTime(seconds: 1_800_000_000)

    @Test("knows no time before the first packet")
    func empty() {
        #expect(MediaClock().time(of: .zero) == nil)
        #expect(MediaClock().uncertainty == nil)
    }

    @Test("keeps the spacing of pictures however unevenly they arrive")
    func keepsSpacing() throws {
        var clock = MediaClock()
        for index in 0..<100 {
            let media = Duration.milliseconds(40 * index)
            let jitter = Duration.milliseconds([0, 90, 30, 180][index % 4])
            #expect(clock.observe(media, arrival: zero + media + jitter) == false)
        }
        #expect(clock.time(of: .seconds(2)) == zero + .seconds(2))
        #expect(clock.time(of: .milliseconds(2040)) == zero + .milliseconds(2040))
        #expect(clock.uncertainty == .milliseconds(680))
    }

    @Test("follows a camera whose oscillator drifts")
    func followsDrift() throws {
        var clock = MediaClock()
        // 1000 ppm too slow: after ten minutes the camera counts 0.6 s less.
        for second in 0..<600 {
            let media = Duration.milliseconds(Int64(second) * 999)
            #expect(clock.observe(media, arrival: zero + .seconds(second)) == false)
        }
        let mapped = try #require(clock.time(of: .milliseconds(599 * 999)))
        #expect((zero + .seconds(599)) - mapped < .milliseconds(100))
    }

    @Test("notices a jump of media time and starts anew", arguments: [-3600, 3600])
    func noticesJump(seconds: Int64) {
        var clock = MediaClock()
        for second in 0..<100 { _ = clock.observe(.seconds(second), arrival: zero + .seconds(second)) }
        let media = Duration.seconds(100 + seconds)
        #expect(clock.observe(media, arrival: zero + .seconds(100)) == true)
        #expect(clock.time(of: media) == zero + .seconds(100))
    }

    @Test("pictures a server kept back and sends at once are no jump")
    func burst() {
        var clock = MediaClock()
        for index in 0..<50 {
            #expect(clock.observe(.milliseconds(40 * index), arrival: zero + .milliseconds(index)) == false)
        }
        #expect(clock.time(of: .milliseconds(40 * 49)) == zero + .milliseconds(49))
    }

    @Test("puts a file's zero where reading began")
    func file() {
        var clock = MediaClock(fileStart: zero)
        #expect(clock.observe(.seconds(5), arrival: zero + .seconds(9)) == false)
        #expect(clock.time(of: .seconds(5)) == zero + .seconds(5))
        #expect(clock.source == .file)
        #expect(clock.uncertainty == nil)
    }
}
