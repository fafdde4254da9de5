import CLinux
import Glibc
import MKDSCore
import Testing

@testable import Spool

/// Files cut and spoiled at every byte: what is read is right or is reported missing, never wrong.
@Suite(.timeLimit(.minutes(10)))
struct JournalDamageTests {
    private let directory = TemporaryDirectory()
    private let original: [UInt8]
    private let records: [JournalRecord]
    /// Where each record's frame ends.
    private let ends: [Int]
    private let path: String

    init() throws {
        path = directory.file(SpoolDirectory.fileName(1))
        let writer = try Sample.writer(directory.path)
        for number in 0..<6 { writer.append(number == 3 ? Sample.gap(number) : Sample.event(number)) }
        writer.close()
        original = contents(of: path)
        let reader = try JournalReader(directory: directory.path)
        var records: [JournalRecord] = []
        var ends: [Int] = []
        var position: JournalPosition?
        while true {
            let batch = try reader.read(after: position, limit: 1)
            guard let record = batch.records.first else { break }
            records.append(record)
            ends.append(Int(batch.end.offset))
            position = batch.end
        }
        self.records = records
        self.ends = ends
        #expect(records.count == 7)
        #expect(ends.last == original.count)
    }

    @Test func aFileCutAnywhereGivesItsWholeEntriesAndNoDamage() throws {
        for length in JournalFrame.fileHeaderByteCount...original.count {
            write(Array(original[..<length]), to: path)
            let batch = try JournalReader(directory: directory.path).readAll()
            #expect(batch.records == Array(records[..<ends.count { $0 <= length }]))
            #expect(batch.damages.isEmpty)
        }
    }

    @Test func aNewSessionCutsTheTornTailAndGoesOnInItsOwnFile() throws {
        for length in stride(from: JournalFrame.fileHeaderByteCount, through: original.count, by: 23) {
            let directory = TemporaryDirectory()
            try copySpool(to: directory.path)
            write(Array(original[..<length]), to: directory.file(SpoolDirectory.fileName(1)))
            let writer = try Sample.writer(directory.path, SpoolConfiguration(reserveByteCount: 0))
            writer.close()
            let whole = ends.count { $0 <= length }
            let size = contents(of: directory.file(SpoolDirectory.fileName(1))).count
            #expect(size == (whole == 0 ? JournalFrame.fileHeaderByteCount : ends[whole - 1]))
            let batch = try JournalReader(directory: directory.path).readAll()
            #expect(batch.records == Array(records[..<whole]) + [records[0]])
            #expect(batch.damages.isEmpty)
        }
    }

    /// Identity and counter, without journal files.
    private func copySpool(to path: String) throws {
        for name in ["spool.id", "spool.counter"] {
            write(contents(of: directory.file(name)), to: "\(path)/\(name)")
        }
    }

    @Test func aFlippedBitAnywhereNeverYieldsAWrongRecord() throws {
        var random = SeededGenerator(seed: 11)
        for index in original.indices {
            var spoiled = original
            spoiled[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            write(spoiled, to: path)
            let batch = try JournalReader(directory: directory.path).readAll()
            guard index >= JournalFrame.fileHeaderByteCount else {
                #expect(batch.records == records)
                #expect(batch.damages.count == 1)
                continue
            }
            let hit = ends.firstIndex { index < $0 } ?? 0
            var expected = records
            expected.remove(at: hit)
            #expect(batch.records == expected)
            // At the end of the newest file a spoiled frame cannot be told from one being written.
            #expect(batch.damages.isEmpty == (hit == records.count - 1))
        }
    }

    @Test func inACompleteFileEvenASpoiledLastEntryIsReportedAndTheFileKept() throws {
        let next = directory.file(SpoolDirectory.fileName(2))
        let id = try JournalReader(directory: directory.path).spoolID
        write(JournalFrame.fileHeader(number: 2, spoolID: id), to: next)
        for index in JournalFrame.fileHeaderByteCount..<original.count {
            var spoiled = original
            spoiled[index] ^= 0x10
            write(spoiled, to: path)
            let reader = try JournalReader(directory: directory.path)
            let batch = try reader.readAll()
            #expect(batch.records.count == records.count - 1)
            #expect(batch.damages.count == 1)
            let hit = ends.firstIndex { index < $0 } ?? 0
            let before = hit == 0 ? JournalFrame.fileHeaderByteCount : ends[hit - 1]
            #expect(batch.damages.first?.position == JournalPosition(file: 1, offset: UInt64(before)))
            #expect(batch.damages.first?.byteCount == UInt64(ends[hit] - before))
            #expect(batch.end.file == 2)
        }
        let reader = try JournalReader(directory: directory.path)
        try reader.acknowledge(JournalPosition(file: 2, offset: 36))
        #expect(contents(of: path).isEmpty)
        #expect(contents(of: directory.file("damaged/\(SpoolDirectory.fileName(1))")).count == original.count)
    }

    @Test func aFileOfRubbishIsPassedOverInBoundedBatches() throws {
        var random = SeededGenerator(seed: 5)
        let rubbish = (0..<5_000_000 / 8).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
        write(rubbish, to: path)
        let id = try JournalReader(directory: directory.path).spoolID
        write(JournalFrame.fileHeader(number: 2, spoolID: id), to: directory.file(SpoolDirectory.fileName(2)))
        let batch = try JournalReader(directory: directory.path).readAll()
        #expect(batch.records.isEmpty)
        #expect(batch.end == JournalPosition(file: 2, offset: UInt64(JournalFrame.fileHeaderByteCount)))
        let lost = batch.damages.reduce(0) { $0 + $1.byteCount }
        #expect(lost == UInt64(rubbish.count))
    }

    @Test func aRecordOfANewerVersionIsReportedAndTheRestIsRead() throws {
        var bytes = Array(original[..<ends[0]])
        let payload: [UInt8] = [1, 200, 1, 2, 3]
        var frame = withUnsafeBytes(of: UInt32(payload.count).littleEndian) { Array($0) }
        let place = (UInt64(1).littleEndian, UInt64(bytes.count).littleEndian, UInt64(payload.count).littleEndian)
        let seed = withUnsafeBytes(of: place) { mkds_crc32c(0, $0.baseAddress, $0.count) }
        let crc = payload.withUnsafeBytes { mkds_crc32c(seed, $0.baseAddress, $0.count) }
        frame += withUnsafeBytes(of: crc.littleEndian) { Array($0) } + payload
        bytes += frame
        JournalFrame.append(Sample.event(77), number: 1, offset: UInt64(bytes.count), to: &bytes)
        write(bytes, to: path)
        let batch = try JournalReader(directory: directory.path).readAll()
        #expect(batch.records == [records[0], Sample.event(77)])
        #expect(batch.damages.count == 1)
        #expect(batch.damages.first?.reason.contains("newer program") == true)
    }

    @Test func aPipeOrALinkInPlaceOfAFileIsRefusedWithoutWaiting() throws {
        unlink(path)
        #expect(mkfifo(path, 0o600) == 0)
        #expect(throws: SpoolError.self) { try JournalReader(directory: directory.path).readAll() }
        unlink(path)
        #expect(symlink("/etc/passwd", path) == 0)
        #expect(throws: SpoolError.self) { try JournalReader(directory: directory.path).readAll() }
    }

    @Test func aCounterThatHoldsNoNumberIsAnErrorRatherThanABeginningAtOne() throws {
        write([UInt8](repeating: 7, count: 8192), to: directory.file("spool.counter"))
        #expect(throws: SpoolError.self) { try Sample.writer(directory.path) }
    }
}
