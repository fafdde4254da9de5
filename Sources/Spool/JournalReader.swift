internal import Glibc
internal import Linux
package import MKDSCore
internal import Synchronization

/// The reading side of a spool directory, for the process that puts the entries into the index.
///
/// Blocking, so for a thread of its own; ``JournalWatcher`` says when to look again. It trusts nothing in the directory:
/// a taken-over capture process may have written whatever it liked.
///
/// What it returns it has synced to disk itself before, so the index is never ahead of the journal. A frame cut short at
/// the end of the newest file means "no more yet". Anything else that is no frame is damage: passed over, reported in
/// ``JournalBatch/damages``, the file kept in `damaged/`.
package final class JournalReader: Sendable {
    package let directory: String
    /// Names this spool for ever; the index remembers its position by it.
    package let spoolID: UUIDv7
    private let spool: SpoolDirectory
    private let cursor: Mutex<JournalCursor>

    /// Opens the spool and makes it when it is missing, so that reader and writer may start in any order.
    package init(directory: String) throws(SpoolError) {
        self.directory = directory
        spool = try SpoolDirectory(path: directory)
        spoolID = spool.spoolID
        cursor = Mutex(JournalCursor())
    }

    /// Whether the path still leads to this spool: false once the directory was removed, moved or replaced.
    package var isInPlace: Bool { spool.isInPlace }

    /// Reads up to `limit` entries, or ``JournalBatch/byteLimit`` bytes of them, that follow `position`; from the oldest file when it is nil. An empty batch whose end
    /// is the position asked for means that there is nothing now.
    ///
    /// A position in a file that is gone means the beginning of the next one there is.
    package func read(after position: JournalPosition?, limit: Int) throws(SpoolError) -> JournalBatch {
        let result = cursor.withLock { cursor -> Result<JournalBatch, SpoolError> in
            do throws(SpoolError) {
                return .success(try cursor.read(spool, after: position, limit: limit))
            } catch {
                cursor = JournalCursor()
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Gives up what the index has committed: whole files below `position` that were last written more than `keeping`
    /// ago are deleted.
    package func acknowledge(_ position: JournalPosition, keeping: Duration = .zero) throws(SpoolError) {
        let before = UTCTime.now.microseconds / 1_000_000 - keeping.components.seconds
        for number in try spool.fileNumbers() where number < position.file {
            let name = SpoolDirectory.fileName(number)
            if keeping > .zero {
                guard let file = try spool.openForReading(name) else { continue }
                if try file.attributes(spool.path(of: name)).changed > before { continue }
            }
            try spool.remove(name)
        }
    }

    /// Whether a process holds the spool's writing end. When it says no, all that was ever written can be read now.
    package func hasWriter() throws(SpoolError) -> Bool {
        try JournalOutput.isLocked(spool)
    }

    /// Throws code `rejectedFull` when ``reject(_:at:because:)`` would.
    package func checkRoomForRejected() throws(SpoolError) {
        try spool.checkRoomForRejected()
    }

    /// Puts an entry the database refused aside in `rejected/`, synced when it returns. `position` is where it was read.
    ///
    /// Throws code `rejectedFull` when there are too many already: then the entry must stay in the journal.
    package func reject(
        _ record: JournalRecord, at position: JournalPosition?, because reason: String
    ) throws(SpoolError) {
        try spool.reject(record, at: position, because: reason)
    }
}
