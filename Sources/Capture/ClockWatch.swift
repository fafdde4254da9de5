package import MKDSCore

/// Turns measured offsets of a camera's clock into health events: one that lasts while the clock is wrong, one for each
/// moment it was set. Pure, and older than one connection: a camera that restarts with another time is noticed.
package struct ClockWatch: Sendable {
    /// An offset must be wrong, or right again, this long before an event opens or closes.
    package static let stableAfter: Duration = .seconds(10)
    /// A difference of two offsets in a row by more than this is a step, not drift.
    package static let smallestStep: Duration = .seconds(1)
    /// An open event is written again at most this often.
    package static let revisionInterval: Duration = .seconds(60)

    private let cameraID: CameraID
    private var open: Event?
    private var lastRevision: UTCTime?
    private var last: (offset: Duration, uncertainty: Duration, at: UTCTime)?
    /// Since when the verdict on the offset differs from what ``open`` says.
    private var differsSince: UTCTime?

    package init(camera: CameraID) {
        cameraID = camera
    }

    /// Takes a measurement; call it about once a second. A camera that tells no time changes nothing.
    ///
    /// - Parameters:
    ///   - reading: Of the newest picture.
    ///   - now: The server's wall clock.
    ///   - uncertainty: Half-width of the interval around the measured offset; what lies within it proves nothing.
    /// - Returns: The events that follow, for the journal.
    package mutating func update(
        _ reading: ClockReading, at now: UTCTime, uncertainty: Duration = .zero
    ) -> [JournalRecord] {
        guard let offset = reading.offset else { return [] }
        var records: [JournalRecord] = []
        if let step = step(to: offset, uncertainty, at: now) {
            records.append(
                .event(
                    event(
                        .clockStepped, "the camera's clock was set \(Self.change(step))", reading, at: now,
                        isMoment: true)))
        }
        last = (offset, uncertainty, now)
        let proved = max(.zero, max(offset, .zero - offset) - uncertainty)
        let isWrong = TimeCheck(offset: proved) != .verified
        guard isWrong != (open != nil) else {
            differsSince = nil
            if isWrong, let revised = extend(offset, at: now) { records.append(.event(revised)) }
            return records
        }
        let since = min(differsSince ?? now, now)
        differsSince = since
        guard now - since >= Self.stableAfter else { return records }
        differsSince = nil
        if isWrong {
            let opened = event(.clockError, Self.sentence(offset), reading, at: since, isMoment: false)
            open = opened
            lastRevision = now
            records.append(.event(opened))
        } else if let closed = close(at: since, .over) {
            records.append(.event(closed))
        }
        return records
    }

    /// The camera is withdrawn: closes what is open.
    package mutating func finish(at now: UTCTime) -> [JournalRecord] {
        close(at: now, .withdrawn).map { [.event($0)] } ?? []
    }

    // MARK: -

    /// How far the clock was set since the last measurement; drift over the time between explains some of it.
    private func step(to offset: Duration, _ uncertainty: Duration, at now: UTCTime) -> Duration? {
        guard let last else { return nil }
        let change = offset - last.offset
        let drift = .seconds(max(0, (now - last.at).inSeconds)) * (Double(ArrivalBound.driftPerSecond) / 1_000_000)
        let unproved = drift + max(uncertainty, last.uncertainty)
        return max(change, .zero - change) > Self.smallestStep + unproved ? change : nil
    }

    private func event(
        _ topic: HealthTopic, _ detail: String, _ reading: ClockReading, at start: UTCTime, isMoment: Bool
    ) -> Event {
        Event(
            id: UUIDv7(at: start), camera: cameraID, kind: .health, topic: topic.rawValue, start: start,
            lastSeen: start, end: isMoment ? start : nil, endReason: isMoment ? .over : nil, clock: .arrival,
            uncertainty: .seconds(1), detail: detail, reading: reading)
    }

    private mutating func extend(_ offset: Duration, at now: UTCTime) -> Event? {
        guard var event = open, lastRevision.map({ now - $0 >= Self.revisionInterval }) ?? true else { return nil }
        event.revision += 1
        event.lastSeen = max(event.lastSeen, now)
        event.detail = Self.sentence(offset)
        open = event
        lastRevision = now
        return event
    }

    private mutating func close(at end: UTCTime, _ reason: EndReason) -> Event? {
        guard var event = open else { return nil }
        event.revision += 1
        event.lastSeen = max(event.start, end)
        event.end = event.lastSeen
        event.endReason = reason
        open = nil
        differsSince = nil
        return event
    }

    private static func sentence(_ offset: Duration) -> String {
        "the camera's clock is \(tenths(offset)) s \(offset < .zero ? "behind" : "ahead of") the server's"
    }

    private static func change(_ step: Duration) -> String {
        "\(step < .zero ? "back" : "forward") by \(tenths(step)) s"
    }

    /// The size of a span in seconds with one decimal.
    private static func tenths(_ duration: Duration) -> String {
        let tenths = (abs(duration.inMicroseconds) + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}
