package import MKDSCore

/// What of one recorded file goes into the journal: whatever is over, under an id that follows from what it is. Pure.
///
/// A file that is read again, because the process died or the list of files read was lost, yields the same ids, and the
/// index keeps one of each. So nothing is lost and nothing doubled, whenever the process dies.
package struct RecordingRecords: Sendable {
    private let camera: CameraID

    package init(camera: CameraID) {
        self.camera = camera
    }

    /// The entry for the journal; nil for what is still open, and for what ended only because reading was given up: it
    /// comes whole with the next reading.
    package func final(_ record: JournalRecord) -> JournalRecord? {
        switch record {
        case .event(var event):
            guard event.end != nil, event.endReason != .withdrawn else { return nil }
            event.id = id(at: event.start, "event \(event.kind.rawValue) \(event.source.rawValue) \(event.topic)")
            event.revision = 0
            return .event(event)
        case .run(var run):
            guard let reason = run.endReason, reason != .withdrawn else { return nil }
            run.id = id(at: run.firstPacket, "run")
            run.revision = 0
            return .run(run)
        default:
            // Gaps are those of connections; what no file tells of has no run.
            return nil
        }
    }

    private func id(at time: UTCTime, _ what: String) -> UUIDv7 {
        var generator = SeededGenerator(seedText: "\(camera) \(what) \(time.microseconds)")
        return UUIDv7(at: time, using: &generator)
    }
}
