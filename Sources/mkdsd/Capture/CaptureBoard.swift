internal import Linux
internal import MKDSCore
internal import QueryServer
internal import Synchronization

/// What the capture processes said last, for health and the list of cameras.
final class CaptureBoard: Sendable {
    private struct Group {
        var isRunning = false
        var since: UTCTime
        var starts = 0
        var report: CaptureReport?
    }

    private let groups = Mutex<[String: Group]>([:])

    func started(group: String) {
        groups.withLock { groups in
            var entry = groups[group] ?? Group(since: .now)
            entry.isRunning = true
            entry.since = .now
            entry.starts += 1
            groups[group] = entry
        }
    }

    func reported(_ report: CaptureReport, group: String) {
        groups.withLock { $0[group]?.report = report }
    }

    func ended(group: String) {
        groups.withLock { groups in
            groups[group]?.isRunning = false
            groups[group]?.since = .now
        }
    }

    /// A group without cameras is no longer spoken of.
    func forget(group: String) {
        groups.withLock { $0[group] = nil }
    }

    /// The latest word on every camera, sorted by id.
    var cameras: [CameraStatus] {
        groups.withLock { groups in
            groups.values.flatMap { $0.report?.cameras ?? [] }.sorted { $0.camera < $1.camera }
        }
    }

    var snapshots: [DaemonSnapshot.Group] {
        groups.withLock { groups in
            groups.sorted { $0.key < $1.key }.map { name, group in
                DaemonSnapshot.Group(
                    name: name, isRunning: group.isRunning, since: group.since, restarts: max(0, group.starts - 1),
                    lastReport: group.report?.time, unsyncedEntries: group.report?.unsyncedEntries ?? 0,
                    spoolTrouble: group.report?.spoolTrouble, cpuSeconds: group.report?.cpuSeconds ?? 0,
                    walls: group.report?.walls)
            }
        }
    }
}
