internal import Glibc
internal import Testing

@testable import mkdsctl

/// The question for a password on a terminal of its own.
@Suite(.timeLimit(.minutes(10))) struct PasswordTests {
    private struct Failed: Error { var call: String }

    /// A pseudo-terminal; both ends stay open, so that its mode outlives the program.
    private final class Terminal {
        let master: Int32
        let slave: Int32
        let path: String

        init() throws {
            master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
            var (lock, number): (Int32, Int32) = (0, 0)
            // TIOCSPTLCK and TIOCGPTN (ioctl_tty(2)): glibc keeps posix_openpt's companions behind _XOPEN_SOURCE.
            guard ioctl(master, 0x4004_5431, &lock) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
                throw Failed(call: "ioctl")
            }
            path = "/dev/pts/\(number)"
            slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        }

        deinit {
            close(master)
            close(slave)
        }

        var echoes: Bool {
            var mode = termios()
            return tcgetattr(slave, &mode) == 0 && mode.c_lflag & tcflag_t(ECHO) != 0
        }

        /// Reads what the program shows up to a text.
        func read(upTo text: String) throws {
            var shown: [UInt8] = []
            var byte: UInt8 = 0
            while !String(decoding: shown, as: UTF8.self).hasSuffix(text) {
                guard Glibc.read(master, &byte, 1) == 1 else { throw Failed(call: "read") }
                shown.append(byte)
            }
        }

        /// Starts mkdsctl with this as its controlling terminal: a session leader that opens one without having one.
        func start(_ arguments: [String]) throws -> pid_t {
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
            var attributes = posix_spawnattr_t()
            posix_spawnattr_init(&attributes)
            defer { posix_spawnattr_destroy(&attributes) }
            // POSIX_SPAWN_SETSID, which glibc keeps behind _GNU_SOURCE.
            posix_spawnattr_setflags(&attributes, 0x80)
            let copies = ([BuiltProgram.path] + arguments).map { strdup($0) }
            defer { for copy in copies { free(copy) } }
            var process = pid_t()
            let code = posix_spawn(&process, BuiltProgram.path, &actions, &attributes, copies + [nil], [nil])
            guard code == 0 else { throw Failed(call: "posix_spawn: \(code)") }
            return process
        }
    }

    /// Ctrl-C at the question left a shell that did not show what was typed.
    @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
    func whatEndsTheProgramGivesTheTerminalItsEchoBack(signal: Int32) throws {
        let terminal = try Terminal()
        let process = try terminal.start([
            "cameras", "probe", "rtsp://10.0.0.5/", "--user", "novak", "--socket", "/nonexistent", "--lang", "en",
        ])
        try terminal.read(upTo: "novak: ")
        #expect(!terminal.echoes)
        kill(process, signal)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        #expect(status & 0x7f == signal)
        #expect(terminal.echoes)
    }
}
