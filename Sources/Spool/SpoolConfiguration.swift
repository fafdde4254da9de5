internal import Glibc
internal import Linux
package import MKDSCore

/// How a spool is written. The defaults suit a group of 32 cameras.
package struct SpoolConfiguration: Sendable {
    /// A journal file that reached this size is followed by the next one.
    package var fileByteLimit: Int
    /// Entries are gathered this long before they are written and synced together. With the time the disk takes for
    /// one sync it must stay below 100 ms.
    package var syncInterval: Duration
    /// Entries held in memory while the disk cannot take them; see ``PendingEntries`` for what happens beyond.
    package var memoryLimit: Int
    /// Space allocated in advance that becomes the next journal file when the disk is full; a quarter of it is kept
    /// for what still waits in memory when the writer is closed then. 0 for none.
    package var reserveByteCount: Int
    /// Distance of tries while the disk cannot take anything.
    package var retryInterval: Duration
    /// How long to wait for a dying predecessor to let go of the directory.
    package var lockTimeout: Duration
    /// No new file gets a lower number. The default is the microseconds since 1970: when an older copy of a spool is put
    /// back, its next files do not take the numbers of files the index has read already.
    package var lowestFileNumber: @Sendable () -> UInt64
    /// Called on the spool's thread when a sync failed: what the kernel then holds is unknown, so nothing may go on.
    /// The default writes one line to standard error and ends the process with status 74 (EX_IOERR).
    package var onFatal: @Sendable (String) -> Never

    package init(
        fileByteLimit: Int = 16 << 20, syncInterval: Duration = .milliseconds(50), memoryLimit: Int = 65_536,
        reserveByteCount: Int = 16 << 20, retryInterval: Duration = .seconds(1), lockTimeout: Duration = .seconds(5),
        lowestFileNumber: @escaping @Sendable () -> UInt64 = { UInt64(clamping: UTCTime.now.microseconds) },
        onFatal: @escaping @Sendable (String) -> Never = SpoolConfiguration.endProcess
    ) {
        self.fileByteLimit = fileByteLimit
        self.syncInterval = syncInterval
        self.memoryLimit = memoryLimit
        self.reserveByteCount = reserveByteCount
        self.retryInterval = retryInterval
        self.lockTimeout = lockTimeout
        self.lowestFileNumber = lowestFileNumber
        self.onFatal = onFatal
    }

    /// Says why on standard error, as a log line of a capture process, and ends the process at once.
    package static func endProcess(_ message: String) -> Never {
        let clean = message.map { $0 == "\"" || $0 == "\\" || $0.isNewline ? "'" : $0 }
        let line = "{\"level\":\"error\",\"message\":\"\(String(clean))\"}\n"
        _ = Array(line.utf8).withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
        _exit(74)
    }
}

/// How a journal writer stands.
package struct JournalStatus: Hashable, Sendable {
    /// Entries appended that are not yet safe on disk.
    package var unsyncedEntries: Int
    /// Entries safe on disk since the writer was made.
    package var syncedEntries: Int
    /// Where the last synced entry ends.
    package var syncedPosition: JournalPosition
    /// Why the disk takes nothing, or only events, at the moment. Nil when all is well.
    package var trouble: String?
    /// Revisions left out because a later one of the same event, run or gap replaced them in memory.
    package var coalescedEntries: Int
    /// Runs and gaps given up for want of memory while the disk took nothing.
    package var droppedFacts: Int
    /// Events given up for want of memory, after all else was.
    package var droppedEvents: Int

    package init(
        unsyncedEntries: Int = 0, syncedEntries: Int = 0,
        syncedPosition: JournalPosition = JournalPosition(file: 0, offset: 0), trouble: String? = nil,
        coalescedEntries: Int = 0, droppedFacts: Int = 0, droppedEvents: Int = 0
    ) {
        self.unsyncedEntries = unsyncedEntries
        self.syncedEntries = syncedEntries
        self.syncedPosition = syncedPosition
        self.trouble = trouble
        self.coalescedEntries = coalescedEntries
        self.droppedFacts = droppedFacts
        self.droppedEvents = droppedEvents
    }
}
