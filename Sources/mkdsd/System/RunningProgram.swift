internal import Glibc

/// Another program at work for us, whoever started it. Owned by one thread.
protocol RunningProgram: AnyObject {
    var streams: StandardStreams { get }
    /// Number of the process, 0 while it is not known.
    var identifier: pid_t { get }
    /// Readable when ``reap()`` has something to do.
    var news: Int32 { get }

    func send(signal: Int32)
    /// How it ended, once it did; call it until it says so, and then no more. Nil while it runs.
    func reap() -> ProgramEnding?
}

enum ProgramEnding: Hashable, Sendable, CustomStringConvertible {
    case status(Int32)
    case signal(Int32)
    /// A unit of systemd, which alone knows how.
    case unit

    var description: String {
        switch self {
        case .status(let code): "exit status \(code)"
        case .signal(let number): "signal \(number)"
        case .unit: "see the journal of mkds-capture@*.service"
        }
    }
}
