import CLinux
import FoundationEssentials
import Glibc

/// A program of this package, or of the system, started by a test. It is killed when its owner goes.
final class ChildProcess {
    let pid: pid_t
    private var input: Int32
    private var isReaped = false

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Starts `program` (a path). Its output and errors go to the end of the file `log`.
    init(_ program: String, _ arguments: [String], log: String, environment: [String] = []) throws {
        var pipe: [Int32] = [-1, -1]
        guard mkds_pipe(&pipe) == 0 else { throw Failure(description: "no pipe: errno \(errno)") }
        let opened = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        let output = fcntl(opened, F_DUPFD_CLOEXEC, 3)
        close(opened)
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        let inherited = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"] + environment
        var variables = inherited.map { strdup($0) } + [nil]
        defer {
            for word in words + variables { free(word) }
            close(pipe[0])
            close(output)
        }
        pid = mkds_spawn(program, &words, &variables, [pipe[0], output, output])
        input = pipe[1]
        guard pid > 0 else {
            close(input)
            throw Failure(description: "cannot start \(program): errno \(errno)")
        }
    }

    deinit {
        kill()
        close(input)
    }

    /// `kill -9`, and waits until it is gone.
    func kill() {
        guard !isReaped else { return }
        Glibc.kill(pid, SIGKILL)
        wait()
    }

    func signal(_ number: Int32) {
        Glibc.kill(pid, number)
    }

    /// Ends its standard input, which asks our programs to stop in order, and waits for that. Returns the wait status.
    @discardableResult
    func finish() -> Int32 {
        close(input)
        input = -1
        return wait()
    }

    @discardableResult
    func wait() -> Int32 {
        var status: Int32 = 0
        guard !isReaped else { return 0 }
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        isReaped = true
        return status
    }

    /// Whether it still runs.
    var isRunning: Bool {
        guard !isReaped else { return false }
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return true }
        isReaped = true
        return false
    }

    /// Processes that it, that is any of its threads, has started and that are its children still.
    var children: [pid_t] {
        let tasks = "/proc/\(pid)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return threads.flatMap { thread in
            let text = (try? String(contentsOfFile: "\(tasks)/\(thread)/children", encoding: .utf8)) ?? ""
            return text.split(separator: " ").compactMap { pid_t($0) }
        }
    }

    /// A program built beside the tests.
    static func built(_ name: String) -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        return path.split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/" + name
    }
}
