package import Logging
package import MKDSCore
package import Media

/// What every camera of a process shares: where records go, what time it is, how patient to be.
package struct CaptureContext: Sendable {
    /// Takes a journal record; called on the camera's thread and never waits.
    package var record: @Sendable (JournalRecord) -> Void
    /// The wall clock.
    package var now: @Sendable () -> UTCTime
    package var logger: Logger
    package var deadlines: DemuxerDeadlines
    /// Factor on reconnect delays.
    package var delayScale: Double
    /// Longest span of one motion event.
    package var longestEvent: Duration

    package init(
        record: @escaping @Sendable (JournalRecord) -> Void, now: @escaping @Sendable () -> UTCTime, logger: Logger,
        deadlines: DemuxerDeadlines = DemuxerDeadlines(), delayScale: Double = 1, longestEvent: Duration = .seconds(600)
    ) {
        self.record = record
        self.now = now
        self.logger = logger
        self.deadlines = deadlines
        self.delayScale = delayScale
        self.longestEvent = longestEvent
    }
}
