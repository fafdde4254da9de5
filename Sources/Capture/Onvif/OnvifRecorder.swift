package import MKDSCore
package import OnvifMetadata
internal import Synchronization

/// Everything one camera tells of itself, made into journal entries: events, and the documents that told of them.
///
/// One for each camera, kept over its connections. Documents of the metadata track come from the camera's thread, those
/// of its event service from another: what both tell counts once. Calls never wait for anything but each other; what they
/// return is to be journalled in that order.
package final class OnvifRecorder: Sendable {
    private let state: Mutex<OnvifState>
    /// What the threads of stream and services tell each other.
    let board = DeviceBoard()

    /// - Parameters:
    ///   - camera: Whose documents they are.
    ///   - longestEvent: Longest span of one event; tampering is not split.
    package init(camera: CameraID, longestEvent: Duration) {
        state = Mutex(OnvifState(camera: camera, longestEvent: longestEvent))
    }

    /// How the camera's metadata stands.
    package var status: MetadataStatus { state.withLock { $0.currentStatus } }

    /// Takes a whole document: XML or gzip of the metadata track, or the body of an answer of PullMessages.
    ///
    /// - Parameters:
    ///   - document: The document; one that does not parse is counted and gives nothing.
    ///   - arrival: The server's wall clock when its first bytes came.
    ///   - path: The way on which it came.
    /// - Returns: What goes into the journal, in this order.
    package func take(
        _ document: AssembledDocument, at arrival: UTCTime, via path: DocumentPath
    ) -> [JournalRecord] {
        state.withLock { $0.take(document, at: arrival, via: path) }
    }

    /// What is known of the camera's video now; about once a second.
    package func note(_ moment: StreamMoment) {
        state.withLock { $0.stream = moment }
    }

    /// How the track is read: documents lost on the way, and pieces let go for want of budget.
    package func note(_ counters: AssemblerCounters, refusedPieces: Int) {
        state.withLock { $0.note(counters, refusedPieces: refusedPieces) }
    }

    /// Something keeps what the camera says from being used; told once an hour.
    package func note(_ trouble: MetadataTrouble, at now: UTCTime) -> [JournalRecord] {
        state.withLock { $0.note(trouble, at: now) }
    }

    /// The camera is connected: within ``OnvifState/confirmation`` it must repeat what still holds.
    package func connected(at now: UTCTime) {
        state.withLock { $0.connected(at: now) }
    }

    /// Time passed; call it about once a second, connected or not.
    package func tick(at now: UTCTime) -> [JournalRecord] {
        state.withLock { $0.tick(at: now) }
    }

    /// The connection broke: what frames showed is over, what the camera said is in doubt.
    package func connectionLost(at now: UTCTime, _ reason: EndReason = .streamLost) -> [JournalRecord] {
        state.withLock { $0.connectionLost(at: now, reason) }
    }

    /// Closes what is open: the camera is withdrawn.
    package func finish(_ reason: EndReason) -> [JournalRecord] {
        state.withLock { $0.finish(reason) }
    }
}
