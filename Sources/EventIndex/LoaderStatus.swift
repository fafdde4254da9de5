package import MKDSCore

/// How the loader works. The defaults suit a town.
package struct LoaderConfiguration: Sendable {
    /// Most journal entries stored in one transaction.
    package var batchLimit: Int
    /// How long journal files stay after their entries were committed: time to go back to when the database is restored
    /// from a backup.
    package var keeping: Duration
    /// Partitions that must exist before their day begins.
    package var daysAhead: Int
    /// Waits between tries while the database is away.
    package var longestDelay: Duration
    /// How long a spool must have been without a writer before what it left open is closed. Longer than a restart of
    /// capture takes, which closes it in its own journal.
    package var leftAfter: Duration

    package init(
        batchLimit: Int = 65_536, keeping: Duration = .seconds(24 * 3600), daysAhead: Int = 7,
        longestDelay: Duration = .seconds(10), leftAfter: Duration = .seconds(60)
    ) {
        self.batchLimit = max(1, batchLimit)
        self.keeping = keeping
        self.daysAhead = daysAhead
        self.longestDelay = longestDelay
        self.leftAfter = leftAfter
    }
}

/// How the loader stands: for health and for tests. Counters begin at the start of the program.
package struct LoaderStatus: Hashable, Sendable {
    /// The database answers.
    package var isConnected = false
    /// Journal entries whose transaction committed.
    package var records: Int64 = 0
    /// Rows of `mkds.event` added.
    package var insertedEvents: Int64 = 0
    /// Rows of `mkds.event` changed, those closed by recovery among them.
    package var updatedEvents: Int64 = 0
    package var transactions: Int64 = 0
    /// Entries the database refused; they lie in the spool's `rejected` directory.
    package var rejected: Int64 = 0
    /// Stretches of journal that could not be read.
    package var damages: Int64 = 0
    package var lastCommit: UTCTime?
    /// Events stored whose id carries a day far from today.
    package var misdated: Int64 = 0
    /// When the oldest entry known to wait was written, by spool directory; a spool of which nothing waits is not in it.
    package var waiting: [String: UTCTime] = [:]
    /// Since when the database does not let anything be loaded, nil when it does.
    package var awaySince: UTCTime?
    /// Why nothing can be loaded at the moment, nil when it can. No secrets.
    package var trouble: String?
    /// What is wrong with single spools, by directory.
    package var spoolTrouble: [String: String] = [:]

    /// Since when the thread that reads the spools is at one piece of work; nil while it waits for the next. Minutes
    /// mean a disk that does not answer.
    package var readerBusySince: ContinuousClock.Instant?
    /// When the loader last took a step of any kind: a turn, a commit, a try to connect.
    package var lastStep = ContinuousClock.now

    package init() {}

    /// A reader at one piece of work for longer than this has a disk that will not answer soon, or a fault of ours.
    package static let readerLimit = Duration.seconds(60)
    /// Longer than any statement, and any series of hosts, may take.
    package static let stepLimit = Duration.seconds(300)

    /// How long the reader has been at its present piece of work, zero when it waits for the next.
    package func readerBusy(at now: ContinuousClock.Instant) -> Duration {
        readerBusySince.map { max(.zero, now - $0) } ?? .zero
    }

    /// Whether the loader still turns: what the watchdog is fed by. A database that is away or slow does not stop it.
    package func isTurning(at now: ContinuousClock.Instant) -> Bool {
        readerBusy(at: now) < Self.readerLimit && now - lastStep < Self.stepLimit
    }

    /// How long the oldest entry has been waiting, zero when none does.
    package func lag(at now: UTCTime) -> Duration {
        let oldest = waiting.values.min()
        return ([oldest, awaySince].compactMap { $0 }.min()).map { max(.zero, now - $0) } ?? .zero
    }
}
