internal import Linux
internal import Logging
internal import MKDSCore
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

    /// The first seconds of a private cluster are no trouble.
    func isStarting(_ detail: String) {
        current.withLock { current in
            if current.state == .starting { current.detail = detail }
        }
    }
}
