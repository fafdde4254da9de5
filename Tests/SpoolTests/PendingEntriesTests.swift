import MKDSCore
import Testing

@testable import Spool

struct PendingEntriesTests {
    private func records(_ entries: [PendingEntries.Entry]) -> [JournalRecord] { entries.map(\.record) }

    @Test func keepsTheOrderOfAppendingAcrossKinds() {
        var pending = PendingEntries(limit: 100)
        let records = (0..<60).map { $0 % 3 == 0 ? Sample.run($0) : $0 % 3 == 1 ? Sample.gap($0) : Sample.event($0) }
        for record in records { pending.append(record) }
        #expect(self.records(pending.take(25, withoutRuns: false)) == Array(records[..<25]))
        #expect(self.records(pending.take(100, withoutRuns: false)) == Array(records[25...]))
        #expect(pending.count == 0)
    }

    @Test func whatIsGivenBackComesFirstAgain() {
        var pending = PendingEntries(limit: 100)
        let records = (0..<10).map { $0 % 2 == 0 ? Sample.run($0) : Sample.event($0) }
        for record in records { pending.append(record) }
        let taken = pending.take(6, withoutRuns: false)
        pending.append(Sample.event(99))
        pending.putBack(taken[2...])
        #expect(self.records(pending.take(100, withoutRuns: false)) == Array(records[2...]) + [Sample.event(99)])
    }

    @Test func runsWaitWhenOnlyEventsMayGo() {
        var pending = PendingEntries(limit: 100)
        for number in 0..<3 {
            pending.append(Sample.run(number))
            pending.append(Sample.event(number))
        }
        #expect(records(pending.take(10, withoutRuns: true)) == (0..<3).map { Sample.event($0) })
        #expect(records(pending.take(10, withoutRuns: false)) == (0..<3).map { Sample.run($0) })
    }

    @Test func revisionsAreKeptApartUnlessCoalescing() {
        var pending = PendingEntries(limit: 100)
        for revision in 0..<5 as Range<UInt32> { pending.append(Sample.event(1, revision: revision)) }
        #expect(pending.count == 5)
        #expect(pending.coalescedCount == 0)
    }

    @Test func aLaterRevisionTakesThePlaceOfTheEarlierWhileCoalescing() {
        var pending = PendingEntries(limit: 100)
        pending.append(Sample.event(1))
        pending.append(Sample.gap(2))
        pending.coalescing = true
        pending.append(Sample.event(3))
        pending.append(Sample.event(1, revision: 4))
        pending.append(Sample.gap(2, revision: 1))
        #expect(pending.coalescedCount == 2)
        let expected = [Sample.event(1, revision: 4), Sample.gap(2, revision: 1), Sample.event(3)]
        #expect(records(pending.take(10, withoutRuns: false)) == expected)
        pending.append(Sample.event(1, revision: 5))
        #expect(records(pending.take(10, withoutRuns: false)) == [Sample.event(1, revision: 5)])
    }

    @Test func runsAreGivenUpFirstThenGapsThenTheOldestEvents() {
        var pending = PendingEntries(limit: 6)
        for number in 0..<2 {
            pending.append(Sample.run(number))
            pending.append(Sample.gap(number))
            pending.append(Sample.event(number))
        }
        for number in 2..<4 { pending.append(Sample.event(number)) }
        #expect(pending.droppedFacts == 2)
        for number in 4..<6 { pending.append(Sample.event(number)) }
        #expect(pending.droppedFacts == 4)
        #expect(pending.droppedEvents == 0)
        pending.append(Sample.event(6))
        #expect(pending.droppedEvents == 1)
        #expect(records(pending.take(10, withoutRuns: false)) == (1..<7).map { Sample.event($0) })
    }

    @Test func aRunOrGapNeverDisplacesAnEvent() {
        var pending = PendingEntries(limit: 3)
        for number in 0..<3 { pending.append(Sample.event(number)) }
        pending.append(Sample.run(3))
        pending.append(Sample.gap(4))
        #expect(pending.droppedEvents == 0)
        #expect(pending.droppedFacts == 2)
        #expect(records(pending.take(10, withoutRuns: false)) == (0..<3).map { Sample.event($0) })
    }

    @Test func documentsAreBoundedByThemselvesAndGoBeforeAllElse() {
        var pending = PendingEntries(limit: 100_000)
        let run = Sample.run(1)
        pending.append(run)
        for number in 0..<PendingEntries.documentLimit + 10 { pending.append(Sample.piece(number)) }
        #expect(pending.count == PendingEntries.documentLimit + 1)
        #expect(pending.droppedFacts == 10)
        #expect(records(pending.take(2, withoutRuns: false)) == [run, Sample.piece(10)])
        #expect(pending.take(1, withoutRuns: true).isEmpty)
    }

    @Test func theStartOfTheSessionIsNeverGivenUp() {
        var pending = PendingEntries(limit: 2)
        let start = JournalRecord.captureStarted(CaptureStart(time: Sample.time, version: "1"))
        pending.append(start)
        for number in 0..<50 { pending.append(Sample.event(number)) }
        #expect(records(pending.take(10, withoutRuns: true)) == [start, Sample.event(49)])
    }

    @Test func manyEntriesThroughASmallWindowAreNotMixedUp() {
        var random = SeededGenerator(seed: 3)
        var pending = PendingEntries(limit: 50_000)
        var next = 0
        var expected = 0
        for _ in 0..<2000 {
            for _ in 0..<Int.random(in: 0..<20, using: &random) {
                pending.append(next % 2 == 0 ? Sample.run(next) : Sample.event(next))
                next += 1
            }
            let taken = pending.take(Int.random(in: 1..<15, using: &random), withoutRuns: false)
            let kept = Int.random(in: 0...taken.count, using: &random)
            pending.putBack(taken[kept...])
            for entry in taken[..<kept] {
                #expect(entry.record == (expected % 2 == 0 ? Sample.run(expected) : Sample.event(expected)))
                expected += 1
            }
        }
        #expect(pending.count == next - expected)
    }
}
