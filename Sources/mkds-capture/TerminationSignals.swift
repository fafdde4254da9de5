internal import Glibc
internal import Media

/// SIGTERM and SIGINT as a flag: blocked in every thread and taken by one of its own, so no handler runs anywhere.
enum TerminationSignals {
    /// Call before any other thread starts, so that all inherit the mask. SIGPIPE is ignored as well: a closed pipe is
    /// an error code of `write`.
    static func raise(_ flag: StopFlag) {
        signal(SIGPIPE, SIG_IGN)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var thread = pthread_t()
        let passed = Unmanaged.passRetained(flag)
        let error = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let flag = Unmanaged<StopFlag>.fromOpaque(context).takeRetainedValue()
                var signals = sigset_t()
                sigemptyset(&signals)
                sigaddset(&signals, SIGTERM)
                sigaddset(&signals, SIGINT)
                var received: Int32 = 0
                while sigwait(&signals, &received) != 0 {}
                flag.raise()
                return nil
            }, passed.toOpaque())
        if error == 0 { pthread_detach(thread) } else { passed.release() }
    }
}
