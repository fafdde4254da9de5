/// What capture hands to the index, one journal entry each, in the order it happened.
package enum JournalRecord: Hashable, Sendable {
    /// The first entry of every journal session: whatever an earlier session of this spool left open is to be closed.
    case captureStarted(CaptureStart)
    case event(Event)
    case run(StreamRun)
    case gap(Gap)
    case sample(StreamSample)
    /// A whole document, after its parts.
    case document(RawDocument)
    case documentPart(DocumentPart)
}

package struct CaptureStart: Hashable, Sendable {
    package var time: UTCTime
    /// Version of the program that writes.
    package var version: String

    package init(time: UTCTime, version: String) {
        self.time = time
        self.version = version
    }
}

/// Where a journal entry begins or ends: files of one spool are numbered upward, a number is never used twice.
package struct JournalPosition: Hashable, Comparable, Sendable {
    package var file: UInt64
    package var offset: UInt64

    package init(file: UInt64, offset: UInt64) {
        self.file = file
        self.offset = offset
    }

    package static func < (left: JournalPosition, right: JournalPosition) -> Bool {
        (left.file, left.offset) < (right.file, right.offset)
    }
}
