internal import Dispatch
internal import Glibc
internal import Synchronization

/// Runs the `mkdsctl` that was built beside these tests.
enum BuiltProgram {
    struct Failed: Error { var call: String }

    struct Outcome: Sendable {
        /// Exit status, or 128 + signal.
        var status: Int32
        var output: String
        var errors: String
    }

    /// Where the build puts programs: the directory of the running test bundle.
    static var path: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let own = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/mkdsctl"
    }

    /// Runs the program to its end with the given arguments (without its name) and nothing but the given environment.
    ///
    /// The reader of its output goes away after `outputLimit` bytes.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], input: String = "", outputLimit: Int = .max
    ) async throws -> Outcome {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "program").async {
                continuation.resume(
                    with: Result { try spawn(arguments, environment, input, outputLimit) })
            }
        }
    }

    /// Held while pipes are made and a program is started, so that no program inherits the pipes of another.
    private static let starting = Mutex(())

    private struct Running {
        var process: pid_t
        var input: Int32
        var output: Int32
        var errors: Int32
    }

    private static func start(_ arguments: [String], _ environment: [String: String]) throws -> Running {
        let stdin = try pipe()
        let stdout = try pipe()
        let stderr = try pipe()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, stdin.read, 0)
        posix_spawn_file_actions_adddup2(&actions, stdout.write, 1)
        posix_spawn_file_actions_adddup2(&actions, stderr.write, 2)
        var process = pid_t()
        let spawned = withStrings([path] + arguments) { argv in
            withStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
                posix_spawn(&process, path, &actions, nil, argv, envp)
            }
        }
        for end in [stdin.read, stdout.write, stderr.write] { close(end) }
        guard spawned == 0 else { throw Failed(call: "posix_spawn \(path): \(spawned)") }
        return Running(process: process, input: stdin.write, output: stdout.read, errors: stderr.read)
    }

    private static func spawn(
        _ arguments: [String], _ environment: [String: String], _ input: String, _ outputLimit: Int
    ) throws -> Outcome {
        // A program that ends before it read its input must not end the tests.
        signal(SIGPIPE, SIG_IGN)
        let running = try starting.withLock { _ in try start(arguments, environment) }
        let group = DispatchGroup()
        let errors = Box()
        DispatchQueue(label: "errors").async(group: group) { errors.text = drain(running.errors, .max) }
        DispatchQueue(label: "input").async(group: group) {
            var rest = Array(input.utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(running.input, $0.baseAddress, $0.count) }
                guard count > 0 else { break }
                rest = rest.dropFirst(count)
            }
            close(running.input)
        }
        let output = drain(running.output, outputLimit)
        group.wait()
        var status: Int32 = 0
        while waitpid(running.process, &status, 0) < 0, errno == EINTR {}
        let code = status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
        return Outcome(status: code, output: output, errors: errors.text)
    }

    /// Written by one queue and read after its group was waited for.
    private final class Box: @unchecked Sendable {
        var text = ""
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw Failed(call: "pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func drain(_ descriptor: Int32, _ limit: Int) -> String {
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < limit {
            let count = Glibc.read(descriptor, &buffer, min(buffer.count, limit - bytes.count))
            if count <= 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func withStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
