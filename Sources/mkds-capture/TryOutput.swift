internal import Glibc
internal import Media

/// Standard output and error of `mkds-capture try`, written at once and whole.
enum TryOutput {
    static func print(_ text: String) { write(text, to: STDOUT_FILENO) }

    static func complain(_ text: String) { write("mkds-capture: \(text)\n", to: STDERR_FILENO) }

    static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // Nobody reads any more: nothing is left to be said.
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}

/// Says on standard error how far it is, once it takes longer than two seconds: a line that is rewritten on a terminal,
/// a line every ten seconds elsewhere.
final class TryProgress {
    private let texts: TryTexts
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var next: ContinuousClock.Instant = .now + .seconds(2)
    private var isShown = false

    init(texts: TryTexts) {
        self.texts = texts
    }

    func show(position: Duration, events: Int) {
        guard ContinuousClock.now >= next else { return }
        let text = texts.progress(position: position.clock, events: events)
        TryOutput.write(isTerminal ? "\r\u{1b}[K\(text)" : "\(text)\n", to: STDERR_FILENO)
        isShown = isTerminal
        next = .now + (isTerminal ? .milliseconds(500) : .seconds(10))
    }

    /// Takes the line off the terminal before something else is printed.
    func clear() {
        guard isShown else { return }
        TryOutput.write("\r\u{1b}[K", to: STDERR_FILENO)
        isShown = false
    }
}

/// Ctrl-C and SIGTERM end the trial in order, so that what was found is still printed; a second one ends it at once.
enum TrySignals {
    /// Starts the one thread that waits for the signals. Call it before any other thread exists.
    static func raise(_ stop: StopFlag) {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var thread = pthread_t()
        // The thread holds the flag until the process ends.
        let context = Unmanaged.passRetained(stop)
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let stop = Unmanaged<StopFlag>.fromOpaque(context).takeRetainedValue()
                var signals = sigset_t()
                sigemptyset(&signals)
                sigaddset(&signals, SIGINT)
                sigaddset(&signals, SIGTERM)
                var number: Int32 = 0
                while sigwait(&signals, &number) == 0 {
                    if stop.isRaised { _exit(128 + number) }
                    stop.raise()
                }
                return nil
            }, context.toOpaque())
        if code != 0 {
            context.release()
            pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        } else {
            pthread_detach(thread)
        }
    }
}
