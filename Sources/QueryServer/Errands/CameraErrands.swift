package import MKDSCore

/// Something short that a capture process does for an administrator: it alone may touch what cameras send.
package enum CameraErrand: Sendable {
    /// Look at one camera. A credential named here is put into the order by whoever starts the process.
    case probe(ProbeOrder, credential: String?)
    /// Search the local networks.
    case discover(DiscoveryOrder)
}

/// Starts errands; the daemon's part of them.
package protocol CameraErrands: Sendable {
    /// Starts one.
    ///
    /// - Parameters:
    ///   - errand: What to do.
    ///   - uid: For whom; one user may not have all places.
    /// - Returns: The errand at work.
    /// - Throws: ``ErrandError``.
    func start(_ errand: CameraErrand, for uid: UInt32) async throws -> ErrandRun
}

/// An errand at work: a process of its own, which ends with ``stop`` or by its deadline.
package struct ErrandRun: Sendable {
    /// What it writes, line by line, each at most 256 KiB and 256 lines in all. Ends when the process has ended; throws
    /// ``ErrandError`` when that was not in order.
    package var lines: AsyncThrowingStream<[UInt8], any Error>
    /// Ends the process; may be called at any time, and more than once.
    package var stop: @Sendable () -> Void

    package init(lines: AsyncThrowingStream<[UInt8], any Error>, stop: @escaping @Sendable () -> Void) {
        self.lines = lines
        self.stop = stop
    }
}

/// Why an errand did not begin or did not end in order.
package enum ErrandError: Error, Hashable, Sendable {
    /// All places are taken: this many at once, this many of one user.
    case busy(limit: Int, userLimit: Int)
    /// The credential cannot be read; the reason holds none of it.
    case credential(name: String, reason: String, reasonCS: String)
    /// The process cannot be started.
    case notStarted
    /// The process died of what it was sent.
    case crashed
    /// The process was ended because it went on for too long or said too much.
    case overdue
}
