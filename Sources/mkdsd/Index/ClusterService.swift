internal import Postgres
internal import ServiceLifecycle

/// Runs the private PostgreSQL cluster as a part of the daemon: first to start, last to stop.
///
/// While the cluster stops, which may take as long as its checkpoint needs, systemd is asked for more time again and
/// again (`EXTEND_TIMEOUT_USEC=` of sd_notify(3)), so that `TimeoutStopSec=` does not cut the database down half-way.
final class ClusterService: Service, CustomStringConvertible {
    let description = "private cluster"
    private let cluster: PrivateCluster
    private let socket: NotifySocket?
    /// A quarter of what is asked for each time, so that a message may be late.
    private static let interval = Duration.seconds(5)

    init(_ cluster: PrivateCluster, socket: NotifySocket?) {
        self.cluster = cluster
        self.socket = socket
    }

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.runUntilShutdown() }
            group.addTask { await self.extendStop() }
            // The cluster ends first, unless the group was cancelled; then it ends at once, too.
            await group.next()
            group.cancelAll()
        }
    }

    private func runUntilShutdown() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.cluster.run() }
            try? await gracefulShutdown()
            askForTime()
            group.cancelAll()
        }
    }

    private func extendStop() async {
        do {
            try await gracefulShutdown()
            while true {
                try await Task.sleep(for: Self.interval)
                askForTime()
            }
        } catch {
            // Cancelled: the cluster has stopped.
        }
    }

    private func askForTime() {
        socket?.send(["EXTEND_TIMEOUT_USEC=20000000"])
    }
}
