internal import Capture
internal import MKDSCore
internal import Testing

@Suite("Clock watch")
struct ClockWatchTests {
    private let zero = UTCTime(seconds: 1_800_000_000)

    private func feed(
        _ watch: inout ClockWatch, _ seconds: Range<Int>, offset: (Int) -> Duration?
    ) -> [Event] {
        seconds.flatMap { second in
            let now = zero + .seconds(second)
            return watch.update(ClockReading(arrival: now, media: .zero, offset: offset(second)), at: now)
        }.compactMap { if case .event(let event) = $0 { event } else { nil } }
    }

    @Test("a wrong clock is one event that lasts as long as the clock is wrong")
    func wrongClock() throws {
        var watch = ClockWatch(camera: try #require(CameraID("cam1")))
        let events = feed(&watch, 0..<200) { .milliseconds($0 * 30) } + feed(&watch, 200..<400) { _ in .zero }
        let errors = events.filter { $0.topic == "clock-error" }
        #expect(Set(errors.map(\.id)).count == 1)
        let (opened, closed) = (try #require(errors.first), try #require(errors.last))
        #expect(opened.start == zero + .seconds(67))
        #expect(opened.end == nil && opened.detail == "the camera's clock is 2.3 s ahead of the server's")
        #expect(closed.end == zero + .seconds(200) && closed.endReason == .over)
        #expect(errors.count <= 2 + 400 / 60)
    }

    /// Device services tell whole seconds: what may be rounding is neither a wrong clock nor a step.
    @Test("what lies within the uncertainty proves nothing")
    func unproved() throws {
        var watch = ClockWatch(camera: try #require(CameraID("cam1")))
        func update(_ second: Int, _ offset: Double) -> [JournalRecord] {
            let now = zero + .seconds(second)
            let reading = ClockReading(arrival: now, media: .zero, offset: .microseconds(Int64(offset * 1e6)))
            return watch.update(reading, at: now, uncertainty: .seconds(1))
        }
        for second in 0..<60 { #expect(update(second, second % 2 == 0 ? 1.2 : 2.8).isEmpty) }
        #expect((60..<90).flatMap { update($0, 3.5) }.count == 1)
        #expect(!update(90, 6).isEmpty)
    }

    @Test("a clock that wavers about the limit opens nothing")
    func wavers() throws {
        var watch = ClockWatch(camera: try #require(CameraID("cam1")))
        let events = feed(&watch, 0..<600) { .milliseconds($0 % 8 < 4 ? 2100 : 1900) }
        #expect(events.isEmpty)
    }

    @Test("each step is told once with its size, across a lost connection too", arguments: [-3600, 3])
    func step(seconds: Int) throws {
        var watch = ClockWatch(camera: try #require(CameraID("cam1")))
        var events = feed(&watch, 0..<30) { _ in .milliseconds(100) }
        events += feed(&watch, 300..<330) { _ in .milliseconds(100) + .seconds(seconds) }
        let steps = events.filter { $0.topic == "clock-stepped" }
        #expect(steps.count == 1)
        #expect(
            steps.first?.detail
                == "the camera's clock was set \(seconds < 0 ? "back by 3600.0" : "forward by 3.0") s")
        #expect(steps.first?.end == steps.first?.start)
        #expect(events.contains { $0.topic == "clock-error" })
    }

    @Test("slow drift while nobody looked is no step")
    func drift() throws {
        var watch = ClockWatch(camera: try #require(CameraID("cam1")))
        var events = feed(&watch, 0..<10) { _ in .zero }
        events += feed(&watch, 7200..<7210) { _ in .milliseconds(1900) }
        #expect(events.isEmpty)
    }

    @Test("a camera that tells no time changes nothing; a withdrawn one closes its event")
    func withdrawn() throws {
        var watch = ClockWatch(camera: try #require(CameraID("cam1")))
        let opened = try #require(feed(&watch, 0..<20) { _ in .seconds(-9) }.first)
        #expect(opened.detail == "the camera's clock is 9.0 s behind the server's")
        #expect(feed(&watch, 20..<100) { _ in nil }.isEmpty)
        guard case .event(let closed)? = watch.finish(at: zero + .seconds(100)).first else {
            Issue.record("nothing was closed")
            return
        }
        #expect(closed.id == opened.id && closed.endReason == .withdrawn)
    }
}
