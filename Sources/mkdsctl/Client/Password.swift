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
        let actions = restoreOnSignals(terminal, present)
        tcsetattr(terminal, TCSAFLUSH, &silent)
        defer {
            tcsetattr(terminal, TCSAFLUSH, &present)
            for (signal, var action) in actions { sigaction(signal, &action, nil) }
            tell("\n", terminal)
        }
        tell(DisplayWidth.harmless(Texts.here.askPassword(user)), terminal)
        return try line(terminal)
    }

    // MARK: - Private parts

    /// The terminal and how it was before it fell silent.
    ///
    /// nonisolated(unsafe): written before the handlers are there, from then on read by them only; behind a pointer, so
    /// that a handler touches nothing of Swift's.
    private nonisolated(unsafe) static let before = UnsafeMutablePointer<(terminal: Int32, mode: termios)>
        .allocate(capacity: 1)

    /// Lets what ends the program give the terminal back its echo first. Returns the actions to be put back.
    private static func restoreOnSignals(_ terminal: Int32, _ mode: termios) -> [(signal: Int32, action: sigaction)] {
        before.initialize(to: (terminal, mode))
        var restoring = sigaction()
        // Once: raised again, the signal does what it would have done.
        restoring.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
        restoring.__sigaction_handler.sa_handler = { signal in
            tcsetattr(Password.before.pointee.terminal, TCSANOW, &Password.before.pointee.mode)
            raise(signal)
        }
        var actions: [(signal: Int32, action: sigaction)] = []
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
            var action = sigaction()
            sigaction(signal, nil, &action)
            // What nohup had ignored stays ignored.
            guard action.sa_flags & SA_SIGINFO != 0 || action.__sigaction_handler.sa_handler == nil else { continue }
            sigaction(signal, &restoring, nil)
            actions.append((signal, action))
        }
        return actions
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
