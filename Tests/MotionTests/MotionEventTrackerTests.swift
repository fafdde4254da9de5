import MKDSCore
import Motion
import Testing

/// The tracker alone: samples in, changes out.
@Suite struct MotionEventTrackerTests {
    private func tracker(quiet: Double = 2, longest: Duration = .seconds(300)) -> MotionEventTracker {
        MotionEventTracker(settings: MotionSettings(quietSeconds: quiet), longestSpan: longest)
    }

    private func sample(_ seconds: Double, _ share: Float, _ lingering: Float = 0) -> MotionSample {
        MotionSample(
            time: .milliseconds(Int64((seconds * 1000).rounded())), share: share, lingeringShare: lingering,
            box: share > 0 || lingering > 0 ? PictureBox(left: 0.2, top: 0.2, right: 0.4, bottom: 0.6) : nil)
    }

    private func feed(_ tracker: inout MotionEventTracker, _ samples: [MotionSample]) -> [MotionEventChange] {
        samples.flatMap { tracker.consume($0) }
    }

    @Test func opensWithTheThirdMovingPictureAndStartsWithTheFirst() {
        var tracker = tracker()
        let early = feed(&tracker, [sample(0, 0), sample(0.2, 0.01), sample(0.4, 0.03)])
        #expect(early == [])
        let changes = tracker.consume(sample(0.6, 0.02))
        guard case .opened(let event)? = changes.first else {
            Issue.record("nothing opened")
            return
        }
        #expect(event.start == .milliseconds(200))
        #expect(event.lastSeen == .milliseconds(600))
        #expect(event.end == nil)
        #expect(event.peak == 0.03)
        #expect(event.peakTime == .milliseconds(400))
    }

    @Test func lonelyMovingPicturesOpenNothing() {
        var tracker = tracker()
        let samples = (0..<100).map { sample(Double($0) * 0.2, $0 % 5 == 0 ? 0.05 : 0) }
        let changes = feed(&tracker, samples)
        #expect(changes == [])
    }

    @Test func aLittleMotionProlongsButDoesNotOpen() {
        var tracker = tracker()
        let faint = feed(&tracker, (0..<20).map { sample(Double($0) * 0.2, 0, 0.001) })
        #expect(faint == [])
        let clear = feed(&tracker, (20..<23).map { sample(Double($0) * 0.2, 0.01) })
        #expect(clear.count == 1)
        let more = feed(&tracker, (23..<60).map { sample(Double($0) * 0.2, 0, 0.001) })
        #expect(more.allSatisfy { if case .extended = $0 { true } else { false } })
        #expect(tracker.current?.lastSeen == .milliseconds(11_800))
    }

    @Test func pauseShorterThanTheQuietSpanDoesNotEndIt() {
        var tracker = tracker(quiet: 2)
        _ = feed(&tracker, (0..<3).map { sample(Double($0) * 0.2, 0.01) })
        _ = feed(&tracker, (3..<12).map { sample(Double($0) * 0.2, 0) })
        _ = tracker.consume(sample(2.4, 0.01))
        #expect(tracker.current?.start == .zero)
        #expect(tracker.current?.lastSeen == .milliseconds(2400))
    }

    @Test func closesAfterTheQuietSpanAndEndsWithTheLastMovingPicture() {
        var tracker = tracker(quiet: 2)
        _ = feed(&tracker, (0..<6).map { sample(Double($0) * 0.2, 0.01) })
        let changes = feed(&tracker, (6..<20).map { sample(Double($0) * 0.2, 0) })
        guard changes.count == 1, case .closed(let event, .over) = changes[0] else {
            Issue.record("not closed once: \(changes)")
            return
        }
        #expect(event.end == .seconds(1))
        #expect(tracker.current == nil)
    }

    @Test func longEventIsSplitWithoutAHole() {
        var tracker = tracker(longest: .seconds(10))
        let changes = feed(&tracker, (0..<121).map { sample(Double($0) * 0.2, 0.01) })
        let closed = changes.compactMap { change -> MotionEvent? in
            if case .closed(let event, .split) = change { event } else { nil }
        }
        #expect(closed.map(\.start) == [.zero, .seconds(10)])
        #expect(closed.map(\.end) == [.seconds(10), .seconds(20)])
        #expect(tracker.current?.start == .seconds(20))
    }

    @Test func extensionsComeAtMostOnceASecond() {
        var tracker = tracker()
        let changes = feed(&tracker, (0..<51).map { sample(Double($0) * 0.2, 0.01) })
        let extensions = changes.filter { if case .extended = $0 { true } else { false } }
        #expect((8...10).contains(extensions.count))
    }

    @Test func lostStreamClosesAtTheLastPicture() {
        var tracker = tracker()
        _ = feed(&tracker, (0..<5).map { sample(Double($0) * 0.2, 0.01) })
        guard case .closed(let event, .streamLost)? = tracker.reset(.streamLost) else {
            Issue.record("not closed")
            return
        }
        #expect(event.end == .milliseconds(800))
        let again = tracker.reset(.streamLost)
        #expect(again == nil)
    }

    @Test func timeThatStepsBackClosesAndStartsAnew() {
        var tracker = tracker()
        _ = feed(&tracker, (0..<5).map { sample(100 + Double($0) * 0.2, 0.01) })
        let changes = feed(&tracker, (0..<5).map { sample(Double($0) * 0.2, 0.01) })
        #expect(changes.count == 2)
        guard case .closed(_, .streamLost)? = changes.first, case .opened(let event)? = changes.last else {
            Issue.record("\(changes)")
            return
        }
        #expect(event.start == .zero)
    }

    @Test func suppressedPicturesDoNotCount() {
        var tracker = tracker()
        for index in 0..<10 {
            var sample = sample(Double(index) * 0.2, 0.5)
            sample.suppression = .globalChange
            let changes = tracker.consume(sample)
            #expect(changes == [])
        }
    }

    @Test func boxAndCellsAreTheUnionOfAllPictures() throws {
        var tracker = tracker()
        for index in 0..<8 {
            var cells = CellGrid()
            cells.insert(row: 3, column: index)
            let left = Float(index) / 16
            _ = tracker.consume(
                MotionSample(
                    time: .milliseconds(index * 200), share: 0.01,
                    box: PictureBox(left: left, top: 0.1, right: left + 0.1, bottom: 0.3), cells: cells))
        }
        let event = try #require(tracker.current)
        #expect(event.cells.count == 8)
        #expect(event.box == PictureBox(left: 0, top: 0.1, right: 7.0 / 16 + 0.1, bottom: 0.3))
    }

    @Test func senselessSettingsAreBroughtIntoRange() {
        for quiet in [-1, 0, Double.nan, .infinity, 1e300] {
            var tracker = tracker(quiet: quiet)
            _ = feed(&tracker, (0..<5).map { sample(Double($0) * 0.2, 0.01) })
            let changes = feed(&tracker, [sample(3602, 0)])
            #expect(changes.count == 1)
        }
    }
}
