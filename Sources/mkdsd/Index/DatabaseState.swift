internal import Linux
internal import Logging
internal import MKDSCore
internal import Postgres
internal import QueryServer
internal import Synchronization

/// Whether the database answers, as the parts that use it found; for health and for log lines at each change.
final class DatabaseState: Sendable {
    private let current: Mutex<DaemonSnapshot.Database>
    private let logger: Logger

    init(logger: Logger) {
        current = Mutex(DaemonSnapshot.Database(state: .starting, since: .now))
        self.logger = logger
    }

    var snapshot: DaemonSnapshot.Database { current.withLock { $0 } }

    /// It answers and its schema is right.
    func isUp() {
        let changed = current.withLock { current in
            if current.state == .up { return false }
            current = DaemonSnapshot.Database(state: .up, since: .now)
            return true
        }
        if changed { logger.info("database answers") }
    }

    /// It does not answer, or not as it should; `detail` must be free of secrets.
    func isDown(_ detail: String) {
        let changed = current.withLock { current in
            if current.state == .down && current.detail == detail { return false }
            let since = current.state == .down ? current.since : .now
            current = DaemonSnapshot.Database(state: .down, since: since, detail: detail)
            return true
        }
        if changed { logger.warning("database does not answer", metadata: ["error": "\(detail)"]) }
    }

    /// Connecting failed with `error`. What a private cluster says of itself is nearer to the cause; while it is made or
    /// recovers after our start it needs its time, which is no trouble.
    func isAway(_ error: String, _ cluster: PrivateCluster.State?) {
        switch cluster {
        case .down(let reason): isDown(reason)
        case .up, nil: isDown(error)
        case .starting, .stopped:
            switch snapshot.state {
            case .starting: current.withLock { $0.detail = error }
            case .up: isDown(error)
            // Being tried again: why it was down still says more.
            case .down: break
            }
        }
    }
}
