/// What the program's exit says; documented in `--help` and docs/ref/mkdsctl.md, never renumbered.
enum ExitNumber: Int32, CaseIterable, Sendable {
    case success = 0
    /// Anything that has no number of its own.
    case failure = 1
    /// The command line is wrong.
    case usage = 2
    /// What was asked for by name is not there.
    case notFound = 3
    /// The caller may not do this.
    case refused = 4
    /// mkdsd does not answer.
    case unreachable = 5
    /// The data given to import is wrong; nothing was imported.
    case badData = 6
}

/// An end with a message for a person, in the language of the process.
struct CommandFailure: Error {
    var status: ExitNumber
    var message: String
}

extension ClientError {
    /// The exit status an error leads to. A refused parameter is bad data when a document was sent, else bad usage.
    func exitStatus(importing: Bool) -> ExitNumber {
        switch self {
        case .socketMissing, .nobodyListens, .timeout, .cutShort, .system: .unreachable
        case .permissionDenied: .refused
        case .pathTooLong: .usage
        case .notUnderstood, .tooLarge: .failure
        case .refused(let status, _):
            switch status {
            case 401, 403: .refused
            case 404: .notFound
            case 413, 415, 422: .badData
            case 400..<500 where status != 429: importing ? .badData : .usage
            case 429, 503: .unreachable
            default: .failure
            }
        }
    }
}
