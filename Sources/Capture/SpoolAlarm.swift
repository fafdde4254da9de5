package import MKDSCore

/// Turns the journal's trouble into health events: one per camera of the process, since a camera's watcher asks by
/// camera. They wait in memory, or go into the reserve, like any event. Pure: time comes in with each input.
package struct SpoolAlarm: Sendable {
    /// The journal must be well this long before the events are over: a disk that is just full flaps.
    package static let stableAfter: Duration = .seconds(5)

    private var open: [Event] = []
    /// ``update(trouble:unsyncedEntries:lostEvents:cameras:at:)``'s count when the trouble began.
    private var lostBefore = 0
    private var wellSince: UTCTime?

    package init() {}

    /// Whether the events are open.
    package var isRaised: Bool { !open.isEmpty }

    /// How the journal stands now. Give it about once a second.
    ///
    /// - Parameters:
    ///   - trouble: ``CaptureReport/spoolTrouble``.
    ///   - unsyncedEntries: Entries that wait in memory, for the detail.
    ///   - lostEvents: Events given up since the process began; what the trouble cost stands in the closed events.
    ///   - cameras: Those of the process; of interest when the trouble begins.
    ///   - now: The wall clock.
    /// - Returns: The events that open or close, for the journal.
    package mutating func update(
        trouble: String?, unsyncedEntries: Int, lostEvents: Int, cameras: [CameraID], at now: UTCTime
    ) -> [JournalRecord] {
        guard let trouble else { return settle(lostEvents: lostEvents, at: now) }
        wellSince = nil
        guard open.isEmpty else { return [] }
        lostBefore = lostEvents
        let detail = Self.bounded(
            "the journal cannot be written as it should: \(trouble)",
            unsyncedEntries > 0 ? " (\(unsyncedEntries) entries in memory)" : "")
        open = cameras.map { camera in
            Event(
                id: UUIDv7(at: now), camera: camera, kind: .health, topic: HealthTopic.spoolBlocked.rawValue,
                start: now, lastSeen: now, clock: .arrival, uncertainty: .seconds(1), detail: detail)
        }
        return open.map(JournalRecord.event)
    }

    private mutating func settle(lostEvents: Int, at now: UTCTime) -> [JournalRecord] {
        guard isRaised else { return [] }
        let since = min(wellSince ?? now, now)
        wellSince = since
        guard now - since >= Self.stableAfter else { return [] }
        defer {
            open = []
            wellSince = nil
        }
        let lost = lostEvents - lostBefore
        return open.map { event in
            var closed = event
            if lost > 0 { closed.detail = Self.bounded(event.detail, "; \(lost) events were lost") }
            closed.revision += 1
            closed.end = max(since, event.start)
            closed.lastSeen = max(since, event.start)
            closed.endReason = .over
            return .event(closed)
        }
    }

    /// At most 500 bytes, as ``Event/detail`` wants it.
    private static func bounded(_ text: String, _ tail: String) -> String {
        var head = text
        while head.utf8.count + tail.utf8.count > 500 { head.removeLast() }
        return head + tail
    }
}
