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

    package init(
        batchLimit: Int = 65_536, keeping: Duration = .seconds(24 * 3600), daysAhead: Int = 7,
        longestDelay: Duration = .seconds(10)
    ) {
        self.batchLimit = max(1, batchLimit)
        self.keeping = keeping
        self.daysAhead = daysAhead
        self.longestDelay = longestDelay
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
    /// Since when entries are known to wait without a commit; nil when none wait.
    package var waitingSince: UTCTime?
    /// Why nothing can be loaded at the moment, nil when it can. No secrets.
    package var trouble: String?
    /// What is wrong with single spools, by directory.
    package var spoolTrouble: [String: String] = [:]

    package init() {}

    /// How long entries have been waiting, zero when none do.
    package func lag(at now: UTCTime) -> Duration {
        waitingSince.map { max(.zero, now - $0) } ?? .zero
    }
}
