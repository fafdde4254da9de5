/// Cuts what arrives on standard input into lines; longer ones than the limit are dropped whole.
struct LineReader {
    private let byteLimit: Int
    private var buffer: [UInt8] = []
    private var isSkipping = false

    init(byteLimit: Int) {
        self.byteLimit = byteLimit
    }

    /// Takes the next piece and returns the lines completed by it, nil for one that was too long.
    mutating func take(_ piece: some Sequence<UInt8>) -> [[UInt8]?] {
        var lines: [[UInt8]?] = []
        for byte in piece {
            if byte == UInt8(ascii: "\n") {
                lines.append(isSkipping ? nil : buffer)
                buffer.removeAll(keepingCapacity: false)
                isSkipping = false
            } else if !isSkipping {
                buffer.append(byte)
                if buffer.count > byteLimit {
                    isSkipping = true
                    buffer.removeAll()
                }
            }
        }
        return lines
    }
}
