/// Cuts the output of a child process into lines, with a bound on each.
///
/// A line longer than the limit is dropped whole and counted: a child that has gone astray cannot fill our memory.
struct LineAssembler {
    let byteLimit: Int
    private(set) var dropped = 0
    private var partial: [UInt8] = []
    private var isOversized = false

    init(byteLimit: Int) {
        self.byteLimit = byteLimit
    }

    /// Takes more output and returns the lines it completes, without their line ends.
    mutating func add(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            if byte != UInt8(ascii: "\n") {
                if partial.count < byteLimit { partial.append(byte) } else { isOversized = true }
                continue
            }
            if isOversized { dropped += 1 } else if !partial.isEmpty { lines.append(partial) }
            partial.removeAll(keepingCapacity: true)
            isOversized = false
        }
        return lines
    }

    /// What came after the last line end; for the end of the output.
    mutating func finish() -> [UInt8]? {
        defer { partial = [] }
        return partial.isEmpty || isOversized ? nil : partial
    }
}
