internal import Glibc
internal import Linux
internal import Logging
internal import MKDSCore
internal import Synchronization

/// Writes log lines to a descriptor on a thread of its own, so that a stalled reader of the log stalls nobody.
///
/// The queue is bounded: when it is full further lines are dropped and counted, and the count is written as soon as
/// there is room. `flush()` waits for what is queued, at most a second.
final class LogWriter: Sendable {
    private struct State {
        var lines: [String] = []
        var byteCount = 0
        var dropped = 0
        var isWriting = false
    }

    static let queueByteLimit = 1 << 20

    let style: LogLine.Style
    private let descriptor: Int32
    private let state = Mutex(State())
    private let wake: WakeCounter

    /// `descriptor` stays the caller's and must outlive the writer, which lives as long as the process.
    init(descriptor: Int32, style: LogLine.Style) throws(SystemError) {
        self.descriptor = descriptor
        self.style = style
        wake = try WakeCounter()
        try NamedThread(name: "log") { [self] in loop() }
    }

    /// The journal when systemd connected standard error to it (systemd.exec(5), JOURNAL_STREAM).
    static func style(ofDescriptor descriptor: Int32, journalStream: String?) -> LogLine.Style {
        var status = stat()
        guard let journalStream, fstat(descriptor, &status) == 0,
            journalStream == "\(status.st_dev):\(status.st_ino)"
        else { return .plain }
        return .journal
    }

    func write(_ line: String) {
        state.withLock { state in
            if state.byteCount + line.utf8.count > Self.queueByteLimit {
                state.dropped += 1
            } else {
                state.lines.append(line)
                state.byteCount += line.utf8.count
            }
        }
        wake.signal()
    }

    /// Waits until all that was written so far left the process, at most a second. Blocking: for the very end only.
    func flush() {
        let deadline = ContinuousClock.now + .seconds(1)
        while ContinuousClock.now < deadline {
            if state.withLock({ $0.lines.isEmpty && !$0.isWriting }) { return }
            wake.signal()
            usleep(1_000)
        }
    }

    // MARK: - The writing thread

    private func loop() {
        while true {
            wake.wait()
            let (lines, dropped) = state.withLock { state in
                let taken = (state.lines, state.dropped)
                state = State(isWriting: true)
                return taken
            }
            var bytes: [UInt8] = []
            for line in lines { bytes += Array(line.utf8) + [UInt8(ascii: "\n")] }
            if dropped > 0 {
                let line = LogLine.format(
                    level: .warning, label: "mkdsd.log",
                    message: "log lines dropped, the reader of the log is too slow",
                    metadata: [("count", "\(dropped)")], time: .now, style: style)
                bytes += Array(line.utf8) + [UInt8(ascii: "\n")]
            }
            put(bytes)
            state.withLock { $0.isWriting = false }
        }
    }

    private func put(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&entry, 1, 1_000)
            } else if errno != EINTR {
                return
            }
        }
    }
}
