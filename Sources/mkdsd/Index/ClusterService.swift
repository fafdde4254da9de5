internal import Postgres
internal import ServiceLifecycle

/// Runs the private PostgreSQL cluster as a part of the daemon: first to start, last to stop.
final class ClusterService: Service, CustomStringConvertible {
    let description = "private cluster"
    private let cluster: PrivateCluster

    init(_ cluster: PrivateCluster) {
        self.cluster = cluster
    }

    func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.cluster.run() }
            try? await gracefulShutdown()
            group.cancelAll()
        }
    }
}
