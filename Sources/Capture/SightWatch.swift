package import MKDSCore
package import Motion

/// One camera's pictures and packets watched for what keeps them from showing the scene; made into events.
///
/// Used on the camera's thread only and kept over its reconnections.
final class SightWatch {
    /// Packets must be missing, or pictures hidden by damage, in that much of the time to be an event, and be complete that
    /// long to end it: one lost packet a minute damages one picture a minute.
    private static let lossOnset: Duration = .seconds(5)
    private static let lossRelief: Duration = .seconds(30)
    private static let lossInterval: Duration = .seconds(1)

    private var detector: SightDetector
    private var recorder: SightRecorder
    private var loss = SightTracker(onset: lossOnset, relief: lossRelief)
    private let ignoresLoss: Bool
    private var lastCount: (missed: UInt64, hidden: Int, at: UTCTime)?

    init(camera: CameraID, settings: MotionSettings) {
        let ignored = Set(settings.ignoredTrouble)
        detector = SightDetector(ignoring: ignored)
        recorder = SightRecorder(camera: camera)
        ignoresLoss = ignored.contains(.packetLoss)
    }

    /// Looks at a picture of this media time, taken at `time`.
    func look(
        at luma: LumaView, isKeyframe: Bool, media: Duration, time: UTCTime, by clock: CameraClock
    ) -> [JournalRecord] {
        let changes = detector.look(at: luma, isKeyframe: isKeyframe, time: time)
        return changes.compactMap { recorder.record($0, at: media, time, by: clock) }
    }

    /// Notes, when a packet of this media time had come, what was lost so far.
    ///
    /// - Parameters:
    ///   - missedPackets: Packets found missing on all connections of the camera together.
    ///   - hiddenPictures: Pictures of this connection that damage kept from being shown.
    ///   - media: Media time of the packet.
    ///   - clock: What the event's time rests on.
    /// - Returns: What there is to store.
    func note(
        missedPackets: UInt64, hiddenPictures: Int, media: Duration, by clock: CameraClock
    ) -> [JournalRecord] {
        guard !ignoresLoss, let now = clock.time(of: media) else { return [] }
        if let lastCount, now - lastCount.at < Self.lossInterval, now >= lastCount.at { return [] }
        let isMissing = lastCount.map { missedPackets > $0.missed || hiddenPictures > $0.hidden } ?? false
        lastCount = (missedPackets, hiddenPictures, now)
        return loss.consume(isMissing ? .packetLoss : nil, at: now)
            .compactMap { recorder.record($0, at: media, now, by: clock) }
    }

    /// The connection ended; what is open ends with it.
    func close(_ reason: EndReason) -> [JournalRecord] {
        (detector.close(reason) + loss.reset(reason)).compactMap { recorder.record($0) }
    }
}

/// Makes journal entries of spells of trouble: mints one id each, counts revisions. Pure.
package struct SightRecorder: Sendable {
    private let camera: CameraID
    private var open: [SightTrouble: Event] = [:]

    package init(camera: CameraID) {
        self.camera = camera
    }

    /// The revision that follows from a change that was found at a picture.
    ///
    /// - Parameters:
    ///   - change: What became of a spell.
    ///   - media: Media time of the picture.
    ///   - time: When it was taken.
    ///   - clock: What times rest on; the spell may have begun some pictures ago.
    /// - Returns: The entry; nil when the spell was never opened.
    package mutating func record(
        _ change: SightChange, at media: Duration, _ time: UTCTime, by clock: CameraClock
    ) -> JournalRecord? {
        guard case .opened(let spell) = change else { return record(change) }
        var reading = clock.reading(of: media - (time - spell.start))
        // The clock may have learnt since the spell began.
        if let told = reading?.camera { reading?.offset = told - spell.start }
        let event = Event(
            id: UUIDv7(at: spell.start), camera: camera, kind: spell.trouble.kind, topic: spell.trouble.rawValue,
            start: spell.start, lastSeen: spell.lastSeen, clock: clock.source, uncertainty: clock.uncertainty,
            detail: spell.trouble.detail, reading: reading)
        open[spell.trouble] = event
        return .event(event)
    }

    /// The revision that follows from a change of a spell that is open.
    package mutating func record(_ change: SightChange) -> JournalRecord? {
        let spell = change.spell
        guard var event = open[spell.trouble] else { return nil }
        event.revision += 1
        event.lastSeen = max(event.lastSeen, spell.lastSeen)
        if case .closed(_, let reason) = change {
            event.end = event.lastSeen
            event.endReason = reason
            open[spell.trouble] = nil
        } else {
            open[spell.trouble] = event
        }
        return .event(event)
    }
}
