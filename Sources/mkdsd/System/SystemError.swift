internal import Glibc

/// A call of the kernel that failed.
struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, as in `start mkds-capture`.
    var doing: String
    var code: Int32

    init(_ doing: String, code: Int32 = errno) {
        self.doing = doing
        self.code = code
    }

    var description: String { "cannot \(doing): " + String(cString: strerror(code)) }
}
