internal import EventIndex
internal import Logging
internal import Postgres
internal import ServiceLifecycle

/// The database side: waits for the server, brings the schema up to date, then loads the spool and follows changes.
///
/// It never gives up: while the server is away, capture goes on and the spool grows.
final class IndexService: Service, CustomStringConvertible {
    let description = "event index"
    private let settings: ConnectionSettings
    private let cluster: PrivateCluster?
    private let feed: ChangeFeed
    private let load: @Sendable () async -> Void
    private let state: DatabaseState
    private let heartbeats: HeartbeatBoard
    private let logger: Logger

    /// `cluster` is the server when it is our own: its first seconds are no trouble, and it knows best why it is not
    /// up. `load` runs the loader until its task is cancelled.
    init(
        settings: ConnectionSettings, cluster: PrivateCluster?, feed: ChangeFeed,
        load: @escaping @Sendable () async -> Void, state: DatabaseState, heartbeats: HeartbeatBoard, logger: Logger
    ) {
        self.settings = settings
        self.cluster = cluster
        self.feed = feed
        self.load = load
        self.state = state
        self.heartbeats = heartbeats
        self.logger = logger
    }

    func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask {
                guard await self.prepare() else { return }
                await withDiscardingTaskGroup { parts in
                    parts.addTask { await self.load() }
                    parts.addTask { await self.feed.run() }
                    parts.addTask { await self.watch() }
                }
            }
            // Ends by the order to stop; what is not loaded yet waits in the spool.
            try? await gracefulShutdown()
            group.cancelAll()
        }
    }

    /// Until the schema is right; false when cancelled before.
    private func prepare() async -> Bool {
        var delay = RetryDelay(first: .milliseconds(50), longest: .seconds(5))
        while !Task.isCancelled {
            do {
                let applied = try await Migrator.migrate(settings)
                if !applied.isEmpty {
                    let numbers = applied.map(String.init).joined(separator: ", ")
                    logger.notice("schema brought up to date", metadata: ["migrations": "\(numbers)"])
                }
                state.isUp()
                return true
            } catch let error as PostgresError where error.code == .connection {
                state.isAway("\(error)", cluster?.state)
            } catch {
                if Task.isCancelled { return false }
                state.isDown("\(error)")
                logger.error("the database cannot be used", metadata: ["error": "\(error)"])
                delay = RetryDelay(first: .seconds(5), longest: .seconds(60))
            }
            // Ends early only by cancellation, which the loop's condition sees.
            try? await Task.sleep(for: delay.advance())
        }
        return false
    }

    /// Asks the server something every second, for health and for the watchdog.
    private func watch() async {
        let heartbeat = heartbeats.join(name: "index")
        defer { heartbeats.leave(heartbeat) }
        var connection: PostgresConnection?
        while !Task.isCancelled {
            heartbeat.beat()
            do {
                let current: PostgresConnection
                if let connection {
                    current = connection
                } else {
                    current = try await PostgresConnection.connect(settings, name: "watch")
                }
                connection = current
                // A server that hangs must not look like a loop of ours that hangs: well below the watchdog's 30 s.
                try await current.query("SELECT 1", deadline: .seconds(5))
                state.isUp()
            } catch {
                await connection?.close()
                connection = nil
                if !Task.isCancelled { state.isAway("\(error)", cluster?.state) }
            }
            try? await Task.sleep(for: .seconds(1))
        }
        await connection?.close()
    }
}
