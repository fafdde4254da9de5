import MKDSCore

/// Events with everything known and with as little known as may be.
enum Samples {
    static let okrsek = AreaReference(id: 7, kind: .okrsek, code: "PL-07", name: "Slovany, \"u pece\"")

    static func full() throws -> IndexedEvent {
        var cells = CellGrid()
        cells.insert(row: 0, column: 0)
        cells.insert(row: 15, column: 15)
        let start = UTCTime(microseconds: 1_795_000_000_250_000)
        let event = Event(
            id: UUIDv7(high: 0x019a_a6b3_1f1b_7abc, low: 0x8123_4567_89ab_cdef), revision: 4,
            camera: try requireID("dobrovskeho-1"), kind: .motion, source: .server, topic: "", start: start,
            lastSeen: start + .seconds(12), end: start + .milliseconds(12_345), endReason: .streamLost, clock: .rtcp,
            uncertainty: .microseconds(1_500), peak: 0.125, peakTime: start + .seconds(3),
            box: PictureBox(left: 0.1, top: 0.2, right: 0.3, bottom: 0.4), cells: cells, detail: "",
            reading: ClockReading(
                arrival: start + .milliseconds(150), media: .milliseconds(61_500), camera: start + .milliseconds(2500),
                offset: .milliseconds(2500), offsetAge: .milliseconds(40)))
        let place = EventPlace(
            basis: .scenePoint, point: GeoPoint(longitude: 13.3776, latitude: 49.7475), okrsek: okrsek, onBorder: true,
            obvod: AreaReference(id: 2, kind: .obvod, code: "MO3", name: "Plzeň 3"),
            obec: AreaReference(id: 1, kind: .obec, code: "554791", name: "Plzeň"), touched: [okrsek])
        let linked = UUIDv7("019aa6b3-1f1b-7abc-8123-456789abcdee").map { [$0] } ?? []
        return IndexedEvent(event: event, place: place, change: 99, linked: linked)
    }

    static func bare() throws -> IndexedEvent {
        let start = UTCTime(microseconds: 1_795_000_000_000_000)
        let event = Event(
            id: UUIDv7(at: start), camera: try requireID("w.2"), kind: .health, topic: "unreachable", start: start,
            lastSeen: start, clock: .arrival, detail: "=HYPERLINK(\"http://x\"), \"no\" route\r\nto host")
        return IndexedEvent(event: event, place: EventPlace(), change: 1)
    }

    private static func requireID(_ text: String) throws -> CameraID {
        guard let id = CameraID(text) else { throw NotAnID(text: text) }
        return id
    }

    private struct NotAnID: Error { var text: String }
}
