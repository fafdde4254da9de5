internal import Glibc
internal import Linux

/// What keeps a spool from being opened, read or written.
package struct SpoolError: Error, Sendable {
    package struct Code: Hashable, Sendable {
        private enum Kind { case locked, directory, file, damaged, diskFull, rejectedFull }
        private let kind: Kind

        /// Another process writes into this directory.
        package static let locked = Code(kind: .locked)
        /// The directory cannot be made, opened or is not one.
        package static let directory = Code(kind: .directory)
        /// The system refused a call on a file of the spool.
        package static let file = Code(kind: .file)
        /// A file of the spool holds what it cannot hold.
        package static let damaged = Code(kind: .damaged)
        /// No space or quota left.
        package static let diskFull = Code(kind: .diskFull)
        /// The database refuses entries and no more of them may be put aside.
        package static let rejectedFull = Code(kind: .rejectedFull)
    }

    package var code: Code
    /// What was being done, with the path.
    package var context: String
    /// The system's errno, 0 when it was not asked.
    package var errno: Int32

    package init(code: Code, context: String, errno: Int32 = 0) {
        self.code = code
        self.context = context
        self.errno = errno
    }

    /// The error of a system call that just failed. "Full" is disk, quota or the process's own file size limit.
    static func system(_ context: String, code: Code = .file, errno number: Int32 = Glibc.errno) -> SpoolError {
        SpoolError(code: isFull(number) ? .diskFull : code, context: context, errno: number)
    }

    init(_ error: SystemError) {
        self = .system("cannot \(error.doing)", errno: error.code)
    }

    static func isFull(_ number: Int32) -> Bool {
        number == ENOSPC || number == EDQUOT || number == EFBIG
    }
}

extension SpoolError: CustomStringConvertible {
    package var description: String {
        errno == 0 ? context : "\(context): \(Self.text(errno))"
    }

    private static func text(_ number: Int32) -> String {
        String(cString: strerror(number))
    }
}
