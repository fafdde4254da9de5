internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import ServiceLifecycle
internal import Settings
internal import Synchronization

/// mkdsd's own PostgreSQL: made on the first start, started, watched, restarted and stopped by one thread.
///
/// It listens on a Unix socket only, whose directory is closed to everyone else, and lets in the user it runs as. A
/// server left over by a killed mkdsd is stopped first, so that the one in use is always our child. PostgreSQL itself
/// recovers its data after any kill.
final class PrivateCluster: Service, CustomStringConvertible {
    private struct Pauses {
        var next = Duration.milliseconds(250)

        mutating func advance() -> Duration {
            defer { next = min(next * 2, .seconds(10)) }
            return next
        }
    }

    let description = "private cluster"
    private let settings: DaemonSettings.PrivateCluster
    private let programDirectory: String
    private let userName: String
    private let heartbeats: HeartbeatBoard
    private let logger: Logger
    private let stops = Atomic<Bool>(false)
    private let wake: WakeCounter
    private let ended: AsyncStream<Void>
    private let endedContinuation: AsyncStream<Void>.Continuation

    /// - Throws: ``ClusterError`` when it cannot work here at all: run as root, no PostgreSQL installed.
    init(settings: DaemonSettings.PrivateCluster, heartbeats: HeartbeatBoard, logger: Logger) throws {
        guard geteuid() != 0 else {
            throw ClusterError(
                description: "PostgreSQL does not run as root, so mkdsd with a private database cannot either: "
                    + "start it as an ordinary user (mkdsd.service does), or set database.url")
        }
        self.settings = settings
        programDirectory = try ClusterPrograms.directory(settings)
        userName = try Self.ownName()
        self.heartbeats = heartbeats
        self.logger = logger
        wake = try WakeCounter()
        (ended, endedContinuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// libpq keywords that reach the cluster's maintenance database.
    var connectionString: String {
        let quoted = settings.socketDirectory.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
        return "host='\(quoted)' port=5432 user='\(userName)' dbname=postgres"
    }

    func run() async throws {
        try WorkerThread.start(name: "cluster") { [self] in
            loop()
            endedContinuation.finish()
        }
        try? await gracefulShutdown()
        stops.store(true, ordering: .relaxed)
        wake.signal()
        for await _ in ended {}
    }

    // MARK: - The thread

    private func loop() {
        let heartbeat = heartbeats.join(name: "cluster")
        defer { heartbeats.leave(heartbeat) }
        var pauses = Pauses()
        while !stops.load(ordering: .relaxed) {
            let began = ContinuousClock.now
            do {
                try prepare(heartbeat)
                try serve(heartbeat)
            } catch {
                logger.error("private database cannot run", metadata: ["error": "\(error)"])
            }
            if ContinuousClock.now - began > .seconds(30) { pauses = Pauses() }
            pause(pauses.advance(), heartbeat)
        }
    }

    private func prepare(_ heartbeat: HeartbeatBoard.Heartbeat) throws {
        try makeDirectory(settings.socketDirectory)
        if access(settings.directory + "/PG_VERSION", F_OK) != 0 { try initialise(heartbeat) }
        guard chmod(settings.directory, 0o700) == 0 else { throw SystemError("close \(settings.directory) to others") }
        stopLeftOver(heartbeat)
    }

    private func makeDirectory(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard chmod(path, 0o700) == 0 else { throw SystemError("close \(path) to others") }
    }

    /// Makes the cluster beside its place and moves it there, so that half a cluster is never taken for one.
    private func initialise(_ heartbeat: HeartbeatBoard.Heartbeat) throws {
        let temporary = settings.directory + ".new"
        if access(temporary, F_OK) == 0 { try FileManager.default.removeItem(atPath: temporary) }
        let parent = settings.directory.lastIndex(of: "/").map { String(settings.directory[..<$0]) } ?? "/"
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        logger.notice("making the private database", metadata: ["directory": "\(settings.directory)"])
        let child = try ChildProcess(
            program: programDirectory + "/initdb",
            arguments: [
                "--pgdata=\(temporary)", "--username=\(userName)", "--auth=peer", "--encoding=UTF8",
                "--locale=C.UTF-8", "--data-checksums",
            ], environment: Self.environment)
        child.closeInput()
        let (ending, lastLine) = watch(child, heartbeat)
        guard ending == .status(0) else {
            throw ClusterError(description: "initdb ended with \(ending): \(lastLine)")
        }
        guard rename(temporary, settings.directory) == 0 else {
            throw SystemError("move the new database to \(settings.directory)")
        }
    }

    /// Runs the server until it ends, by itself or on our order.
    private func serve(_ heartbeat: HeartbeatBoard.Heartbeat) throws {
        let socketDirectory = settings.socketDirectory.replacing("\"", with: "\"\"")
        let options = [
            "listen_addresses=", "unix_socket_directories=\"\(socketDirectory)\"", "unix_socket_permissions=0700",
            "port=5432", "logging_collector=off", "log_destination=stderr", "log_line_prefix=",
            "log_min_error_statement=panic", "timezone=UTC", "log_timezone=UTC", "max_connections=50",
            "shared_buffers=128MB", "wal_compression=on", "max_wal_size=2GB", "jit=off",
        ]
        let child = try ChildProcess(
            program: programDirectory + "/postgres",
            arguments: ["-D", settings.directory] + options.flatMap { ["-c", $0] }, environment: Self.environment)
        child.closeInput()
        logger.info("private database started", metadata: ["pid": "\(child.identifier)"])
        let (ending, _) = watch(child, heartbeat)
        if stops.load(ordering: .relaxed) {
            logger.info("private database stopped", metadata: ["ending": "\(ending)"])
        } else {
            logger.error("private database ended, it is restarted", metadata: ["ending": "\(ending)"])
        }
    }

    /// Passes the child's lines to the log until it ends, on our order in the steps of ``StopOrders``. Returns its last
    /// line beside how it ended.
    private func watch(
        _ child: ChildProcess, _ heartbeat: HeartbeatBoard.Heartbeat
    ) -> (ChildProcess.Ending, String) {
        var lines = LineAssembler(byteLimit: 16 << 10)
        var lastLine = ""
        var orders: StopOrders?
        while true {
            heartbeat.beat()
            wait([wake.descriptor, child.output, child.errors, child.pidDescriptor])
            wake.drain()
            for (descriptor, close) in [(child.output, child.closeOutput), (child.errors, child.closeErrors)]
            where descriptor >= 0 {
                guard let bytes = ChildProcess.read(descriptor) else {
                    close()
                    continue
                }
                for line in lines.add(bytes) {
                    lastLine = String(decoding: line, as: UTF8.self)
                    let (level, text) = ClusterLog.parse(lastLine)
                    logger.log(level: level, "database: \(text)")
                }
            }
            if let ending = child.reap() { return (ending, lastLine) }
            guard stops.load(ordering: .relaxed) else { continue }
            var current = orders ?? StopOrders(began: .now)
            if let signal = current.due(at: .now) { child.send(signal: signal) }
            orders = current
        }
    }

    /// Ends a server that an earlier, killed mkdsd left running.
    private func stopLeftOver(_ heartbeat: HeartbeatBoard.Heartbeat) {
        guard let leftOver = LeftOverServer(directory: settings.directory) else { return }
        logger.notice("stopping the database server of an earlier run", metadata: ["pid": "\(leftOver.identifier)"])
        var orders = StopOrders(began: .now)
        while leftOver.isAlive {
            heartbeat.beat()
            if let signal = orders.due(at: .now) { leftOver.send(signal: signal) }
            wait([leftOver.descriptor])
        }
    }

    private func pause(_ duration: Duration, _ heartbeat: HeartbeatBoard.Heartbeat) {
        let until = ContinuousClock.now + duration
        while ContinuousClock.now < until, !stops.load(ordering: .relaxed) {
            heartbeat.beat()
            let rest = Int32(min(1_000, max(1, (until - .now) / .milliseconds(1))))
            wait([wake.descriptor], milliseconds: rest)
        }
    }

    /// Waits until something is readable, at most a second.
    private func wait(_ descriptors: [Int32], milliseconds: Int32 = 1_000) {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        _ = poll(&entries, nfds_t(entries.count), milliseconds)
    }

    private static let environment = ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"]

    private static func ownName() throws -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwuid_r(geteuid(), &entry, &buffer, buffer.count, &found) == 0, found != nil else {
            throw ClusterError(description: "the user with number \(geteuid()) has no name, which PostgreSQL needs")
        }
        return String(cString: entry.pw_name)
    }
}

/// Why there can be no private cluster.
struct ClusterError: Error, Hashable, Sendable, CustomStringConvertible {
    var description: String
}
