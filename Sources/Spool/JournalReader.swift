internal import Glibc
internal import Linux
package import MKDSCore
internal import Synchronization

/// The reading side of a spool directory, for the process that puts the entries into the index.
///
/// Blocking, so for a thread of its own; ``wake()`` alone may come from anywhere. It trusts nothing in the directory: a
/// taken-over capture process may have written whatever it liked.
///
/// What it returns it has synced to disk itself before, so the index is never ahead of the journal. A frame cut short at
/// the end of the newest file means "no more yet". Anything else that is no frame is damage: passed over, reported in
/// ``JournalBatch/damages``, the file kept in `damaged/`.
package final class JournalReader: Sendable {
    package let directory: String
    /// Names this spool for ever; the index remembers its position by it.
    package let spoolID: UUIDv7
    private let spool: SpoolDirectory
    private let watcher: JournalWatcher
    private let cursor: Mutex<JournalCursor>

    /// Opens the spool and makes it when it is missing, so that reader and writer may start in any order.
    package init(directory: String) throws(SpoolError) {
        self.directory = directory
        spool = try SpoolDirectory(path: directory)
        spoolID = spool.spoolID
        watcher = try JournalWatcher(directories: [directory])
        cursor = Mutex(JournalCursor())
    }

    /// Whether the path still leads to this spool: false once the directory was removed, moved or replaced.
    package var isInPlace: Bool { spool.isInPlace }

    /// Reads up to `limit` entries that follow `position`; from the oldest file when it is nil. An empty batch whose end
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

    /// Bytes of journal that follow `position`: what the index is behind.
    package func backlogByteCount(after position: JournalPosition?) throws(SpoolError) -> UInt64 {
        var sum: UInt64 = 0
        for number in try spool.fileNumbers() where number >= position?.file ?? 0 {
            let name = SpoolDirectory.fileName(number)
            guard let file = try spool.openForReading(name) else { continue }
            let size = try file.attributes(spool.path(of: name)).byteCount
            let done = number == position?.file ? position?.offset ?? 0 : UInt64(JournalFrame.fileHeaderByteCount)
            sum += size > done ? size - done : 0
        }
        return sum
    }

    /// Waits, blocking the thread, until something was written, ``wake()`` was called or the time is over.
    package func wait(upTo limit: Duration) {
        watcher.wait(upTo: limit)
    }

    /// Ends ``wait(upTo:)`` early.
    package func wake() {
        watcher.wake()
    }
}
