package import MKDSCore

/// What one read of the journal gave.
package struct JournalBatch: Sendable {
    package var records: [JournalRecord]
    /// Where reading goes on: behind the last record, and behind damage that was passed over.
    /// The position asked for when there was nothing.
    package var end: JournalPosition
    /// Bytes of the frames the records came in.
    package var byteCount = 0
    /// Bytes that should have held entries and do not. A copy of their file is kept aside in `damaged/`.
    package var damages: [JournalDamage]

    /// A batch ends with the entry that reaches so many bytes: a journal of nothing but the largest entries must not take
    /// the reader's memory.
    package static let byteLimit = 16 << 20

    /// Whether it ended at a limit of its own, so that more may follow at once.
    package func isFull(limit: Int) -> Bool { records.count >= limit || byteCount >= Self.byteLimit }

    package init(records: [JournalRecord], end: JournalPosition, damages: [JournalDamage] = []) {
        self.records = records
        self.end = end
        self.damages = damages
    }
}

/// A stretch of a journal file that could not be read and was passed over. To be logged as an error: what it held may
/// be lost.
package struct JournalDamage: Hashable, Sendable {
    package var position: JournalPosition
    package var byteCount: UInt64
    package var reason: String

    package init(position: JournalPosition, byteCount: UInt64, reason: String) {
        self.position = position
        self.byteCount = byteCount
        self.reason = reason
    }
}
