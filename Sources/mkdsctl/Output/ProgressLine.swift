internal import Glibc

/// Says on standard error how far something is, once it takes longer than two seconds: a line that is rewritten on a
/// terminal, a line every ten seconds elsewhere.
struct ProgressLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let console = Console()
    private var next: ContinuousClock.Instant = .now + .seconds(2)
    private var isShown = false

    mutating func show(_ text: String) {
        guard ContinuousClock.now >= next else { return }
        if isTerminal {
            console.rewrite(text)
        } else {
            console.complain(text)
        }
        isShown = isTerminal
        next = .now + (isTerminal ? .milliseconds(200) : .seconds(10))
    }

    /// Takes the line off the terminal before something else is printed.
    mutating func clear() {
        if isShown { console.rewrite("") }
        isShown = false
    }
}
