internal import Glibc

/// A password that appears in no argument and no environment: from a descriptor the caller opened, else typed on the
/// terminal without being shown.
enum Password {
    private static let byteLimit = 256

    /// - Parameters:
    ///   - descriptor: Whose first line it is; nil asks on the terminal.
    ///   - user: Whose it is, for the question.
    /// - Returns: The password.
    /// - Throws: ``CommandFailure``.
    static func read(from descriptor: Int32?, for user: String) throws -> String {
        if let descriptor { return try line(descriptor) }
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { throw CommandFailure(status: .usage, message: Texts.here.noTerminal) }
        defer { close(terminal) }
        var present = termios()
        guard tcgetattr(terminal, &present) == 0 else {
            throw CommandFailure(status: .usage, message: Texts.here.noTerminal)
        }
        var silent = present
        silent.c_lflag &= ~tcflag_t(ECHO)
        tell(DisplayWidth.harmless(Texts.here.askPassword(user)), terminal)
        tcsetattr(terminal, TCSAFLUSH, &silent)
        defer {
            tcsetattr(terminal, TCSAFLUSH, &present)
            tell("\n", terminal)
        }
        return try line(terminal)
    }

    private static func tell(_ text: String, _ terminal: Int32) {
        let bytes = Array(text.utf8)
        _ = write(terminal, bytes, bytes.count)
    }

    private static func line(_ descriptor: Int32) throws -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count <= byteLimit {
            let count = Glibc.read(descriptor, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CommandFailure(status: .usage, message: Texts.here.badPassword(byteLimit)) }
            if count == 0 || byte == 10 { break }
            bytes.append(byte)
        }
        guard let text = String(validating: bytes, as: UTF8.self), (1...byteLimit).contains(bytes.count) else {
            throw CommandFailure(status: .usage, message: Texts.here.badPassword(byteLimit))
        }
        return text
    }
}
