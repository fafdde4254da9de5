import Glibc
import MKDSCore
import Testing

@testable import Spool

@Suite(.timeLimit(.minutes(2)))
struct JournalTests {
    private let directory = TemporaryDirectory()

    @Test func everythingAppendedIsReadInOrderBehindTheStart() throws {
        let writer = try Sample.writer(directory.path)
        let records = (0..<3000).map { $0 % 3 == 0 ? Sample.run($0) : $0 % 3 == 1 ? Sample.gap($0) : Sample.event($0) }
        for record in records { writer.append(record) }
        writer.close()
        #expect(writer.status.unsyncedEntries == 0)
        #expect(writer.status.syncedEntries == 3001)

        let reader = try JournalReader(directory: directory.path)
        let batch = try reader.readAll()
        #expect(batch.records.first == .captureStarted(CaptureStart(time: Sample.time, version: "test")))
        #expect(Array(batch.records.dropFirst()) == records)
        #expect(batch.end == writer.status.syncedPosition)
        #expect(batch.damages.isEmpty)
    }
}
