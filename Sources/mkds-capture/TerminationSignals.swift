internal import Glibc
internal import Linux
internal import Media

/// SIGTERM and SIGINT as a flag: blocked in every thread and taken by one of its own, so no handler runs anywhere.
enum TerminationSignals {
    /// Call before any other thread starts, so that all inherit the mask. SIGPIPE is ignored as well: a closed pipe is
    /// an error code of `write`.
    static func raise(_ flag: StopFlag) {
        signal(SIGPIPE, SIG_IGN)
        let signals = Self.blocked()
        // Without the thread the end of the input still ends the process.
        _ = try? NamedThread(name: "signals") {
            while take(signals) == nil {}
            flag.raise()
        }
    }

    /// For a person at a terminal: the first signal raises the flag, so that what was found is still printed; a second
    /// one ends the process at once. SIGPIPE keeps its effect. Call before any other thread starts.
    static func raiseOnce(_ flag: StopFlag) {
        let signals = Self.blocked()
        do throws(SystemError) {
            try NamedThread(name: "signals") {
                while let number = take(signals) {
                    if flag.isRaised { _exit(128 + number) }
                    flag.raise()
                }
            }
        } catch {
            var signals = signals
            pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        }
    }

    /// Waits for one of the signals; nil when the kernel does not let it.
    private static func take(_ signals: sigset_t) -> Int32? {
        var signals = signals
        var number: Int32 = 0
        return sigwait(&signals, &number) == 0 ? number : nil
    }

    /// Blocks both in this thread and those it starts.
    private static func blocked() -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        return signals
    }
}
