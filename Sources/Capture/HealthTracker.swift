package import MKDSCore

/// Turns a camera's failures and recoveries into gaps and health events. Pure: time comes in with each input.
///
/// Gaps are exact: each begins with the last picture and ends with the next. Events are calm: one lasts until pictures
/// have come for ``stableAfter`` without a break, so that a flapping camera yields one event with a growing count.
package struct HealthTracker: Sendable {
    /// Pictures must come this long before an event of trouble is over.
    package static let stableAfter: Duration = .seconds(5)
    /// An open event is written again at most this often when nothing but its length changed.
    package static let revisionInterval: Duration = .seconds(60)

    private let camera: CameraID
    private var event: Event?
    private var gap: Gap?
    private var failureCount = 0
    private var lastRevision: UTCTime?
    private var lastPicture: UTCTime?
    /// Since when pictures come again while ``event`` is still open.
    private var recoveringSince: UTCTime?

    package init(camera: CameraID) {
        self.camera = camera
    }

    /// The trouble that lasts, for the status report.
    package var trouble: (topic: String, detail: String)? { event.map { ($0.topic, $0.detail) } }

    /// A connection failed or broke.
    package mutating func failed(_ topic: HealthTopic, _ detail: String, at now: UTCTime) -> [JournalRecord] {
        var records: [JournalRecord] = []
        let start = min(recoveringSince == nil && event != nil ? now : lastPicture ?? now, now)
        recoveringSince = nil
        failureCount += 1
        if gap == nil {
            let opened = Gap(id: UUIDv7(at: start), camera: camera, start: start, reason: topic, detail: detail)
            gap = opened
            records.append(.gap(opened))
        }
        if var event {
            let changed = event.topic != topic.rawValue
            event.topic = topic.rawValue
            event.lastSeen = max(event.lastSeen, now)
            event.detail = failureCount > 1 ? "\(detail) (\(failureCount) failures in a row)" : detail
            self.event = event
            // A camera that alternates between two reasons must not flood the journal either.
            if changed && failureCount <= 3 || isRevisionDue(at: now) { records.append(.event(revise(at: now))) }
        } else {
            let opened = Event(
                id: UUIDv7(at: start), camera: camera, kind: .health, topic: topic.rawValue, start: start,
                lastSeen: now, clock: .arrival, uncertainty: .seconds(1), detail: detail)
            event = opened
            failureCount = 1
            lastRevision = now
            records.append(.event(opened))
        }
        return records
    }

    /// A picture was decoded.
    package mutating func picture(at now: UTCTime) -> [JournalRecord] {
        lastPicture = now
        guard event != nil || gap != nil else { return [] }
        var records: [JournalRecord] = []
        if let closed = closeGap(at: now) { records.append(.gap(closed)) }
        let since = recoveringSince ?? now
        recoveringSince = since
        if now - since >= Self.stableAfter, let closed = closeEvent(at: since, .over) {
            records.append(.event(closed))
        }
        return records
    }

    /// Nothing more will come: the camera is withdrawn, or its file ended.
    package mutating func finish(at now: UTCTime, _ reason: EndReason) -> [JournalRecord] {
        var records: [JournalRecord] = []
        if let closed = closeGap(at: now) { records.append(.gap(closed)) }
        if let closed = closeEvent(at: recoveringSince ?? now, recoveringSince == nil ? reason : .over) {
            records.append(.event(closed))
        }
        return records
    }

    /// Something happened in a moment by the server's clock: a file was cut short.
    package func moment(_ topic: HealthTopic, _ detail: String, at now: UTCTime) -> JournalRecord {
        .event(moment(topic, detail, at: now, clock: .arrival, uncertainty: .seconds(1), reading: nil))
    }

    /// Something was seen of the picture of this media time: the stream changed.
    package func moment(
        _ topic: HealthTopic, _ detail: String, media: Duration, by clock: CameraClock, at now: UTCTime
    ) -> JournalRecord {
        guard let time = clock.time(of: media) else { return moment(topic, detail, at: now) }
        return .event(
            moment(
                topic, detail, at: time, clock: clock.source, uncertainty: clock.uncertainty,
                reading: clock.reading(of: media)))
    }

    private func moment(
        _ topic: HealthTopic, _ detail: String, at time: UTCTime, clock: ClockSource, uncertainty: Duration?,
        reading: ClockReading?
    ) -> Event {
        Event(
            id: UUIDv7(at: time), camera: camera, kind: .health, topic: topic.rawValue, start: time, lastSeen: time,
            end: time, endReason: .over, clock: clock, uncertainty: uncertainty, detail: detail, reading: reading)
    }

    // MARK: -

    private func isRevisionDue(at now: UTCTime) -> Bool {
        lastRevision.map { now - $0 >= Self.revisionInterval } ?? true
    }

    private mutating func revise(at now: UTCTime) -> Event {
        guard var event else { preconditionFailure("revision of a health event that is not open") }
        event.revision += 1
        self.event = event
        lastRevision = now
        return event
    }

    private mutating func closeGap(at now: UTCTime) -> Gap? {
        guard var closed = gap else { return nil }
        closed.revision += 1
        closed.end = max(now, closed.start)
        gap = nil
        return closed
    }

    private mutating func closeEvent(at end: UTCTime, _ reason: EndReason) -> Event? {
        guard var closed = event else { return nil }
        closed.revision += 1
        closed.end = max(end, closed.start)
        closed.lastSeen = max(end, closed.start)
        closed.endReason = reason
        event = nil
        recoveringSince = nil
        failureCount = 0
        return closed
    }
}
