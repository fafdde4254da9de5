internal import Glibc

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
