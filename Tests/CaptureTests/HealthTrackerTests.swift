internal import Capture
internal import MKDSCore
internal import Testing

/// What came out of a tracker, in order, as short words: `gap+`, `gap-`, `event+ lost`, `event~ lost`, `event- over`.
private func words(_ records: [JournalRecord]) -> [String] {
    records.map { record in
        switch record {
        case .gap(let gap): gap.end == nil ? "gap+" : "gap-"
        case .sample: "sample"
        case .document, .documentPart: "document"
        case .event(let event):
            if let reason = event.endReason {
                "event- \(reason)"
            } else {
                "event\(event.revision == 0 ? "+" : "~") \(event.topic)"
            }
        case .run: "run"
        case .captureStarted: "started"
        }
    }
}

@Suite("Health tracker")
struct HealthTrackerTests {
    private let zero = UTCTime(seconds: 1_800_000_000)
    private func at(_ seconds: Double) -> UTCTime { zero + .milliseconds(Int64(seconds * 1000)) }
    private func tracker() throws -> HealthTracker { HealthTracker(camera: try #require(CameraID("cam1"))) }

    @Test("says nothing while all is well")
    func saysNothing() throws {
        var tracker = try tracker()
        for second in 0..<100 { #expect(tracker.picture(at: at(Double(second))) == []) }
        #expect(tracker.finish(at: at(100), .withdrawn) == [])
        #expect(tracker.trouble == nil)
    }

    @Test("a camera that never answered opens one gap and one event, and is silent between revisions")
    func neverAnswered() throws {
        var tracker = try tracker()
        #expect(words(tracker.failed(.unreachable, "refused", at: at(0))) == ["gap+", "event+ unreachable"])
        for second in 1..<60 { #expect(tracker.failed(.unreachable, "refused", at: at(Double(second))) == []) }
        let later = tracker.failed(.unreachable, "refused", at: at(60))
        #expect(words(later) == ["event~ unreachable"])
        guard case .event(let event)? = later.first else { return }
        #expect(event.start == at(0))
        #expect(event.lastSeen == at(60))
        #expect(event.detail == "refused (61 failures in a row)")
    }

    @Test("a gap runs from the last picture to the next, an event until pictures stay")
    func gapIsExact() throws {
        var tracker = try tracker()
        _ = tracker.picture(at: at(10))
        let failed = tracker.failed(.stalled, "no packet", at: at(15))
        guard case .gap(let opened)? = failed.first else { return }
        #expect(opened.start == at(10))
        #expect(opened.reason == .stalled)
        let back = tracker.picture(at: at(18))
        #expect(words(back) == ["gap-"])
        guard case .gap(let closed)? = back.first else { return }
        #expect(closed.id == opened.id)
        #expect(closed.revision == 1)
        #expect(closed.end == at(18))
        #expect(tracker.picture(at: at(22)) == [])
        let over = tracker.picture(at: at(23))
        #expect(words(over) == ["event- over"])
        guard case .event(let event)? = over.first else { return }
        #expect(event.start == at(10))
        #expect(event.end == at(18))
    }

    @Test("a flapping camera has a gap each time but one event")
    func flapping() throws {
        var tracker = try tracker()
        var all: [String] = []
        var time = 0.0
        for _ in 0..<5 {
            all += words(tracker.failed(.lost, "closed", at: at(time)))
            all += words(tracker.picture(at: at(time + 2)))
            all += words(tracker.picture(at: at(time + 4)))
            time += 6
        }
        #expect(all.filter { $0 == "gap+" }.count == 5)
        #expect(all.filter { $0 == "gap-" }.count == 5)
        #expect(all.filter { $0.hasPrefix("event+") }.count == 1)
        #expect(all.filter { $0.hasPrefix("event-") }.isEmpty)
    }

    @Test("takes over the newest reason without flooding")
    func newestReason() throws {
        var tracker = try tracker()
        _ = tracker.failed(.lost, "closed", at: at(0))
        #expect(words(tracker.failed(.unreachable, "no route", at: at(1))) == ["event~ unreachable"])
        var written = 0
        for second in 2..<62 {
            let topic: HealthTopic = second % 2 == 0 ? .lost : .unreachable
            written += tracker.failed(topic, "x", at: at(Double(second))).count
        }
        #expect(written <= 3)
    }

    @Test("closes what is open when the camera is withdrawn")
    func withdrawn() throws {
        var tracker = try tracker()
        _ = tracker.failed(.unreachable, "refused", at: at(0))
        #expect(words(tracker.finish(at: at(3), .withdrawn)) == ["gap-", "event- withdrawn"])
        #expect(tracker.finish(at: at(4), .withdrawn) == [])
    }

    @Test("revisions of one event count upward without a hole")
    func revisions() throws {
        var tracker = try tracker()
        var revisions: [UInt32] = []
        func note(_ records: [JournalRecord]) {
            for case .event(let event) in records { revisions.append(event.revision) }
        }
        note(tracker.failed(.lost, "a", at: at(0)))
        note(tracker.failed(.unreachable, "b", at: at(1)))
        note(tracker.failed(.unreachable, "b", at: at(100)))
        note(tracker.picture(at: at(101)))
        note(tracker.picture(at: at(107)))
        #expect(revisions == [0, 1, 2, 3])
    }
}
