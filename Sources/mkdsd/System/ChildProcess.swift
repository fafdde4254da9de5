internal import CLinux
internal import Glibc
internal import Linux

/// A child process with pipes to its standard streams and a descriptor that tells of its end.
///
/// Nothing of ours is inherited but the three pipe ends: all other descriptors are closed, signal handling and mask are
/// reset, the environment is the one given. `deinit` closes the pipes; it does not kill.
final class ChildProcess: RunningProgram {
    let streams: StandardStreams
    let identifier: pid_t
    let news: Int32

    /// Starts `program` with arguments (without the program's name) and environment (`NAME=value`).
    init(program: String, arguments: [String], environment: [String]) throws(SystemError) {
        var pid: pid_t = 0
        streams = try StandardStreams { streams throws(SystemError) in
            pid = try Self.spawn(
                program, arguments: [program] + arguments, environment: environment, streams: streams)
        }
        identifier = pid
        news = mkds_pidfd_open(pid)
        guard news >= 0 else {
            let error = SystemError("watch \(program)")
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
            throw error
        }
    }

    deinit {
        if news >= 0 { close(news) }
    }

    /// The process cannot have been reaped by anyone else, so its number is still its own.
    func send(signal: Int32) {
        kill(identifier, signal)
    }

    func reap() -> ProgramEnding? {
        var status: Int32 = 0
        guard waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
        let signal = status & 0x7f
        return signal == 0 ? .status(status >> 8 & 0xff) : .signal(signal)
    }

    // MARK: - Private parts

    private static func spawn(
        _ program: String, arguments: [String], environment: [String], streams: [Int32]
    ) throws(SystemError) -> pid_t {
        let pid = withCStrings(arguments) { arguments in
            withCStrings(environment) { environment in mkds_spawn(program, arguments, environment, streams) }
        }
        guard pid > 0 else { throw SystemError("start \(program)") }
        return pid
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return body(copies + [nil])
    }
}
