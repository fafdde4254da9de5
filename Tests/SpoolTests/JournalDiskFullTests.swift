import Glibc
import MKDSCore
import Testing

@testable import Spool

/// The disk is full, for real: by a file size limit (always), by a small tmpfs (as root).
@Suite(.timeLimit(.minutes(10)))
struct JournalDiskFullTests {
    private let directory = TemporaryDirectory()
    private static let reserveByteCount = 64 << 10

    private static var configuration: SpoolConfiguration {
        SpoolConfiguration(
            syncInterval: .milliseconds(1), reserveByteCount: reserveByteCount, retryInterval: .milliseconds(20))
    }

    /// RLIMIT_FSIZE: a write may stop in the middle of a frame, as on a disk that fills up; 0 lets no byte pass.
    private static func limitFileSize(to byteCount: UInt) {
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: byteCount, rlim_max: rlim_t.max)
        precondition(setrlimit(__rlimit_resource_t(1), &limit) == 0, "no limit can be set")
    }

    @Test func atAFileSizeLimitWhatDoesNotFitGoesIntoTheReserveOrWaitsAndAllArrivesOnce() async {
        let path = directory.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            let writer = try Sample.writer(path, Self.configuration)
            var events: [JournalRecord] = []
            for limit in [10_001, 20_011, 0, 30_021, 64, 40_000] as [UInt] {
                Self.limitFileSize(to: limit)
                for _ in 0..<700 {
                    events.append(Sample.event(events.count))
                    writer.append(Sample.event(events.count - 1))
                    if limit > 100 { writer.wait(upTo: .seconds(10)) { $0.unsyncedEntries < 20 || $0.trouble != nil } }
                }
                if limit <= 100 {
                    #expect(writer.wait(upTo: .seconds(60)) { $0.trouble?.contains("memory") == true })
                    #expect(writer.status.unsyncedEntries >= 600)
                }
            }
            Self.limitFileSize(to: .max)
            #expect(writer.wait(upTo: .seconds(60)) { $0.unsyncedEntries == 0 && $0.trouble == nil })
            writer.close()
            let batch = try JournalReader(directory: path).readAll()
            #expect(batch.damages.isEmpty)
            #expect(Array(batch.records.dropFirst()) == events)
            #expect(batch.end.file >= 2)
        }
    }

    @Test(.enabled(if: TemporaryFileSystem.isPossible, "mounting a tmpfs needs root"))
    func onAFullFileSystemEventsGoIntoTheReserveThenWaitAndAllArriveOnceAfterwards() throws {
        let fileSystem = try TemporaryFileSystem(byteCount: 512 << 10)
        let ballast = "\(fileSystem.path)/ballast"
        write([UInt8](repeating: 1, count: 200 << 10), to: ballast)
        try Self.fillAndRecover("\(fileSystem.path)/spool") { unlink(ballast) }
    }

    /// Writes until nothing fits any more, makes room, and compares.
    private static func fillAndRecover(_ path: String, makeRoom: () -> Void) throws {
        let writer = try Sample.writer(path, Self.configuration)
        #expect(writer.status.trouble == nil)
        var events: [JournalRecord] = []
        func append(_ record: JournalRecord) {
            writer.append(record)
            events.append(record)
        }
        // Runs are held back from the moment on that the reserve is in use.
        while writer.status.trouble == nil && events.count < 100_000 {
            append(Sample.event(events.count))
            writer.wait(upTo: .seconds(10)) { $0.unsyncedEntries < 50 || $0.trouble != nil }
        }
        #expect(writer.status.trouble?.contains("reserve") == true)
        for number in 0..<10 { writer.append(Sample.run(number)) }
        while writer.status.trouble?.contains("memory") != true && events.count < 100_000 {
            append(Sample.event(events.count))
            writer.wait(upTo: .seconds(10)) {
                $0.unsyncedEntries < 50 || $0.trouble?.contains("memory") == true
            }
        }
        #expect(writer.status.trouble?.contains("memory") == true)
        for _ in 0..<100 { append(Sample.event(events.count)) }
        #expect(writer.status.unsyncedEntries >= 110)
        let before = try JournalReader(directory: path).readAll()
        #expect(Array(before.records.dropFirst()) == Array(events.prefix(before.records.count - 1)))

        makeRoom()
        #expect(writer.wait(upTo: .seconds(60)) { $0.unsyncedEntries == 0 && $0.trouble == nil })
        append(Sample.event(events.count))
        writer.close()
        #expect(writer.status.droppedEvents == 0)
        #expect(writer.status.droppedFacts == 0)
        let batch = try JournalReader(directory: path).readAll()
        #expect(batch.damages.isEmpty)
        let runs = batch.records.filter { if case .run = $0 { true } else { false } }
        let others = batch.records.dropFirst().filter { if case .event = $0 { true } else { false } }
        #expect(others == events)
        #expect(runs == (0..<10).map { Sample.run($0) })
        #expect(access("\(path)/reserve", F_OK) == 0)
    }

    @Test(.enabled(if: TemporaryFileSystem.isPossible, "mounting a tmpfs needs root"))
    func whatWaitsInMemoryIsSavedWhenTheWriterIsClosedOnAFullDisk() throws {
        let fileSystem = try TemporaryFileSystem(byteCount: 512 << 10)
        let path = "\(fileSystem.path)/spool"
        let writer = try Sample.writer(path, Self.configuration)
        let ballast = open("\(fileSystem.path)/ballast", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        let page = [UInt8](repeating: 1, count: 4096)
        while Glibc.write(ballast, page, page.count) == page.count {}
        close(ballast)
        var events: [JournalRecord] = []
        while writer.status.trouble?.contains("memory") != true && events.count < 100_000 {
            events.append(Sample.event(events.count))
            writer.append(Sample.event(events.count - 1))
            writer.wait(upTo: .seconds(10)) { $0.unsyncedEntries < 20 || $0.trouble?.contains("memory") == true }
        }
        #expect(writer.status.unsyncedEntries > 0)
        writer.close()
        #expect(writer.status.unsyncedEntries == 0)
        let batch = try JournalReader(directory: path).readAll()
        #expect(batch.damages.isEmpty)
        #expect(Array(batch.records.dropFirst()) == events)
    }

    @Test func aWriterStartsOnAFullDiskAndCatchesUp() async {
        let path = directory.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            try Sample.writer(path, Self.configuration).close()
            unlink("\(path)/reserve")
            Self.limitFileSize(to: 20)
            let writer = try Sample.writer(path, Self.configuration)
            for number in 0..<100 { writer.append(Sample.event(number)) }
            #expect(writer.status.trouble != nil)
            #expect(writer.status.unsyncedEntries == 101)
            Self.limitFileSize(to: .max)
            #expect(writer.wait(upTo: .seconds(60)) { $0.unsyncedEntries == 0 && $0.trouble == nil })
            writer.close()
            let records = try JournalReader(directory: path).readAll().records
            #expect(Array(records.dropFirst(2)) == (0..<100).map { Sample.event($0) })
        }
    }

    @Test func aFailedSyncEndsTheProcessWithAMessage() async {
        let path = directory.path
        let result = await #expect(processExitsWith: .exitCode(74), observing: [\.standardErrorContent]) {
            [path = path as String] in
            let writer = try Sample.writer(path, Self.configuration)
            // The null device takes every write and refuses to sync.
            let null = open("/dev/null", O_RDWR)
            for descriptor in 3..<1024 as Range<Int32> {
                var target = [CChar](repeating: 0, count: 4096)
                if readlink("/proc/self/fd/\(descriptor)", &target, 4095) > 0,
                    String(decoding: target.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                        .hasSuffix(".journal")
                {
                    dup2(null, descriptor)
                }
            }
            writer.append(Sample.event(1))
            writer.sync(upTo: .seconds(60))
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("journal stopped"))
        #expect(message.contains("cannot sync"))
    }
}

/// A small file system in memory, mounted for one test.
private final class TemporaryFileSystem {
    private let directory = TemporaryDirectory()
    var path: String { directory.path }

    struct MountFailure: Error {
        var errno: Int32
    }

    static let isPossible: Bool = geteuid() == 0 && (try? TemporaryFileSystem(byteCount: 1 << 16)) != nil

    init(byteCount: Int) throws {
        guard mount("tmpfs", directory.path, "tmpfs", 0, "size=\(byteCount)") == 0 else {
            throw MountFailure(errno: errno)
        }
    }

    deinit {
        umount2(directory.path, 2)
    }
}
