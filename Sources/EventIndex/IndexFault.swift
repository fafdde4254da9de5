internal import Postgres

/// How a failed question to the index looks to the one who asked, whatever failed below.
package enum IndexFault: Sendable {
    /// The database cannot be reached or cannot serve now: asking again may help.
    case away
    /// The question took longer than it may.
    case tooSlow
    /// Too many questions wait already.
    case overloaded
    /// It names an area the register does not know.
    case unknownArea
    /// A mistake of ours, or damage.
    case broken

    package init(_ error: any Error) {
        switch error {
        case let error as IndexError where error.code == .unknownArea: self = .unknownArea
        case let error as IndexError where error.code == .overloaded: self = .overloaded
        case let error as PostgresError where error.code == .deadline: self = .tooSlow
        // query_canceled: the server's own statement_timeout.
        case let error as PostgresError where error.sqlState == "57014": self = .tooSlow
        case let error as PostgresError where error.isTransient || error.code == .cancelled: self = .away
        case is CancellationError: self = .away
        default: self = .broken
        }
    }
}
