internal import CLinux
internal import Glibc
internal import Linux

/// Our ends of the three pipes that are another program's standard input, output and error.
///
/// Owned by one thread. `deinit` closes what is open.
final class StandardStreams {
    /// Non-blocking; -1 once closed.
    private(set) var input: Int32
    private(set) var output: Int32
    private(set) var errors: Int32

    /// Makes the pipes; `hand` gives the other program its ends, which are closed here afterwards.
    init(_ hand: ([Int32]) throws(SystemError) -> Void) throws(SystemError) {
        let input = try Pipe()
        let output = try Pipe()
        let errors = try Pipe()
        try hand([input.reading, output.writing, errors.writing])
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
    }

    func closeInput() { Self.close(&input) }
    func closeOutput() { Self.close(&output) }
    func closeErrors() { Self.close(&errors) }

    /// Reads what is there, at most `limit` bytes; nil at the end of the stream.
    static func read(_ descriptor: Int32, limit: Int = 64 << 10) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = Glibc.read(descriptor, &buffer, limit)
        if count < 0 { return errno == EAGAIN || errno == EINTR ? [] : nil }
        return count == 0 ? nil : Array(buffer[..<count])
    }

    private static func close(_ descriptor: inout Int32) {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
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
