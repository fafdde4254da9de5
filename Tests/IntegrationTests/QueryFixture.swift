import EventIndex
import FoundationEssentials
import Glibc
import Logging
import MKDSCore
import NIOCore
import NIOPosix
import QueryAPI
import QueryServer
import ServiceLifecycle
import Synchronization
import Testing

/// All tests of the query server, one after another: each makes a database, and many at once exhaust the server's locks.
@Suite(.serialized) enum QueryServerTests {}

/// The real query server on a real Unix socket over a real index with a small register.
struct QueryFixture {
    let index: LoaderFixture
    let client: QueryClient
    let server: QueryServer
    let log: LogRecorder
    let status: FixedStatus
    private let group: ServiceGroup

    /// Rules that let the running user in as administrator.
    static var ownRules: AccessRules { AccessRules(administratorUsers: [String(getuid())]) }

    static func with<Value>(
        access: AccessRules = ownRules, limits: QueryServerConfiguration.Limits = .init(),
        _ body: (QueryFixture) async throws -> Value
    ) async throws -> Value {
        try await LoaderFixture.with { index in
            let path = index.directory + "/q.sock"
            return try await with(
                index, .path(path, group: nil), path: path, access: access, limits: limits, body)
        }
    }

    static func with<Value>(
        _ index: LoaderFixture, _ listener: QueryServerConfiguration.Listener, path: String,
        access: AccessRules = ownRules, limits: QueryServerConfiguration.Limits = .init(),
        _ body: (QueryFixture) async throws -> Value
    ) async throws -> Value {
        let log = LogRecorder()
        let logger = Logger(label: "test") { _ in log }
        let feed = ChangeFeed(index.settings)
        let reader = IndexReader(index.settings)
        let status = FixedStatus()
        let server = QueryServer(
            configuration: QueryServerConfiguration(listener: listener, access: access, limits: limits),
            services: QueryServices(
                index: reader, register: Register(index.settings), feed: feed, status: status, errands: NoErrands()),
            logger: logger)
        let group = ServiceGroup(configuration: .init(services: [server], logger: Logger(label: "group") { _ in log }))
        let fixture = QueryFixture(
            index: index, client: QueryClient(path: path), server: server, log: log, status: status, group: group)
        let running = Task { try await group.run() }
        let listening = Task { await feed.run() }
        do {
            try await fixture.waitUntilListening(running)
            let value = try await body(fixture)
            await fixture.stop()
            try await running.value
            listening.cancel()
            await listening.value
            return value
        } catch {
            await fixture.stop()
            _ = try? await running.value
            listening.cancel()
            await listening.value
            throw error
        }
    }

    /// Orders the server to stop.
    func stop() async { await group.triggerGracefulShutdown() }

    private func waitUntilListening(_ running: Task<Void, any Error>) async throws {
        while log.count(of: "query socket open") == 0 {
            if log.count(of: "query socket closed") > 0 || running.isCancelled { break }
            if log.hasFailed { try await running.value }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Stores events and returns them newest first, as lists do.
    @discardableResult
    func store(_ events: [Event]) async throws -> [Event] {
        try index.write(events.map { .event($0) })
        try await index.load()
        return events.sorted { ($0.start, $0.id) > ($1.start, $1.id) }
    }

    /// A document of more than one piece.
    static let documentBytes = (0..<7_000).map { UInt8(truncatingIfNeeded: $0) }

    /// Stores a document that told of an event.
    func tell(of event: Event) async throws -> RawDocument {
        let records = RawDocument.records(
            of: Self.documentBytes,
            RawDocument(
                id: UUIDv7(at: event.start), camera: event.camera, received: event.start, path: .track,
                digest: [UInt8](repeating: 0xab, count: 32), byteCount: 0, cutCount: 1, pan: 0.5, events: [event.id],
                tail: []))
        try index.write(records)
        try await index.load()
        guard case .document(let document)? = records.last else { preconditionFailure("documents end with themselves") }
        return document
    }

    /// Closed events of camera `a`, one a second from noon on.
    static func series(_ count: Int, camera: String = "a", from start: UTCTime? = nil) -> [Event] {
        let start = start ?? LoaderFixture.time("2026-03-01T12:00:00Z")
        return (0..<count).map { number in
            LoaderFixture.closed(
                LoaderFixture.event(camera, start + .seconds(number)), after: 1, revision: 1)
        }
    }
}

/// A daemon without a capture program; SystemTests have a real one.
struct NoErrands: CameraErrands {
    func start(_ errand: CameraErrand, for uid: UInt32) async throws -> ErrandRun { throw ErrandError.notStarted }
}

/// A daemon whose state a test sets.
final class FixedStatus: DaemonStatus {
    static let start = UTCTime(seconds: 1_795_000_000)
    private let current: Mutex<DaemonSnapshot>

    init() {
        var metadata = MetadataStatus()
        metadata.documents = 3
        metadata.unknownTopics = ["Vendor/Unheard/Of": 2]
        var camera = CameraStatus(
            camera: LoaderFixture.camera("a"), state: .live, since: Self.start, codec: "h264", width: 1920,
            height: 1080, frameRate: 25, bitRate: 3_000_000, lastPacket: Self.start)
        camera.metadata = metadata
        current = Mutex(
            DaemonSnapshot(
                time: Self.start, version: "test", started: Self.start,
                cameras: [camera],
                groups: [.init(name: "g1", isRunning: true, since: Self.start, lastReport: Self.start)],
                loader: .init(rows: 3), database: .init(state: .up, since: Self.start),
                spool: .init(usedByteCount: 1, freeByteCount: 1 << 40)))
    }

    func change(_ body: (inout DaemonSnapshot) -> Void) { current.withLock { body(&$0) } }

    func snapshot() async -> DaemonSnapshot { current.withLock { $0 } }
}

/// Keeps what was logged.
final class LogRecorder: LogHandler {
    struct Line: Sendable {
        var level: Logger.Level
        var message: String
        var metadata: [String: String]
    }

    private let lines = Mutex<[Line]>([])

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .debug }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let metadata = (event.metadata ?? [:]).mapValues { "\($0)" }
        let line = Line(level: event.level, message: "\(event.message)", metadata: metadata)
        lines.withLock { $0.append(line) }
    }

    var all: [Line] { lines.withLock { $0 } }

    func count(of message: String) -> Int { all.count { $0.message == message } }

    var hasFailed: Bool { all.contains { $0.level >= .error } }

    /// The first line that fits; waits for it, since the server logs after it has answered.
    func line(where fits: (Line) -> Bool) async throws -> Line {
        while true {
            if let line = all.first(where: fits) { return line }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}
