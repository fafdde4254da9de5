internal import MKDSCore
internal import OnvifMetadata

/// The events a camera tells of that are open: mints ids, counts revisions, keeps them calm. Pure.
///
/// A revision is written when an event opens and closes, and while it lasts at most every ``extensionInterval`` for what
/// the camera says and every ``quietInterval`` for the mere passing of time. A state that flutters is one event: where it
/// may, its end waits for ``settling``.
struct CameraEvents: Sendable {
    enum Key: Hashable, Sendable {
        case property(PropertyKey)
        case presence(ObjectPresence.Subject)
    }

    static let extensionInterval: Duration = .seconds(10)
    static let quietInterval: Duration = .seconds(60)
    /// A state that holds again this soon after its end never ended; as with what frames show.
    static let settling: Duration = ObjectPresence.quiet

    private struct Open: Sendable {
        var event: Event
        var written: UTCTime
        /// The end that was told, and when; it counts once ``settling`` has passed.
        var end: (time: UTCTime, reason: EndReason, told: UTCTime)?
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

    /// The event is over at `time`, unless its state holds again within ``settling``.
    ///
    /// - Returns: The event's id; nil when it is not open.
    mutating func settle(_ key: Key, at time: UTCTime, _ reason: EndReason, told now: UTCTime) -> UUIDv7? {
        open[key]?.end = (time, reason, now)
        return open[key]?.event.id
    }

    /// The state of an event that is about to be over holds again at `time`: it goes on.
    ///
    /// - Returns: Its id and what follows for the journal; nil when no such event is waiting.
    mutating func resume(_ key: Key, at time: UTCTime, told now: UTCTime) -> (id: UUIDv7, written: [Event])? {
        guard let current = open[key], current.end != nil else { return nil }
        open[key]?.end = nil
        return (current.event.id, extend(key, to: time, at: now))
    }

    /// Closes what was over and has not begun again.
    mutating func endSettled(at now: UTCTime) -> [Event] {
        let over = open.compactMap { key, current in current.end.map { (key: key, end: $0) } }
        // A clock set back keeps nothing open.
        return over.filter { !(.zero...Self.settling).contains(now - $0.end.told) }
            .compactMap { end($0.key, at: $0.end.time, $0.end.reason) }.sorted { $0.id < $1.id }
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
            guard case .property = key, open[key]?.end == nil, let written = open[key]?.written,
                now - written >= Self.quietInterval
            else { continue }
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
            event.close(at: current.end?.time ?? event.lastSeen, current.end?.reason ?? reason)
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
