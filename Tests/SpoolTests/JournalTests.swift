import FoundationEssentials
import Glibc
import Linux
import MKDSCore
import Synchronization
import Testing

@testable import Spool

@Suite(.timeLimit(.minutes(10)))
struct JournalTests {
    private let directory = TemporaryDirectory()

    private func files() throws -> [UInt64] { try SpoolDirectory(path: directory.path).fileNumbers() }

    @Test func everythingAppendedIsReadInOrderBehindTheStart() throws {
        let writer = try Sample.writer(directory.path)
        let records = (0..<3000).map { $0 % 3 == 0 ? Sample.run($0) : $0 % 3 == 1 ? Sample.gap($0) : Sample.event($0) }
        for record in records { writer.append(record) }
        writer.close()
        #expect(writer.status.unsyncedEntries == 0)
        #expect(writer.status.syncedEntries == 3001)
        #expect(writer.status.trouble == nil)

        let reader = try JournalReader(directory: directory.path)
        let batch = try reader.readAll()
        #expect(batch.records.first == .captureStarted(CaptureStart(time: Sample.time, version: "test")))
        #expect(Array(batch.records.dropFirst()) == records)
        #expect(batch.end == writer.status.syncedPosition)
        #expect(batch.damages.isEmpty)
    }

    @Test func aBatchOfTheLargestEntriesEndsAtSixteenMebibytes() throws {
        let writer = try Sample.writer(directory.path)
        let pieces = (0..<7_000).map { Sample.piece($0) }
        for piece in pieces {
            writer.append(piece)
            // More than 4 096 waiting pieces of documents would be given up.
            if case .documentPart(let part) = piece, part.number % 2_000 == 0 {
                #expect(writer.sync(upTo: .seconds(60)))
            }
        }
        writer.close()
        let reader = try JournalReader(directory: directory.path)
        let first = try reader.read(after: nil, limit: 65_536)
        #expect(first.isFull(limit: 65_536))
        #expect(first.byteCount >= JournalBatch.byteLimit)
        #expect(first.byteCount < JournalBatch.byteLimit + 4_200)
        let second = try reader.read(after: first.end, limit: 65_536)
        #expect(!second.isFull(limit: 65_536))
        #expect((first.records + second.records).dropFirst() == pieces[...])
    }

    @Test func whatCountsAsSyncedIsOnDiskBeforeClosing() throws {
        let writer = try Sample.writer(directory.path)
        for number in 0..<100 { writer.append(Sample.event(number)) }
        #expect(writer.sync(upTo: .seconds(60)))
        #expect(try JournalReader(directory: directory.path).readAll().records.count == 101)
        writer.close()
    }

    @Test func aWriterWhoseDirectoryWasMovedAwayEndsInsteadOfCallingEntriesSafe() async {
        await #expect(processExitsWith: .exitCode(74)) {
            let parent = TemporaryDirectory()
            let spool = parent.file("g01")
            let writer = try Sample.writer(spool)
            #expect(writer.sync(upTo: .seconds(60)))
            #expect(rename(spool, parent.file("old")) == 0)
            writer.append(Sample.event(1))
            _ = writer.sync(upTo: .seconds(60))
        }
    }

    @Test func filesAreFollowedByTheNextAtTheirLimitAndNothingIsLostBetween() throws {
        let writer = try Sample.writer(directory.path, SpoolConfiguration(fileByteLimit: 4000, reserveByteCount: 0))
        for number in 0..<20 {
            for part in 0..<10 { writer.append(Sample.event(number * 10 + part)) }
            #expect(writer.sync(upTo: .seconds(60)))
        }
        writer.close()
        #expect(try files().count > 3)
        let batch = try JournalReader(directory: directory.path).readAll(limit: 7)
        #expect(Array(batch.records.dropFirst()) == (0..<200).map { Sample.event($0) })
    }

    @Test func entriesOfManyThreadsAreAllThereInTheOrderOfEachThread() throws {
        let writer = try Sample.writer(directory.path)
        let threads = try (0..<8).map { thread in
            try NamedThread(name: "append-\(thread)") {
                for number in 0..<1000 { writer.append(Sample.event(thread * 1000 + number)) }
            }
        }
        for thread in threads { thread.join() }
        writer.close()
        var next = (0..<8).map { $0 * 1000 }
        for record in try JournalReader(directory: directory.path).readAll().records.dropFirst() {
            guard case .event(let event) = record else {
                Issue.record("not an event: \(record)")
                continue
            }
            let number = Int(event.id.low & 0xffff_ffff)
            #expect(next[number / 1000] == number)
            next[number / 1000] = number + 1
        }
        #expect(next == (1...8).map { $0 * 1000 })
    }

    @Test func aSecondWriterIsRefusedAndToldWhoOwnsTheSpool() throws {
        let writer = try Sample.writer(directory.path)
        let error = #expect(throws: SpoolError.self) {
            try Sample.writer(directory.path, SpoolConfiguration(lockTimeout: .milliseconds(30)))
        }
        #expect(error?.code == .locked)
        #expect(error?.description.contains("(\(getpid()))") == true)
        writer.close()
    }

    @Test func aWriterWaitsForItsDyingPredecessor() throws {
        let first = try Sample.writer(directory.path)
        let path = directory.path
        let opened = Mutex(false)
        let thread = try NamedThread(name: "second") {
            let second = try? Sample.writer(path, SpoolConfiguration(reserveByteCount: 0, lockTimeout: .seconds(60)))
            opened.withLock { $0 = second != nil }
        }
        first.close()
        thread.join()
        #expect(opened.withLock { $0 })
    }

    @Test func eachSessionHasAFileOfItsOwnWithANumberNeverUsedBefore() throws {
        try Sample.writer(directory.path).close()
        try Sample.writer(directory.path).close()
        #expect(try files() == [1, 2])
        for number in try files() { unlink(directory.file(SpoolDirectory.fileName(number))) }
        try Sample.writer(directory.path).close()
        #expect(try files() == [3])
    }

    @Test func theSpoolKeepsItsIdentity() throws {
        let id = try JournalReader(directory: directory.path).spoolID
        try Sample.writer(directory.path).close()
        #expect(try JournalReader(directory: directory.path).spoolID == id)
        #expect(try JournalReader(directory: TemporaryDirectory().path).spoolID != id)
    }

    @Test func aReaderFollowsALiveWriterToTheLastEntry() throws {
        let total = 5000
        let configuration = SpoolConfiguration(
            fileByteLimit: 50_000, syncInterval: .milliseconds(1), reserveByteCount: 0)
        let writer = try Sample.writer(directory.path, configuration)
        let thread = try NamedThread(name: "append") {
            for number in 0..<total {
                writer.append(Sample.event(number))
                if number % 97 == 0 { writer.sync(upTo: .seconds(60)) }
            }
        }
        let reader = try JournalReader(directory: directory.path)
        let watcher = try JournalWatcher(directories: [directory.path])
        var position: JournalPosition?
        var records: [JournalRecord] = []
        while records.count < total + 1 {
            let batch = try reader.read(after: position, limit: 64)
            #expect(batch.damages.isEmpty)
            if batch.records.isEmpty { watcher.wait(upTo: .seconds(1)) }
            records += batch.records
            position = batch.end
        }
        thread.join()
        writer.close()
        #expect(Array(records.dropFirst()) == (0..<total).map { Sample.event($0) })
    }

    @Test func readingGoesOnFromAnyPositionEvenOfAFileThatIsGone() throws {
        for _ in 0..<3 {
            let writer = try Sample.writer(directory.path)
            for number in 0..<5 { writer.append(Sample.event(number)) }
            writer.close()
        }
        let reader = try JournalReader(directory: directory.path)
        let all = try reader.readAll().records
        var position: JournalPosition?
        for taken in 1...all.count {
            let batch = try reader.read(after: position, limit: 1)
            #expect(batch.records == [all[taken - 1]])
            position = batch.end
            #expect(try reader.readAll(after: position).records == Array(all[taken...]))
        }
        unlink(directory.file(SpoolDirectory.fileName(2)))
        #expect(try reader.readAll(after: JournalPosition(file: 2, offset: 100)).records == Array(all[12...]))
        #expect(try reader.read(after: position, limit: 10).records.isEmpty)
        #expect(try reader.read(after: position, limit: 10).end == position)
    }

    @Test func aSpoolOlderThanTheIndexIsAnErrorInsteadOfSilence() throws {
        try Sample.writer(directory.path).close()
        let reader = try JournalReader(directory: directory.path)
        let error = #expect(throws: SpoolError.self) {
            try reader.read(after: JournalPosition(file: 2, offset: 36), limit: 1)
        }
        #expect(error?.code == .damaged)
        #expect(error?.description.contains("older than the index") == true)
        #expect(try reader.read(after: JournalPosition(file: 1, offset: 9999), limit: 1).records.isEmpty)
    }

    /// The next file took a number the index had read before; what it held was passed over as known.
    @Test func anOlderCopyOfASpoolPutBackLosesNothingWrittenAfterwards() throws {
        let spool = directory.file("g1")
        func write(_ numbers: ClosedRange<Int>) throws {
            let writer = try JournalWriter(
                directory: spool, configuration: SpoolConfiguration(reserveByteCount: 0), version: "test",
                now: { Sample.time })
            for number in numbers { writer.append(Sample.event(number)) }
            writer.close()
        }
        try write(1...3)
        let copy = directory.file("copy")
        try FileManager.default.copyItem(atPath: spool, toPath: copy)
        try write(4...9)
        let position = try JournalReader(directory: spool).readAll().end
        try FileManager.default.removeItem(atPath: spool)
        try FileManager.default.moveItem(atPath: copy, toPath: spool)
        try write(10...12)
        let batch = try JournalReader(directory: spool).readAll(after: position)
        #expect(Array(batch.records.dropFirst()) == (10...12).map { Sample.event($0) })
        #expect(batch.damages.isEmpty)
    }

    @Test func aSpoolSaysWhetherItHasAWriter() throws {
        let reader = try JournalReader(directory: directory.path)
        #expect(try !reader.hasWriter())
        let writer = try Sample.writer(directory.path)
        #expect(try reader.hasWriter())
        writer.close()
    }

    @Test func whatTheDatabaseRefusedIsKeptUpToALimitThatHoldsUpTheSpool() throws {
        try Sample.writer(directory.path).close()
        let reader = try JournalReader(directory: directory.path)
        let long = String(repeating: "ž", count: 100_000)
        for number in 0..<SpoolDirectory.rejectedLimit {
            try reader.reject(
                Sample.event(number), at: JournalPosition(file: 1, offset: UInt64(number)), because: long)
        }
        let error = #expect(throws: SpoolError.self) {
            try reader.reject(Sample.event(1), at: JournalPosition(file: 2, offset: 0), because: "")
        }
        #expect(error?.code == .rejectedFull)
        #expect(error?.description.contains("rejected") == true)
        let folder = directory.file("rejected")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count == SpoolDirectory.rejectedLimit)
        #expect(names.allSatisfy { contents(of: "\(folder)/\($0)").count <= SpoolDirectory.rejectedByteLimit })
        unlink("\(folder)/\(names[0])")
        try reader.reject(Sample.event(1), at: JournalPosition(file: 2, offset: 0), because: "")
    }

    /// One call passed over any length of rubbish, while all other spools waited.
    @Test func aLongStretchOfRubbishIsPassedOverInSeveralReads() throws {
        try Sample.writer(directory.path).close()
        try Sample.writer(directory.path).close()
        #expect(truncate(directory.file(SpoolDirectory.fileName(1)), 40 << 20) == 0)
        let batch = try JournalReader(directory: directory.path).read(after: nil, limit: 100)
        #expect(batch.end.file == 1)
        #expect(batch.end.offset < 16 << 20)
        #expect(batch.damages.count == 1)
    }

    @Test func acknowledgingDeletesWholeFilesBelowThePositionOnly() throws {
        for _ in 0..<3 { try Sample.writer(directory.path).close() }
        let reader = try JournalReader(directory: directory.path)
        try reader.acknowledge(JournalPosition(file: 2, offset: 9999))
        #expect(try files() == [2, 3])
        try reader.acknowledge(JournalPosition(file: 3, offset: 36))
        #expect(try files() == [3])
    }

    @Test func acknowledgedFilesAreKeptAsLongAsAsked() throws {
        for _ in 0..<3 { try Sample.writer(directory.path).close() }
        let hourAgo = timespec(tv_sec: time(nil) - 3600, tv_nsec: 0)
        let times = [hourAgo, hourAgo]
        #expect(utimensat(AT_FDCWD, directory.file(SpoolDirectory.fileName(1)), times, 0) == 0)
        let reader = try JournalReader(directory: directory.path)
        try reader.acknowledge(JournalPosition(file: 3, offset: 36), keeping: .seconds(7200))
        #expect(try files() == [1, 2, 3])
        try reader.acknowledge(JournalPosition(file: 3, offset: 36), keeping: .seconds(1800))
        #expect(try files() == [2, 3])
    }

    @Test func aWokenWatcherDoesNotWait() throws {
        let watcher = try JournalWatcher(directories: [directory.path])
        watcher.wake()
        // Without the wake-up this would run into the suite's time limit.
        watcher.wait(upTo: .seconds(3000))
    }

    @Test func aSpoolThatCannotBeMadeIsAClearError() {
        let error = #expect(throws: SpoolError.self) { try JournalReader(directory: "/proc/no/such") }
        #expect(error?.code == .directory)
        #expect(error?.description.contains("/proc/no/such") == true)
    }

    @Test func entriesAfterClosingAreRefusedAndCounted() throws {
        let writer = try Sample.writer(directory.path)
        writer.close()
        writer.append(Sample.event(1))
        #expect(writer.status.droppedEvents == 1)
        #expect(try JournalReader(directory: directory.path).readAll().records.count == 1)
    }
}
