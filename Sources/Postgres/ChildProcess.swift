internal import CLinux
internal import Glibc

/// A program we started, until it has been waited for. Not for programs that may outlive us unnoticed.
struct ChildProcess: Sendable {
    let processID: pid_t

    /// Starts `arguments[0]` in a process group of its own, so that a Ctrl-C in our terminal reaches only us; with no
    /// signal blocked, no descriptor but its standard ones, and `output` (a file, begun anew) as both its outputs.
    init(_ arguments: [String], output: String) throws(PostgresError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        _ = mkds_spawn_close_from(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        // Nothing of our own environment: PGDATA, PGOPTIONS and the like must not reach the server.
        let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"]
        let program = arguments[0]
        var started = pid_t()
        let code = withMutableCStrings(arguments) { arguments in
            withMutableCStrings(environment) { environment in
                posix_spawnp(&started, program, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else {
            throw PostgresError(.cluster, "cannot start \(program): \(String(cString: strerror(code)))")
        }
        processID = started
    }

    /// How it ended, nil while it runs. Once it answered, the process id means nothing any more.
    func exitText() -> String? {
        var status: Int32 = 0
        guard waitpid(processID, &status, WNOHANG) != 0 else { return nil }
        return Self.text(status)
    }

    /// Waits, blocking, until it has ended; nil when that was with status 0.
    func failureAfterWaiting() -> String? {
        var status: Int32 = 0
        while waitpid(processID, &status, 0) < 0, errno == EINTR {}
        return status == 0 ? nil : Self.text(status)
    }

    func signal(_ number: Int32) { kill(processID, number) }

    /// `WIFEXITED` and its kin are macros Swift does not see.
    private static func text(_ status: Int32) -> String {
        let signal = status & 0x7f
        return signal == 0 ? "ended with status \(status >> 8 & 0xff)" : "killed by signal \(signal)"
    }
}

/// Lends strings as the NULL-terminated `char *[]` of `posix_spawn`.
private func withMutableCStrings<T>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> T
) -> T {
    let copies = strings.map { strdup($0) } + [nil]
    defer { copies.forEach { free($0) } }
    var pointers = copies
    return pointers.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("an array with a NULL in it has an address") }
        return body(base)
    }
}
