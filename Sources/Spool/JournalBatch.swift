package import MKDSCore

/// What one read of the journal gave.
package struct JournalBatch: Sendable {
    package var records: [JournalRecord]
    /// Where reading goes on: behind the last record, and behind damage that was passed over.
    /// The position asked for when there was nothing.
    package var end: JournalPosition
    /// Bytes that should have held entries and do not. A copy of their file is kept aside in `damaged/`.
    package var damages: [JournalDamage]

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
