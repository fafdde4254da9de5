import Glibc
import Linux
import MKDSCore
import Testing

@testable import Spool

/// A process that writes is killed at any moment, many times; what it had seen as synced is read exactly once, in order.
@Suite(.timeLimit(.minutes(10)))
struct JournalKillTests {
    private static let kills = 30
    private let directory = TemporaryDirectory()

    @Test func whatWasSyncedBeforeAKillIsReadExactlyOnceAndInOrder() async throws {
        let path = directory.file("spool")
        var random = SeededGenerator(seed: 2026)
        for session in 0..<Self.kills {
            let microseconds = UInt32.random(in: 0..<60_000, using: &random)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, session = session as Int, microseconds = microseconds as UInt32] in
                try Self.writeUntilKilled(path, session: session, microseconds: microseconds)
            }
        }
        let batch = try JournalReader(directory: path).readAll(limit: 1000)
        #expect(batch.damages.isEmpty)
        let sessions = try split(batch.records)
        var written = 0
        for session in 0..<Self.kills {
            let synced = contents(of: "\(path).synced-\(session)")
            let promised = synced.count == 8 ? synced.withUnsafeBytes { $0.loadUnaligned(as: Int.self) } : 0
            let found = sessions[session] ?? []
            #expect(found == (0..<found.count).map { Sample.event(session << 20 | $0) })
            // The start of the session counts as an entry, too.
            #expect(found.count + 1 >= promised, "session \(session): \(found.count) read, \(promised) synced")
            written += found.count
        }
        #expect(written > Self.kills)
    }

    /// Sessions are told apart by the upper bits of their events' numbers; one may have died before its first event.
    private func split(_ records: [JournalRecord]) throws -> [Int: [JournalRecord]] {
        var sessions: [Int: [JournalRecord]] = [:]
        for record in records {
            guard case .event(let event) = record else { continue }
            sessions[Int(event.id.low & 0x7fff_ffff) >> 20, default: []].append(record)
        }
        return sessions
    }

    /// Runs in a process of its own. Small files and short gathering, so that every step is hit.
    private static func writeUntilKilled(_ path: String, session: Int, microseconds: UInt32) throws {
        let report = open("\(path).synced-\(session)", O_WRONLY | O_CREAT, 0o600)
        let configuration = SpoolConfiguration(
            fileByteLimit: 20_000, syncInterval: .milliseconds(1), reserveByteCount: 1 << 16)
        let killer = try NamedThread(name: "killer") {
            usleep(microseconds)
            kill(getpid(), SIGKILL)
        }
        let writer = try Sample.writer(path, configuration)
        for number in 0..<1_000_000 {
            writer.append(Sample.event(session << 20 | number))
            if number % 16 == 15 {
                writer.wait(upTo: .seconds(10)) { $0.unsyncedEntries < 200 }
                var synced = writer.status.syncedEntries
                pwrite(report, &synced, 8, 0)
            }
        }
        killer.join()
    }
}
