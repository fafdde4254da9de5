internal import QueryAPI

/// What can go wrong between this program and the daemon. Texts for people are in `Texts+Errors.swift`.
enum ClientError: Error {
    /// There is no file at the socket's path.
    case socketMissing(String)
    /// There is a socket, but nobody listens.
    case nobodyListens(String)
    case permissionDenied(String)
    case pathTooLong(String)
    /// `errno` and what the system says about it.
    case system(path: String, code: Int32)
    case timeout(Duration)
    /// The connection ended before the answer did.
    case cutShort
    /// Not HTTP, or not the answer this program knows.
    case notUnderstood(String)
    /// An answer larger than this program is willing to hold.
    case tooLarge(limit: Int)
    /// The daemon answered with a refusal (RFC 9457); the status is HTTP's.
    case refused(status: Int, Problem?)
}
