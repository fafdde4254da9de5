internal import MKDSCore
internal import Media
internal import OnvifMetadata

/// Reads what one connection's metadata track says, on the camera's thread, and hands it to the camera's recorder.
final class OnvifWatch {
    private let recorder: OnvifRecorder
    private var track = OnvifTrack()
    private var lastTick: UTCTime?

    /// For a connection that has just been opened; `refusal` says why it was without its track.
    init(_ recorder: OnvifRecorder, at now: UTCTime) {
        self.recorder = recorder
        recorder.connected(at: now)
    }

    /// Whether the connection has a track, and why the camera would not open it.
    func note(hasTrack: Bool, refusal: MediaError?, at now: UTCTime) -> [JournalRecord] {
        recorder.board.noteConnection(hasTrack: hasTrack)
        return refusal.map { recorder.note(.refused($0.detail), at: now) } ?? []
    }

    /// Takes the next piece of the track.
    func take(_ piece: UnsafeRawBufferPointer, received: ContinuousClock.Instant, at now: UTCTime) -> [JournalRecord] {
        var records: [JournalRecord] = []
        for document in track.append(piece, at: received, wall: now) {
            recorder.board.noteDocument(at: .now)
            records += recorder.take(document, at: now - document.begun.duration(to: .now), via: .track)
        }
        for trouble in track.takeTrouble() { records += recorder.note(trouble, at: now) }
        recorder.note(track.counters, refusedPieces: track.refusedPieceCount)
        return records
    }

    /// Tells what the video knows of time and size, about once a second; to be called with each picture.
    func tell(_ clock: CameraClock, media: Duration, size: (width: Int32, height: Int32), at now: UTCTime)
        -> [JournalRecord]
    {
        if let lastTick, now - lastTick < .seconds(1), now >= lastTick { return [] }
        lastTick = now
        let isHeard = clock.source == .rtcp && clock.isSettled
        recorder.note(
            StreamMoment(
                media: media, offset: isHeard ? clock.reading(of: media)?.offset : nil, uncertainty: clock.uncertainty,
                width: size.width > 0 ? Int(size.width) : nil, height: size.height > 0 ? Int(size.height) : nil))
        return recorder.tick(at: now)
    }

    /// What the device service told of the camera's clock of late.
    func deviceClock(at now: ContinuousClock.Instant) -> DeviceClockEstimate? { recorder.board.clock(at: now) }

    /// The connection is over.
    func close(_ reason: EndReason, at now: UTCTime) -> [JournalRecord] { recorder.connectionLost(at: now, reason) }
}
