import Capture
import MKDSCore
import Testing

@Suite("Trouble of the journal as events")
struct SpoolAlarmTests {
    private let cameras = ["a", "b"].compactMap { CameraID($0) }
    private let start = UTCTime(microseconds: 1_800_000_000_000_000)

    private func events(_ records: [JournalRecord]) -> [Event] {
        records.compactMap { if case .event(let event) = $0 { event } else { nil } }
    }

    @Test("one event per camera opens, stays through a flap and closes when the journal has been well for a while")
    func opensAndCloses() {
        var alarm = SpoolAlarm()
        func update(_ seconds: Int, _ trouble: String?) -> [Event] {
            events(
                alarm.update(
                    trouble: trouble, unsyncedEntries: 7, lostEvents: 3, cameras: cameras, at: start + .seconds(seconds)
                ))
        }
        #expect(update(0, nil).isEmpty)
        let opened = update(1, "no space left")
        #expect(opened.map(\.camera) == cameras)
        #expect(opened.allSatisfy { $0.topic == "spool-blocked" && $0.kind == .health && $0.end == nil })
        #expect(opened.first?.detail.contains("no space left (7 entries in memory)") == true)
        #expect(update(2, "no space left").isEmpty)
        #expect(update(3, nil).isEmpty)
        #expect(update(6, "no space left").isEmpty)
        #expect(update(10, nil).isEmpty)
        #expect(update(14, nil).isEmpty)
        let closed = update(15, nil)
        #expect(closed.map(\.id) == opened.map(\.id))
        #expect(closed.allSatisfy { !$0.detail.contains("lost") })
        #expect(closed.allSatisfy { $0.end == start + .seconds(10) && $0.endReason == .over && $0.revision == 1 })
        #expect(!alarm.isRaised)
        #expect(update(16, nil).isEmpty)
    }

    @Test("what the trouble cost is told when it is over")
    func tellsTheLoss() {
        var alarm = SpoolAlarm()
        func update(_ seconds: Int, _ trouble: String?, lost: Int) -> [Event] {
            events(
                alarm.update(
                    trouble: trouble, unsyncedEntries: 0, lostEvents: lost, cameras: cameras,
                    at: start + .seconds(seconds)))
        }
        #expect(update(1, "no space left", lost: 2).count == 2)
        #expect(update(2, nil, lost: 14).isEmpty)
        #expect(update(9, nil, lost: 14).allSatisfy { $0.detail.hasSuffix("; 12 events were lost") })
    }

    @Test("a long reason is cut to what an event may hold")
    func longReason() {
        var alarm = SpoolAlarm()
        let records = alarm.update(
            trouble: String(repeating: "ž", count: 900), unsyncedEntries: 1, lostEvents: 0,
            cameras: cameras, at: start)
        #expect(events(records).allSatisfy { $0.detail.utf8.count <= 500 && $0.detail.hasSuffix("memory)") })
    }
}
