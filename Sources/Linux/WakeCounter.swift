internal import CLinux
internal import Glibc

/// An event counter (eventfd) by which any thread wakes one that waits.
package final class WakeCounter: Sendable {
    /// Readable while signalled; for `poll` together with others. Owned by this object.
    package let descriptor: Int32

    package init() throws(SystemError) {
        descriptor = mkds_eventfd()
        guard descriptor >= 0 else { throw SystemError("make an event counter") }
    }

    deinit { close(descriptor) }

    /// Ends the wait that is under way, or the next one.
    package func signal() {
        _ = mkds_eventfd_signal(descriptor)
    }

    /// Resets the counter.
    package func drain() {
        _ = mkds_eventfd_drain(descriptor)
    }

    /// Blocks until signalled or, with a limit, until that time is over, then resets the counter.
    ///
    /// With a limit a signal to the process may end it early.
    package func wait(upTo limit: Duration? = nil) {
        if let limit {
            _ = mkds_wait_readable([descriptor], 1, limit.pollMilliseconds)
        } else {
            while mkds_wait_readable([descriptor], 1, -1) == 0 {}
        }
        drain()
    }
}

extension Duration {
    /// For `poll`: milliseconds, rounded up, at least 0, at most an hour.
    package var pollMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        if seconds >= 3600 { return 3_600_000 }
        if seconds < 0 || attoseconds < 0 { return 0 }
        return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
