internal import Capture
internal import MKDSCore
internal import Testing

@Suite("Camera clock")
struct CameraClockTests {
    private let zero = UTCTime(seconds: 1_800_000_000)
    private let half = TransportDelay.direct.unseen / 2

    /// Pictures 40 ms apart from `range` of indices, each `late` milliseconds after it was taken.
    private func feed(
        _ clock: inout CameraClock, _ range: Range<Int>, offset: Duration? = nil, late: (Int) -> Int = { _ in 0 }
    ) {
        for index in range {
            let media = Duration.milliseconds(40 * index)
            let elapsed = media + .milliseconds(late(index))
            clock.observe(media, arrival: zero + elapsed, elapsed: elapsed, camera: offset.map { zero + media + $0 })
        }
    }

    @Test("knows no time before the first packet")
    func empty() {
        #expect(CameraClock().time(of: .zero) == nil)
        #expect(CameraClock().uncertainty == nil)
        #expect(CameraClock().reading(of: .zero) == nil)
    }

    @Test("without a camera's clock the middle of what is possible is the best estimate")
    func arrivalOnly() throws {
        var clock = CameraClock()
        feed(&clock, 0..<300) { [0, 90, 30, 180][$0 % 4] }
        #expect(clock.source == .arrival)
        let time = try #require(clock.time(of: .seconds(2)))
        #expect(abs((time - (zero + .seconds(2) - half)).inSeconds) < 0.001)
        #expect(clock.time(of: .milliseconds(2040)) == time + .milliseconds(40))
        let uncertainty = try #require(clock.uncertainty)
        #expect(uncertainty >= half && uncertainty < half + .milliseconds(5))
        let reading = try #require(clock.reading(of: .milliseconds(40 * 299)))
        #expect(reading.arrival == zero + .milliseconds(40 * 299 + 180))
        #expect(reading.offset == nil && reading.camera == nil)
    }

    @Test("a camera's clock that arrivals allow is taken as it is", arguments: [0, 120, 240])
    func cameraClock(delay: Int) throws {
        var clock = CameraClock()
        feed(&clock, 0..<300, offset: .zero) { _ in delay }
        #expect(clock.source == .rtcp)
        #expect(clock.time(of: .seconds(9)) == zero + .seconds(9))
        #expect(clock.reading(of: .seconds(9))?.offset == .zero)
        #expect(try #require(clock.uncertainty) >= .milliseconds(max(delay, 500 - delay)))
    }

    @Test("a camera's wrong clock is corrected and its offset measured", arguments: [-3600, -10, 10, 86_400])
    func wrongClock(seconds: Int) throws {
        var clock = CameraClock()
        feed(&clock, 0..<300, offset: .seconds(seconds)) { _ in 100 }
        let reading = try #require(clock.reading(of: .seconds(9)))
        let uncertainty = try #require(clock.uncertainty)
        #expect(reading.camera == zero + .seconds(9 + seconds))
        #expect(abs((try #require(reading.offset) - .seconds(seconds)).inSeconds) <= uncertainty.inSeconds)
        #expect(abs((try #require(clock.time(of: .seconds(9))) - (zero + .seconds(9))).inSeconds) <= 0.3)
        #expect(uncertainty < .milliseconds(260))
    }

    @Test("a network that turns slow does not move the estimate, and the interval grows with what became possible")
    func slowNetwork() throws {
        var clock = CameraClock()
        feed(&clock, 0..<500)
        feed(&clock, 500..<1500) { _ in 2000 }
        let time = try #require(clock.time(of: .seconds(59)))
        #expect(abs((time - (zero + .seconds(59) - half)).inSeconds) < 0.06)
        #expect(try #require(clock.uncertainty) >= .seconds(2))
        feed(&clock, 1500..<2100)
        #expect(try #require(clock.uncertainty) < .milliseconds(300))
    }

    @Test("a jump of media time is seen and starts the mapping anew", arguments: [-3600, -5, 3600])
    func jump(seconds: Int64) {
        var clock = CameraClock()
        feed(&clock, 0..<2500)
        let media = Duration.seconds(100 + seconds)
        #expect(!clock.isJump(to: .seconds(100), elapsed: .seconds(100)))
        #expect(clock.isJump(to: media, elapsed: .seconds(100)))
        clock.observe(media, arrival: zero + .seconds(100), elapsed: .seconds(100))
        #expect(clock.time(of: media) == zero + .seconds(100) - half)
    }

    @Test("pictures a server had kept and sends at once are no jump, and the first seconds allow for them")
    func burst() throws {
        var clock = CameraClock()
        for index in 0..<50 {
            let elapsed = Duration.milliseconds(index)
            #expect(!clock.isJump(to: .milliseconds(40 * index), elapsed: elapsed))
            clock.observe(.milliseconds(40 * index), arrival: zero + elapsed, elapsed: elapsed)
        }
        #expect(clock.time(of: .milliseconds(40 * 49)) == zero + .milliseconds(49) - half)
        #expect(try #require(clock.uncertainty) > .milliseconds(2700))
    }

    @Test("a server too busy to read moves nothing: what lay ready is no jump, and the interval holds the truth")
    func busyServer() throws {
        var clock = CameraClock()
        feed(&clock, 0..<300)
        // Forty seconds behind in the end, then all at once and punctual again.
        for index in 300..<3400 {
            let media = Duration.milliseconds(40 * index)
            let elapsed = max(media, .milliseconds(40 * min(index, 2299) + 20 * (min(index, 2299) - 300)))
            let isAwaited = elapsed == media
            let isJump = clock.isJump(to: media, elapsed: elapsed, isAwaited: isAwaited)
            #expect(!isJump, "\(index)")
            clock.observe(media, arrival: zero + elapsed, elapsed: elapsed, isAwaited: isAwaited)
            let time = try #require(clock.time(of: media))
            let uncertainty = try #require(clock.uncertainty)
            #expect(abs((time - (zero + media)).inSeconds) <= uncertainty.inSeconds, "\(index)")
        }
        // So late, and yet nothing was ready: the camera's time stood still.
        let isJump = clock.isJump(to: .seconds(136), elapsed: .seconds(160))
        #expect(isJump)
    }

    @Test("of a server that opened late and has not caught up since, the interval holds the truth")
    func lateOpening() throws {
        var clock = CameraClock()
        // Opening took 20 s, in which pictures lay ready; reading then gains a fifth of a second each second.
        for index in 0..<3000 {
            let media = Duration.milliseconds(40 * index)
            let elapsed = media + max(.zero, .seconds(20) - media / 5)
            clock.observe(
                media, arrival: zero + elapsed, elapsed: elapsed, isAwaited: elapsed == media, camera: zero + media)
            let (time, uncertainty) = (try #require(clock.time(of: media)), try #require(clock.uncertainty))
            #expect(abs((time - (zero + media)).inSeconds) <= uncertainty.inSeconds, "\(index)")
            #expect(clock.isSettled == (elapsed == media && index >= 2500), "\(index)")
        }
        #expect(clock.time(of: .seconds(119)) == zero + .seconds(119))
    }

    @Test("a server clock that is set moves the mapping with it, at once")
    func hostStep() throws {
        var clock = CameraClock()
        feed(&clock, 0..<300)
        clock.observe(.seconds(12), arrival: zero + .seconds(12 + 30), elapsed: .seconds(12))
        #expect(clock.time(of: .seconds(12)) == zero + .seconds(42) - half)
    }

    @Test("puts a file's zero where reading began")
    func file() {
        var clock = CameraClock(fileStart: zero)
        clock.observe(.seconds(5), arrival: zero + .seconds(9), elapsed: .seconds(9))
        #expect(clock.time(of: .seconds(5)) == zero + .seconds(5))
        #expect(clock.source == .file)
        #expect(clock.uncertainty == nil)
    }
}
