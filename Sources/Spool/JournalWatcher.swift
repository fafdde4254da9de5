internal import CLinux
internal import Glibc
internal import Linux

/// Waits until something is written in one of several directories, or until it is woken. Any thread may wake; one waits.
package final class JournalWatcher: Sendable {
    private let changes: FileDescriptor
    private let bell: WakeCounter

    /// Watches directories that exist.
    package init(directories: [String]) throws(SpoolError) {
        changes = try FileDescriptor(adopting: mkds_inotify(), "cannot watch directories")
        bell = try .forSpool()
        for directory in directories where mkds_inotify_watch_directory(changes.raw, directory) < 0 {
            throw SpoolError.system("cannot watch the directory \(directory)", code: .directory)
        }
    }

    /// Waits, blocking the thread. True when it ended before the time was over. What was written since the last wait
    /// ends the next one at once, so nothing is missed between reading and waiting.
    @discardableResult
    package func wait(upTo limit: Duration) -> Bool {
        let ready = mkds_wait_readable([changes.raw, bell.descriptor], 2, limit.pollMilliseconds)
        _ = mkds_inotify_drain(changes.raw)
        bell.drain()
        return ready > 0
    }

    /// Ends the wait that is under way, or the next one.
    package func wake() {
        bell.signal()
    }
}

extension WakeCounter {
    static func forSpool() throws(SpoolError) -> WakeCounter {
        do throws(SystemError) { return try WakeCounter() } catch { throw SpoolError(error) }
    }
}
