internal import MKDSCore

/// One file in a recorder's folder as a look at the folder found it.
struct RecordingFile: Hashable, Sendable {
    /// Below the folder.
    var path: String
    var byteCount: Int64
    var modified: UTCTime
    var stamp: RecordingName.Stamp?
    /// By which the files of a folder are put in order.
    var order: UTCTime

    /// Names the file as it is: one that was written over, or grew, is another.
    var identity: UInt64 {
        var generator = SeededGenerator(seedText: "\(path)\n\(byteCount)\n\(modified.microseconds)")
        return generator.next()
    }

    /// The path as it may be shown and logged: a recorder may write any bytes.
    var shownName: String {
        String(
            String.UnicodeScalarView(
                path.unicodeScalars.prefix(120).map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }
}
