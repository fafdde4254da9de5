internal import Linux
internal import MKDSCore
internal import QueryServer
internal import Synchronization

/// What the capture processes said last, for health and the list of cameras.
final class CaptureBoard: Sendable {
    private struct Group {
        var isRunning = false
        /// When it was planned, or when its last process that had reported ended.
        var since: UTCTime
        var starts = 0
        /// The last one; it outlives its process.
        var report: CaptureReport?
        /// Whether the process of now has reported.
        var hasReported = false
    }

    private let groups = Mutex<[String: Group]>([:])

    /// A group has cameras: from now on it is missed until it reports.
    func planned(group: String, at time: UTCTime = .now) {
        groups.withLock { groups in
            if groups[group] == nil { groups[group] = Group(since: time) }
        }
    }

    /// Says nothing of health yet: a process that dies before its first report has done nothing.
    func started(group: String) {
        groups.withLock { groups in
            groups[group]?.isRunning = true
            groups[group]?.starts += 1
        }
    }

    func reported(_ report: CaptureReport, group: String) {
        groups.withLock { groups in
            groups[group]?.report = report
            groups[group]?.hasReported = true
        }
    }

    func ended(group: String, at time: UTCTime = .now) {
        groups.withLock { groups in
            guard var entry = groups[group] else { return }
            if entry.hasReported { entry.since = time }
            entry.isRunning = false
            entry.hasReported = false
            groups[group] = entry
        }
    }

    /// A group without cameras is no longer spoken of.
    func forget(group: String) {
        groups.withLock { $0[group] = nil }
    }

    /// The latest word on every camera, sorted by id; nothing of those whose group has been silent for too long.
    func cameras(at time: UTCTime) -> [CameraStatus] {
        groups.withLock { groups in
            groups.values.compactMap(\.report).filter { time - $0.time <= DaemonSnapshot.Group.grace }
                .flatMap(\.cameras).sorted { $0.camera < $1.camera }
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
