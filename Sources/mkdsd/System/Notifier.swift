internal import Glibc
internal import Logging
internal import MKDSCore
internal import QueryServer
internal import ServiceLifecycle

/// Tells systemd how the daemon stands: ready once the query socket answers, a status line, the watchdog's food.
///
/// It is the last service of the group, so its end is the first thing of an orderly stop.
final class Notifier: Service, CustomStringConvertible {
    /// `WATCHDOG_USEC` and `WATCHDOG_PID` of sd_watchdog_enabled(3).
    static func watchdogInterval(environment: [String: String], process: pid_t) -> Duration? {
        guard let text = environment["WATCHDOG_USEC"], let microseconds = Int64(text), microseconds > 0,
            environment["WATCHDOG_PID"].map({ $0 == String(process) }) ?? true
        else { return nil }
        return .microseconds(microseconds)
    }

    let description = "notifier"
    private let socket: NotifySocket?
    private let interval: Duration
    private let feedsWatchdog: Bool
    private let isListening: @Sendable () -> Bool
    private let status: any DaemonStatus
    private let heartbeats: HeartbeatBoard
    private let logger: Logger

    /// `isListening` must not block; it is asked until it is true, then the daemon is ready.
    init(
        socket: NotifySocket?, watchdog: Duration?, isListening: @escaping @Sendable () -> Bool,
        status: any DaemonStatus, heartbeats: HeartbeatBoard, logger: Logger
    ) {
        self.socket = socket
        // A third, so that two pings may fail before systemd acts.
        interval = min(watchdog.map { $0 / 3 } ?? .seconds(5), .seconds(5))
        feedsWatchdog = watchdog != nil
        self.isListening = isListening
        self.status = status
        self.heartbeats = heartbeats
        self.logger = logger
    }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while !self.isListening() { try await Task.sleep(for: .milliseconds(20)) }
                self.logger.notice("ready")
                self.socket?.send(["READY=1", "STATUS=ready"])
                var silent: Set<String> = []
                while true {
                    silent = await self.tell(silent)
                    try await Task.sleep(for: self.interval)
                }
            }
        } catch {
            // Cancelled by the order to stop; nothing else is thrown.
        }
        logger.notice("stopping")
        socket?.send(["STOPPING=1", "STATUS=stopping"])
    }

    /// Around a reload: systemd wants to know when it begins and when it is over.
    func reloading() {
        socket?.send(["RELOADING=1", "MONOTONIC_USEC=\(NotifySocket.monotonicMicroseconds)", "STATUS=reloading"])
    }

    func reloaded() {
        socket?.send(["READY=1", "STATUS=reloaded"])
    }

    /// Sends the status line and, when every loop has reported, the watchdog's food. Takes and returns the loops that
    /// had not reported: those named twice in a row are told, since the watchdog may be about to end this process.
    private func tell(_ before: Set<String>) async -> Set<String> {
        let snapshot = await status.snapshot()
        socket?.send(["STATUS=\(Self.statusLine(snapshot))"])
        let missing = heartbeats.missing()
        if missing.isEmpty {
            if feedsWatchdog { socket?.send(["WATCHDOG=1"]) }
        } else {
            logger.log(
                level: before.isDisjoint(with: missing) ? .debug : .warning, "loops that have not reported",
                metadata: ["loops": "\(missing.joined(separator: ", "))"])
        }
        return Set(missing)
    }

    static func statusLine(_ snapshot: DaemonSnapshot) -> String {
        let live = snapshot.cameras.count { $0.state == .live }
        let database =
            switch snapshot.database.state {
            case .up: "database up"
            case .starting: "database starting"
            case .down: "database away"
            }
        return "\(live) of \(snapshot.cameras.count) cameras live, \(database)"
    }
}
