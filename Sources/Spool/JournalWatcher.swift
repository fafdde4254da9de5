internal import CLinux
internal import Glibc

/// Waits until something is written in one of several directories, or until it is woken. Any thread may wake; one waits.
package final class JournalWatcher: Sendable {
    private let changes: FileDescriptor
    private let bell: FileDescriptor

    /// Watches directories that exist.
    package init(directories: [String]) throws(SpoolError) {
        changes = try FileDescriptor(adopting: mkds_inotify(), "cannot watch directories")
        bell = try FileDescriptor(adopting: mkds_eventfd(), "cannot make an event counter")
        for directory in directories where mkds_inotify_watch_directory(changes.raw, directory) < 0 {
            throw SpoolError.system("cannot watch the directory \(directory)", code: .directory)
        }
    }

    /// Waits, blocking the thread. True when it ended before the time was over. What was written since the last wait
    /// ends the next one at once, so nothing is missed between reading and waiting.
    @discardableResult
    package func wait(upTo limit: Duration) -> Bool {
        let ready = mkds_wait_readable([changes.raw, bell.raw], 2, limit.pollMilliseconds)
        _ = mkds_inotify_drain(changes.raw)
        _ = mkds_eventfd_drain(bell.raw)
        return ready > 0
    }

    /// Ends the wait that is under way, or the next one.
    package func wake() {
        _ = mkds_eventfd_signal(bell.raw)
    }
}

extension Duration {
    /// For poll: rounded up, at least 0, at most an hour.
    var pollMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        if seconds >= 3600 { return 3_600_000 }
        if seconds < 0 || attoseconds < 0 { return 0 }
        return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
