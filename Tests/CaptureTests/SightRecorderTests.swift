internal import Capture
internal import MKDSCore
internal import Motion
internal import Testing

@Suite("Sight recorder")
struct SightRecorderTests {
    private let zero = UTCTime(seconds: 1_800_000_000)

    private func events(_ changes: [SightChange]) throws -> [Event] {
        var recorder = SightRecorder(camera: try #require(CameraID("cam1")))
        return changes.compactMap { change in
            if case .event(let event)? = recorder.record(change, clock: .arrival, uncertainty: .seconds(1)) {
                event
            } else {
                nil
            }
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
