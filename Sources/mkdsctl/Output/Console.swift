internal import Glibc

/// Standard output and standard error, written at once and in full.
///
/// Writing blocks when the reader is slow; it happens on the main thread, which has nothing else to do, and is what
/// makes the socket wait for the reader.
struct Console: Sendable {
    /// Whoever read our output is gone (`… | head`).
    struct ReaderGone: Error {}
    /// Standard output cannot be written (disk full); `errno`.
    struct WriteFailed: Error { var code: Int32 }

    var colours: Bool

    /// Colours go only to a terminal, and not where `NO_COLOR` is set (no-color.org) or the terminal is dumb.
    init() {
        signal(SIGPIPE, SIG_IGN)
        let forbidden = Environment.value("NO_COLOR") != nil || Environment.value("TERM") == "dumb"
        colours = isatty(STDOUT_FILENO) == 1 && !forbidden
    }

    func print(_ line: String) throws { try write(line + "\n") }

    func write(_ text: String) throws { try Self.write(Array(text.utf8), to: STDOUT_FILENO) }

    func write(_ bytes: [UInt8]) throws { try Self.write(bytes, to: STDOUT_FILENO) }

    /// Best effort: where standard error cannot be written nothing can be said at all.
    func complain(_ line: String) { try? Self.write(Array((line + "\n").utf8), to: STDERR_FILENO) }

    /// Replaces the line on standard error, a terminal's; best effort.
    func rewrite(_ line: String) { try? Self.write(Array("\r\u{1B}[K\(line)".utf8), to: STDERR_FILENO) }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EPIPE {
                throw ReaderGone()
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, -1)
            } else if errno != EINTR {
                throw WriteFailed(code: errno)
            }
        }
    }
}

/// The environment variables this program looks at.
enum Environment {
    /// Nil when unset or empty.
    static func value(_ name: String) -> String? {
        guard let text = getenv(name) else { return nil }
        let value = String(cString: text)
        return value.isEmpty ? nil : value
    }
}
