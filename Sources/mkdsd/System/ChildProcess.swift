internal import CLinux
internal import Glibc
internal import Linux

/// A child process with pipes to its standard streams and a descriptor that tells of its end.
///
/// Owned by one thread. Nothing of ours is inherited but the three pipe ends: all other descriptors are closed, signal
/// handling and mask are reset, the environment is the one given. `deinit` closes the pipes; it does not kill.
final class ChildProcess {
    enum Ending: Hashable, Sendable, CustomStringConvertible {
        case status(Int32)
        case signal(Int32)

        var description: String {
            switch self {
            case .status(let code): "exit status \(code)"
            case .signal(let number): "signal \(number)"
            }
        }
    }

    let identifier: pid_t
    /// Readable when the process ended.
    let pidDescriptor: Int32
    /// Non-blocking; -1 once closed.
    private(set) var input: Int32
    private(set) var output: Int32
    private(set) var errors: Int32

    /// Starts `program` with arguments (without the program's name) and environment (`NAME=value`).
    init(program: String, arguments: [String], environment: [String]) throws(SystemError) {
        let input = try Pipe()
        let output = try Pipe()
        let errors = try Pipe()
        let pid = try Self.spawn(
            program, arguments: [program] + arguments, environment: environment,
            streams: [input.reading, output.writing, errors.writing])
        identifier = pid
        pidDescriptor = mkds_pidfd_open(pid)
        guard pidDescriptor >= 0 else {
            let error = SystemError("watch \(program)")
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
            throw error
        }
        self.input = input.takeWriting()
        self.output = output.takeReading()
        self.errors = errors.takeReading()
        for descriptor in [self.input, self.output, self.errors] {
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        closeInput()
        closeOutput()
        closeErrors()
        if pidDescriptor >= 0 { Glibc.close(pidDescriptor) }
    }

    func closeInput() { Self.close(&input) }
    func closeOutput() { Self.close(&output) }
    func closeErrors() { Self.close(&errors) }

    /// Sends a signal; the process cannot have been reaped by anyone else, so its number is still its own.
    func send(signal: Int32) {
        kill(identifier, signal)
    }

    /// How it ended, once it did; call it only once. Nil while it runs.
    func reap() -> Ending? {
        var status: Int32 = 0
        guard waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
        let signal = status & 0x7f
        return signal == 0 ? .status(status >> 8 & 0xff) : .signal(signal)
    }

    /// Reads what is there, at most `limit` bytes; nil at the end of the stream.
    static func read(_ descriptor: Int32, limit: Int = 64 << 10) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = Glibc.read(descriptor, &buffer, limit)
        if count < 0 { return errno == EAGAIN || errno == EINTR ? [] : nil }
        return count == 0 ? nil : Array(buffer[..<count])
    }

    // MARK: - Private parts

    private static func close(_ descriptor: inout Int32) {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

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

/// Two ends of a pipe, close-on-exec, both above 2. What is not taken is closed.
private final class Pipe {
    private(set) var reading: Int32
    private(set) var writing: Int32

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard mkds_pipe(&ends) == 0 else { throw SystemError("make a pipe") }
        reading = ends[0]
        writing = ends[1]
    }

    deinit {
        if reading >= 0 { close(reading) }
        if writing >= 0 { close(writing) }
    }

    func takeReading() -> Int32 {
        defer { reading = -1 }
        return reading
    }

    func takeWriting() -> Int32 {
        defer { writing = -1 }
        return writing
    }
}
