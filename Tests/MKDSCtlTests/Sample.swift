internal import MKDSCore
internal import QueryAPI

/// Values of the wire to answer with.
enum Sample {
    static let start = UTCTime("2026-11-20T20:00:00Z") ?? UTCTime(seconds: 0)
    static let okrsek = AreaReference(id: 7, kind: .okrsek, code: "12", name: "Slovany 2")
    static let obvod = AreaReference(id: 3, kind: .obvod, code: "MO3", name: "Plzeň 3")

    /// A closed event; later numbers began later and lasted longer.
    static func event(number: Int) -> EventResource {
        EventResource(indexed(number: number))
    }

    static func indexed(number: Int) -> IndexedEvent {
        var random = SeededGenerator(seed: UInt64(number))
        let begin = start + .seconds(number)
        guard let camera = CameraID("kam-\(number % 3)") else { preconditionFailure("a good id") }
        let event = Event(
            id: UUIDv7(at: begin, using: &random), revision: 2, camera: camera, kind: .motion, start: begin,
            lastSeen: begin + .seconds(4), end: begin + .seconds(4), endReason: .over, clock: .arrival,
            uncertainty: .milliseconds(250), peak: 0.125, peakTime: begin + .seconds(1), detail: "")
        let place = EventPlace(
            basis: .scenePoint, point: GeoPoint(longitude: 13.3776, latitude: 49.7475), okrsek: okrsek, obvod: obvod,
            touched: [okrsek])
        return IndexedEvent(event: event, place: place, change: Int64(number))
    }

    static func open(_ event: EventResource, revision: UInt32) -> EventResource {
        var event = event
        event.revision = revision
        event.state = .open
        event.end = nil
        event.endReason = nil
        return event
    }

    static func json(_ value: some Encodable) -> String {
        guard let data = try? WireJSON.encode(value) else { preconditionFailure("a sample is encodable") }
        return String(decoding: data, as: UTF8.self)
    }

    static func page(_ numbers: some Collection<Int>, cursor: EventCursor? = nil) -> String {
        json(Page(items: numbers.map(event), nextCursor: cursor?.description))
    }
}
