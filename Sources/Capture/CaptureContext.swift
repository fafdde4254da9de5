package import Linux
package import Logging
package import MKDSCore
package import Media

/// What every camera of a process shares: where records go, what time it is, how patient to be.
package struct CaptureContext: Sendable {
    /// Takes a journal record; called on the camera's thread and never waits.
    package var record: @Sendable (JournalRecord) -> Void
    /// The wall clock.
    package var now: @Sendable () -> UTCTime
    /// Waits, for a while, until all that was recorded is durable; false when it is not.
    package var settled: @Sendable () -> Bool
    /// Where cameras keep what must outlive the process: the folder of the spool; nil for nowhere.
    package var stateDirectory: String?
    package var logger: Logger
    package var deadlines: DemuxerDeadlines
    /// Factor on reconnect delays.
    package var delayScale: Double
    /// Longest span of one motion event.
    package var longestEvent: Duration
    /// Starts a thread of a name and stack size; tests let it fail.
    package var startThread: ThreadStarter

    package typealias ThreadStarter =
        @Sendable (String, Int, sending @escaping () -> Void) throws(SystemError) -> NamedThread

    package init(
        record: @escaping @Sendable (JournalRecord) -> Void, now: @escaping @Sendable () -> UTCTime, logger: Logger,
        settled: @escaping @Sendable () -> Bool = { true }, stateDirectory: String? = nil,
        deadlines: DemuxerDeadlines = DemuxerDeadlines(), delayScale: Double = 1,
        longestEvent: Duration = .seconds(600),
        startThread: @escaping ThreadStarter = { name, stack, body throws(SystemError) in
            try NamedThread(name: name, stackByteCount: stack, body: body)
        }
    ) {
        self.record = record
        self.now = now
        self.settled = settled
        self.stateDirectory = stateDirectory
        self.logger = logger
        self.deadlines = deadlines
        self.delayScale = delayScale
        self.longestEvent = longestEvent
        self.startThread = startThread
    }
}
