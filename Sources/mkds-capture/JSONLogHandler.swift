internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import Synchronization

/// Writes each log line as one JSON object on standard error: `{"level":…,"message":…,"camera":…}`.
///
/// Camera threads log, and the reader of the pipe may hang: a line that would have to wait is dropped, and the next one
/// that gets through says how many were.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    private let output: LogOutput

    init(output: LogOutput = .standardError) {
        self.output = output
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.mapValues { "\($0)" }
        fields["level"] = event.level.rawValue
        fields["message"] = event.message.description
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(fields) else { return }
        output.write(Array(data))
    }
}

/// A descriptor that takes log lines and never makes their writer wait.
final class LogOutput: Sendable {
    static let standardError = LogOutput(descriptor: STDERR_FILENO)

    private let descriptor: Int32
    private let droppedCount = Mutex(0)

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Writes a line, or drops it when the reader is not keeping up.
    ///
    /// A pipe that polls as writable takes `PIPE_BUF` bytes at once, and a longer line is dropped whatever the reader
    /// does: nothing a camera says may be that long.
    func write(_ line: [UInt8]) {
        droppedCount.withLock { dropped in
            guard line.count < Int(PIPE_BUF), isReady else {
                dropped += 1
                return
            }
            LineOutput.write(line, to: descriptor)
            guard dropped > 0, isReady else { return }
            let notice = #"{"level":"warning","message":"\#(dropped) log lines dropped: nobody read them"}"#
            LineOutput.write(Array(notice.utf8), to: descriptor)
            dropped = 0
        }
    }

    private var isReady: Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&request, 1, 0) == 1
    }
}

/// Whole lines onto a descriptor.
enum LineOutput {
    /// Writes bytes and a line feed in one go, so that lines of several threads do not mix up to the size of a pipe's
    /// atomic write. What cannot be written is lost: it is a status or log line only.
    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = (bytes + [UInt8(ascii: "\n")])[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }
}
