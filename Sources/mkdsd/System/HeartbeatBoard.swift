internal import Synchronization

/// Proof that every work loop still turns: the watchdog is fed only when all have reported since it last was.
final class HeartbeatBoard: Sendable {
    /// One loop's place on the board.
    final class Heartbeat: Sendable {
        let name: String
        fileprivate let hasBeaten = Atomic<Bool>(true)

        fileprivate init(name: String) {
            self.name = name
        }

        /// Cheap; to be called once a second or oftener.
        func beat() {
            hasBeaten.store(true, ordering: .relaxed)
        }
    }

    private let heartbeats = Mutex<[Heartbeat]>([])

    /// Adds a loop; it counts as having just reported.
    func join(name: String) -> Heartbeat {
        let heartbeat = Heartbeat(name: name)
        heartbeats.withLock { $0.append(heartbeat) }
        return heartbeat
    }

    /// Takes a loop that ended in order off the board.
    func leave(_ heartbeat: Heartbeat) {
        heartbeats.withLock { list in list.removeAll { $0 === heartbeat } }
    }

    /// The loops that have not reported since the last complete round; when there are none, a new round begins.
    func missing() -> [String] {
        heartbeats.withLock { list in
            let missing = list.filter { !$0.hasBeaten.load(ordering: .relaxed) }.map(\.name)
            if missing.isEmpty {
                for heartbeat in list { heartbeat.hasBeaten.store(false, ordering: .relaxed) }
            }
            return missing
        }
    }
}
