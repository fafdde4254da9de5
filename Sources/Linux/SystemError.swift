internal import Glibc

/// A call of the kernel that failed.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, as in `start mkds-capture`.
    package var doing: String
    /// The system's errno.
    package var code: Int32

    package init(_ doing: String, code: Int32 = Glibc.errno) {
        self.doing = doing
        self.code = code
    }

    package var description: String { "cannot \(doing): " + String(cString: strerror(code)) }
}
