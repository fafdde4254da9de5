import Glibc
import Linux
import MKDSCore
import Spool

/// Writes events, runs, gaps, samples and documents as a group of busy cameras would, through the real journal, until its
/// input ends.
///
/// Every event is opened, extended a few times and closed; at any moment some are open, so a kill leaves open ones.
struct LoadGenerator {
    private let writer: JournalWriter
    private let recordsPerSecond: Int
    private var random: SystemRandomNumberGenerator = SystemRandomNumberGenerator()
    private var open: [Event] = []
    private var connection: StreamRun
    private var gap: Gap?
    private var sampleCount = 0
    private var pending: ArraySlice<JournalRecord> = []
    private static let openLimit = 50

    init(spool: String, recordsPerSecond: Int) throws {
        // Small files, so that killing hits their changes, too.
        let configuration = SpoolConfiguration(
            fileByteLimit: 256 << 10, syncInterval: .milliseconds(20), reserveByteCount: 1 << 20)
        writer = try JournalWriter(
            directory: spool, configuration: configuration, version: "mkds-load", now: { .now })
        self.recordsPerSecond = recordsPerSecond
        let now = UTCTime.now
        connection = StreamRun(
            id: UUIDv7(at: now), camera: Self.camera(0), codec: "h264", width: 1920, height: 1080, firstPacket: now,
            lastPacket: now, packets: 1, bytes: 1000, clock: .arrival)
        writer.append(.run(connection))
    }

    private static func camera(_ number: Int) -> CameraID {
        guard let id = CameraID("load-\(number)") else { preconditionFailure("not a camera id") }
        return id
    }

    /// Appends in steps of 10 ms until standard input ends, then closes the journal in order.
    mutating func run() {
        var input = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        while poll(&input, 1, 10) == 0 {
            for _ in 0..<max(1, recordsPerSecond / 100) { writer.append(next()) }
        }
        writer.close()
    }

    private mutating func next() -> JournalRecord {
        let now = UTCTime.now
        switch Int.random(in: 0..<100, using: &random) {
        case 0:
            connection.revision += 1
            connection.lastPacket = now
            connection.packets += 25
            return .run(connection)
        case 1: return .gap(nextGap(now))
        case 2: return .sample(nextSample(now))
        case 3..<10 where !open.isEmpty: return document(now)
        case 3..<35 where open.count < Self.openLimit: return .event(opened(now))
        default: return open.isEmpty ? .event(opened(now)) : .event(continued(now))
        }
    }

    /// The next entry of a document, of which up to three pieces precede the last one.
    private mutating func document(_ now: UTCTime) -> JournalRecord {
        if pending.isEmpty {
            let bytes = (0..<Int.random(in: 0..<10_000, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            pending =
                RawDocument.records(
                    of: bytes,
                    RawDocument(
                        id: UUIDv7(at: now), camera: Self.camera(2), received: now, path: .track,
                        digest: Array(bytes.prefix(32)) + [UInt8](repeating: 0, count: max(0, 32 - bytes.count)),
                        byteCount: 0, events: open.suffix(3).map(\.id), tail: []))[...]
        }
        return pending.removeFirst()
    }

    private mutating func nextGap(_ now: UTCTime) -> Gap {
        if var closing = gap {
            closing.revision += 1
            closing.end = now
            gap = nil
            return closing
        }
        let opened = Gap(id: UUIDv7(at: now), camera: Self.camera(1), start: now, reason: .lost, detail: "load")
        gap = opened
        return opened
    }

    /// Of an earlier minute each time: a run has one sample a minute.
    private mutating func nextSample(_ now: UTCTime) -> StreamSample {
        sampleCount += 1
        return StreamSample(
            camera: connection.camera, run: connection.id,
            minute: StreamSample.minute(of: connection.firstPacket) - .seconds(60 * sampleCount),
            duration: .seconds(60), packets: UInt32(sampleCount), bytes: UInt64(sampleCount) * 1000)
    }

    private mutating func opened(_ now: UTCTime) -> Event {
        let event = Event(
            id: UUIDv7(at: now), camera: Self.camera(.random(in: 0..<32, using: &random)), kind: .motion, start: now,
            lastSeen: now, clock: .arrival, peak: .random(in: 0..<1, using: &random), detail: "zátěž")
        open.append(event)
        return event
    }

    private mutating func continued(_ now: UTCTime) -> Event {
        let index = Int.random(in: 0..<open.count, using: &random)
        open[index].revision += 1
        open[index].lastSeen = now
        open[index].detail = "revize \(open[index].revision)"
        guard Int.random(in: 0..<3, using: &random) == 0 else { return open[index] }
        var closed = open.remove(at: index)
        closed.end = now
        closed.endReason = .over
        return closed
    }
}
