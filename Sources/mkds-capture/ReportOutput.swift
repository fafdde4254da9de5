internal import Glibc

/// The descriptor that takes reports, and never makes their writer wait: a reader may hang.
///
/// It takes one report at a time. While one is not out, those that come are left out: the next tells the same, newer.
struct ReportOutput {
    private let descriptor: Int32
    /// What is not out yet.
    private var rest: ArraySlice<UInt8> = []

    init(descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    /// Writes as much as there is room for.
    mutating func offer(_ report: [UInt8]) {
        flush()
        guard rest.isEmpty else { return }
        rest = (report + [UInt8(ascii: "\n")])[...]
        flush()
    }

    private mutating func flush() {
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                // Nobody is there any more.
                rest = []
            }
        }
    }
}
