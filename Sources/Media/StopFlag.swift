internal import Glibc
internal import Synchronization

/// Tells one thread to stop: it can be asked at any time, waited on, and raised from any thread, once and for all.
///
/// It owns an anonymous pipe; raising closes nothing but writes a byte, so a waiter wakes at once.
package final class StopFlag: Sendable {
    private let raised = Atomic(false)
    private let readEnd: Int32
    private let writeEnd: Int32

    package convenience init() {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) != 0 { ends = [-1, -1] }
        for end in ends where end >= 0 {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        self.init(readEnd: ends[0], writeEnd: ends[1])
    }

    /// Takes the ends of a pipe; negative where no descriptor was left: waiting then looks once a second.
    init(readEnd: Int32, writeEnd: Int32) {
        self.readEnd = readEnd
        self.writeEnd = writeEnd
    }

    deinit {
        if readEnd >= 0 { close(readEnd) }
        if writeEnd >= 0 { close(writeEnd) }
    }

    /// Readable once the flag is raised; negative when the kernel gave no descriptor. For `poll` only.
    package var descriptor: Int32 { readEnd }

    package var isRaised: Bool { raised.load(ordering: .acquiring) }

    package func raise() {
        guard !raised.exchange(true, ordering: .acquiringAndReleasing), writeEnd >= 0 else { return }
        var byte: UInt8 = 1
        _ = write(writeEnd, &byte, 1)
    }

    /// Blocks the calling thread for `duration` or until the flag is raised. Returns whether it is raised.
    @discardableResult
    package func wait(for duration: Duration) -> Bool {
        _ = waitReadable(-1, for: duration)
        return isRaised
    }

    /// Blocks the calling thread until `descriptor` can be read, the flag is raised or `duration` is over.
    ///
    /// - Parameters:
    ///   - descriptor: What to watch beside the flag; negative for nothing.
    ///   - duration: Longest wait.
    /// - Returns: true when the descriptor can be read or has ended.
    package func waitReadable(_ descriptor: Int32, for duration: Duration) -> Bool {
        let deadline = ContinuousClock.now + duration
        while !isRaised {
            let left = max(.zero, ContinuousClock.now.duration(to: deadline))
            // Rounded up, so that the last slice does not spin.
            let milliseconds = left > .zero ? min(left / .milliseconds(1) + 1, readEnd < 0 ? 1000 : 3_600_000) : 0
            var watched = [
                pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0),
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            ]
            poll(&watched, 2, Int32(milliseconds))
            if watched[1].revents != 0 { return true }
            if left == .zero { return false }
        }
        return false
    }
}
