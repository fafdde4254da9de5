internal import Capture
internal import MKDSCore
internal import Motion
internal import Testing

@Suite("Sight recorder")
struct SightRecorderTests {
    private let zero = UTCTime(seconds: 1_800_000_000)

    private func events(_ changes: [SightChange]) throws -> [Event] {
        var recorder = SightRecorder(camera: try #require(CameraID("cam1")))
        let clock = CameraClock(fileStart: zero, uncertainty: .seconds(1))
        return changes.compactMap { change -> Event? in
            // Found at the last picture of the spell so far.
            let time = change.spell.lastSeen
            let record = recorder.record(change, at: time - zero, time, by: clock)
            guard case .event(let event)? = record else { return nil }
            return event
        }
    }

    @Test("a spell is one event with one id whose revisions count up and whose end is where it was last seen")
    func oneEvent() throws {
        var tracker = SightTracker(onset: .seconds(30), relief: .seconds(10))
        var changes: [SightChange] = []
        for second in 0..<200 {
            let trouble: SightTrouble? = (20..<150).contains(second) ? .covered : nil
            changes += tracker.consume(trouble, at: zero + .seconds(second))
        }
        let events = try events(changes)
        #expect(Set(events.map(\.id)).count == 1)
        #expect(events.map(\.revision) == Array(0..<UInt32(events.count)))
        #expect(events.count == 3)
        #expect(events.first?.start == zero + .seconds(20) && events.first?.end == nil)
        #expect(events.last?.end == zero + .seconds(149) && events.last?.endReason == .over)
        #expect(events.allSatisfy { $0.kind == .tamper && $0.topic == "covered" && $0.uncertainty == .seconds(1) })
        #expect(events.allSatisfy { $0.clock == .file && $0.reading?.media == .seconds(20) })
    }

    @Test("a spell carries what the clocks said of its first picture, by what is known when it is believed")
    func carriesReading() throws {
        var clock = CameraClock()
        for second in 0...60 {
            let media = Duration.seconds(second)
            clock.observe(
                media, arrival: zero + media + .milliseconds(20), elapsed: media, camera: zero + media + .seconds(5))
        }
        var tracker = SightTracker(onset: .seconds(30), relief: .seconds(10))
        var recorder = SightRecorder(camera: try #require(CameraID("cam1")))
        var events: [Event] = []
        for second in 20...60 {
            let media = Duration.seconds(second)
            let time = try #require(clock.time(of: media))
            for change in tracker.consume(.covered, at: time) {
                let record = recorder.record(change, at: media, time, by: clock)
                if case .event(let event)? = record { events.append(event) }
            }
        }
        let event = try #require(events.first)
        let reading = try #require(event.reading)
        #expect(reading.media == .seconds(20) && reading.arrival == zero + .seconds(20) + .milliseconds(20))
        #expect(reading.camera == zero + .seconds(25) && event.clock == .rtcp)
        #expect(reading.offset == reading.camera.map { $0 - event.start })
        #expect(TimeCheck(offset: reading.offset) == .deviating)
    }

    @Test("trouble that flickers opens nothing; another trouble held long enough takes over")
    func flicker() {
        var tracker = SightTracker(onset: .seconds(30), relief: .seconds(10))
        var changes: [SightChange] = []
        for second in 0..<300 {
            changes += tracker.consume(second % 3 == 0 ? .dark : nil, at: zero + .seconds(second))
        }
        #expect(changes == [])
        for second in 300..<360 { changes += tracker.consume(.dark, at: zero + .seconds(second)) }
        for second in 360..<420 { changes += tracker.consume(.covered, at: zero + .seconds(second)) }
        #expect(changes.map(\.spell.trouble) == [.dark, .dark, .covered])
        guard case .closed(let dark, .over) = changes[1] else { return _ = Issue.record("\(changes[1])") }
        #expect(dark.lastSeen == zero + .seconds(359))
        #expect(changes[2].spell.start == zero + .seconds(360))
    }

    @Test("time nobody watched does not count as held")
    func pause() {
        var tracker = SightTracker(onset: .seconds(30), relief: .seconds(10))
        var changes: [SightChange] = []
        for look in 0..<6 { changes += tracker.consume(.covered, at: zero + .seconds(look * 600)) }
        #expect(changes == [])
    }
}
