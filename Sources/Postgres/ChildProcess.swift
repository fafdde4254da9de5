internal import CLinux
internal import Glibc

/// A program we started, until it has been waited for. Not for programs that may outlive us unnoticed.
struct ChildProcess: Sendable {
    let processID: pid_t

    /// Starts `arguments[0]` in a process group of its own, so that a Ctrl-C in our terminal reaches only us; with no
    /// signal blocked, no descriptor but its standard ones, and `output` (a file, begun anew) as both its outputs.
    init(_ arguments: [String], output: String) throws(PostgresError) {
        // Nothing of our own environment: PGDATA, PGOPTIONS and the like must not reach the server.
        let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"]
        let program = arguments[0]
        let input = try Self.open("/dev/null", O_RDONLY)
        defer { close(input) }
        let log = try Self.open(output, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
        defer { close(log) }
        processID = withCStrings(arguments) { arguments in
            withCStrings(environment) { environment in
                mkds_spawn(program, arguments, environment, [input, log, log])
            }
        }
        guard processID > 0 else {
            throw PostgresError(.cluster, "cannot start \(program): \(String(cString: strerror(errno)))")
        }
    }

    /// A descriptor above 2, as `mkds_spawn` wants them.
    private static func open(_ path: String, _ flags: Int32) throws(PostgresError) -> Int32 {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o600)
        defer { if (0...2).contains(descriptor) { close(descriptor) } }
        let moved = (0...2).contains(descriptor) ? fcntl(descriptor, F_DUPFD_CLOEXEC, 3) : descriptor
        guard moved >= 0 else {
            throw PostgresError(.cluster, "cannot open \(path): \(String(cString: strerror(errno)))")
        }
        return moved
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

/// Lends strings as a NULL-terminated `char *[]`.
private func withCStrings<T>(_ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> T) -> T {
    let copies = strings.map { strdup($0) } + [nil]
    defer { copies.forEach { free($0) } }
    return copies.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("an array with a NULL in it has an address") }
        return body(base)
    }
}
