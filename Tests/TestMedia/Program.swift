internal import Glibc
internal import Synchronization

/// A program started by a test, killed when the test lets go of it.
package final class Program: Sendable {
    package var processID: Int32 { pid }
    private let pid: pid_t
    /// Read end of its standard output.
    private let output: Int32
    /// Write end of its standard input; -1 once closed.
    private let input: Mutex<Int32>

    /// Starts `arguments[0]`, looked up in PATH.
    package init(_ arguments: [String]) throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        var inputs: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, pipe(&inputs) == 0 else { throw ProgramError("pipe failed") }
        for end in ends + inputs { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, inputs[0], 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, arguments[0], &actions, nil, &pointers, environ)
        close(ends[1])
        close(inputs[0])
        input = Mutex(inputs[1])
        guard code == 0 else {
            close(ends[0])
            close(inputs[1])
            throw ProgramError("cannot start \(arguments[0]): errno \(code)")
        }
        pid = child
        output = ends[0]
    }

    deinit {
        kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        close(output)
        closeInput()
    }

    /// Writes a line to its standard input.
    package func writeLine(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        input.withLock { descriptor in _ = write(descriptor, bytes, bytes.count) }
    }

    /// Ends its standard input.
    package func closeInput() {
        input.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }

    /// Asks it to end (SIGTERM).
    package func terminate() { kill(pid, SIGTERM) }

    /// Waits for its end and returns its exit status, or the number of the signal that ended it.
    package func waitForExit() -> Int32 {
        var info = siginfo_t()
        // WNOWAIT leaves the reaping to deinit.
        waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT)
        return info._sifields._sigchld.si_status
    }

    /// The directory the test binary lies in, and the products beside it.
    package static func product(_ name: String) throws -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw ProgramError("no /proc/self/exe") }
        let path = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        return path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/\(name)"
    }

    /// Reads its output up to the end of a line; nil when it closed its output before.
    package func readLine() -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(output, &byte, 1) == 1 {
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }

    /// Runs a program to its end and returns its output.
    ///
    /// - Throws: ``ProgramError`` when it cannot be started or does not exit with 0.
    @discardableResult
    package static func run(_ arguments: [String]) throws -> String {
        let program = try Program(arguments)
        program.closeInput()
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(program.output, &chunk, chunk.count)
            if count <= 0 { break }
            text += chunk[..<count]
        }
        let status = program.waitForExit()
        guard status == 0 else { throw ProgramError("\(arguments.joined(separator: " ")) exited with \(status)") }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether a program of this name can be started.
    package static func exists(_ name: String) -> Bool {
        (try? run(["/bin/sh", "-c", "command -v \(name)"])) != nil
    }
}

package struct ProgramError: Error, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}
