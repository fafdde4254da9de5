internal import MKDSCore
internal import OnvifMetadata

/// The events a camera tells of that are open: mints ids, counts revisions, keeps them calm. Pure.
///
/// A revision is written when an event opens and closes, and while it lasts at most every ``extensionInterval`` for what
/// the camera says and every ``quietInterval`` for the mere passing of time.
struct CameraEvents: Sendable {
    enum Key: Hashable, Sendable {
        case property(PropertyKey)
        case presence(ObjectPresence.Subject)
    }

    static let extensionInterval: Duration = .seconds(10)
    static let quietInterval: Duration = .seconds(60)

    private struct Open: Sendable {
        var event: Event
        var written: UTCTime
    }

    private let longestSpan: Duration
    private var open: [Key: Open] = [:]

    init(longestSpan: Duration) {
        self.longestSpan = longestSpan
    }

    var openCount: Int { open.count }

    mutating func begin(_ key: Key, _ event: Event, at now: UTCTime) {
        open[key] = Open(event: event, written: now)
    }

    /// The event lasts until `time`, by the camera's word of `now`; what follows for the journal.
    mutating func extend(
        _ key: Key, to time: UTCTime, at now: UTCTime, showing sighting: ObjectPresence.Sighting? = nil
    ) -> [Event] {
        guard var current = open[key] else { return [] }
        if let sighting { current.event.show(sighting) }
        current.event.lastSeen = max(current.event.lastSeen, time)
        open[key] = current
        return write(key, at: now, every: Self.extensionInterval)
    }

    /// What is shown belongs to every open event of this kind.
    mutating func show(_ sighting: ObjectPresence.Sighting, on kind: EventKind) -> Bool {
        var isShown = false
        for (key, current) in open where current.event.kind == kind {
            open[key]?.event.show(sighting)
            isShown = true
        }
        return isShown
    }

    mutating func end(_ key: Key, at time: UTCTime, _ reason: EndReason) -> Event? {
        guard var event = open.removeValue(forKey: key)?.event else { return nil }
        event.close(at: time, reason)
        return event
    }

    /// Time passed while the camera was connected: what it said still holds.
    mutating func tick(at now: UTCTime) -> [Event] {
        var events: [Event] = []
        for key in open.keys {
            guard case .property = key, let written = open[key]?.written, now - written >= Self.quietInterval else {
                continue
            }
            let lastSeen = open[key]?.event.lastSeen ?? now
            open[key]?.event.lastSeen = max(lastSeen, now)
            events += write(key, at: now, every: Self.quietInterval)
        }
        return events
    }

    /// Closes everything.
    mutating func endAll(_ reason: EndReason) -> [Event] {
        defer { open = [:] }
        return open.values.map { current in
            var event = current.event
            event.close(at: event.lastSeen, reason)
            return event
        }.sorted { $0.id < $1.id }
    }

    private mutating func write(_ key: Key, at now: UTCTime, every interval: Duration) -> [Event] {
        guard var current = open[key] else { return [] }
        if current.event.mayBeSplit, current.event.lastSeen - current.event.start >= longestSpan {
            var closed = current.event
            closed.close(at: closed.lastSeen, .split)
            let next = closed.continuation()
            open[key] = Open(event: next, written: now)
            return [closed, next]
        }
        guard now - current.written >= interval else { return [] }
        current.event.revision += 1
        current.written = now
        open[key] = current
        return [current.event]
    }
}

extension Event {
    /// Tampering lasts as long as it lasts.
    fileprivate var mayBeSplit: Bool { kind != .tamper }

    fileprivate mutating func show(_ sighting: ObjectPresence.Sighting) {
        var all = ObjectPresence.Sighting(box: box, cells: cells)
        all.formUnion(sighting)
        box = all.box
        cells = all.cells
    }

    fileprivate mutating func close(at time: UTCTime, _ reason: EndReason) {
        revision += 1
        end = max(time, start)
        lastSeen = max(time, start)
        endReason = reason
    }

    /// What goes on where this one was split. The clocks are as far on as the event; the comparison is older by as much.
    fileprivate func continuation() -> Event {
        let span = lastSeen - start
        let reading = reading.map { first in
            ClockReading(
                arrival: first.arrival + span, media: first.media + span, camera: first.offset.map { lastSeen + $0 },
                offset: first.offset, offsetAge: first.offsetAge.map { $0 + span })
        }
        return Event(
            id: UUIDv7(at: lastSeen), camera: camera, kind: kind, source: source, topic: topic, start: lastSeen,
            lastSeen: lastSeen, clock: clock, uncertainty: uncertainty, detail: detail, reading: reading)
    }
}
