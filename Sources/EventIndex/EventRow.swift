internal import MKDSCore
internal import Postgres

/// How a row of `mkds.event` becomes an ``IndexedEvent``.
enum EventRow {
    /// What every reader selects; the point as two numbers, so that no geometry need be decoded.
    static let selection = """
        day, id, revision, camera, kind, source, topic, start_time, last_seen, end_time, end_reason, clock, uncertainty_us,
        peak, peak_time, box_left, box_top, box_right, box_bottom, cells, detail, place_basis, ST_X(point) AS longitude,
        ST_Y(point) AS latitude, okrsek, on_border, obvod, obec, touched, change, arrival_time,
        media_us, camera_time, clock_offset_us, offset_age_us
        """

    /// Ids of all areas the row names.
    static func areas(_ row: PostgresRow) throws -> [Int64] {
        let single = [try row.optionalInt("okrsek"), try row.optionalInt("obvod"), try row.optionalInt("obec")]
        return single.compactMap { $0 } + (try row.intArray("touched"))
    }

    static func decode(_ row: PostgresRow, areas: [Int64: AreaReference]) throws -> IndexedEvent {
        IndexedEvent(event: try event(row), place: try place(row, areas), change: try row.int("change"))
    }

    private static func event(_ row: PostgresRow) throws -> Event {
        Event(
            id: try row.id("id"), revision: UInt32(clamping: try row.int("revision")), camera: try camera(row),
            kind: try known(EventKind(rawValue: UInt8(clamping: try row.int("kind"))), "kind"),
            source: try known(EventSource(rawValue: UInt8(clamping: try row.int("source"))), "source"),
            topic: try row.text("topic"), start: try row.time("start_time"), lastSeen: try row.time("last_seen"),
            end: try row.optionalTime("end_time"), endReason: try endReason(row),
            clock: try clock(row), uncertainty: try row.optionalInt("uncertainty_us").map { .microseconds($0) },
            peak: Float(try row.double("peak")), peakTime: try row.optionalTime("peak_time"), box: try box(row),
            cells: try row.optionalBytes("cells").flatMap { CellGrid(bytes: $0) }, detail: try row.text("detail"),
            reading: try reading(row))
    }

    private static func reading(_ row: PostgresRow) throws -> ClockReading? {
        guard let arrival = try row.optionalTime("arrival_time"), let media = try row.optionalInt("media_us") else {
            return nil
        }
        return ClockReading(
            arrival: arrival, media: .microseconds(media), camera: try row.optionalTime("camera_time"),
            offset: try row.optionalInt("clock_offset_us").map { .microseconds($0) },
            offsetAge: try row.optionalInt("offset_age_us").map { .microseconds($0) })
    }

    private static func place(_ row: PostgresRow, _ areas: [Int64: AreaReference]) throws -> EventPlace {
        var point: GeoPoint?
        if let longitude = try row.optionalDouble("longitude"), let latitude = try row.optionalDouble("latitude") {
            point = GeoPoint(longitude: longitude, latitude: latitude)
        }
        return EventPlace(
            basis: try known(PlaceBasis(rawValue: UInt8(clamping: try row.int("place_basis"))), "place_basis"),
            point: point, okrsek: try row.optionalInt("okrsek").flatMap { areas[$0] },
            onBorder: try row.bool("on_border"), obvod: try row.optionalInt("obvod").flatMap { areas[$0] },
            obec: try row.optionalInt("obec").flatMap { areas[$0] },
            touched: try row.intArray("touched").compactMap { areas[$0] })
    }

    private static func box(_ row: PostgresRow) throws -> PictureBox? {
        guard let left = try row.optionalDouble("box_left"), let top = try row.optionalDouble("box_top"),
            let right = try row.optionalDouble("box_right"), let bottom = try row.optionalDouble("box_bottom")
        else { return nil }
        return PictureBox(left: Float(left), top: Float(top), right: Float(right), bottom: Float(bottom))
    }

    static func run(_ row: PostgresRow) throws -> StreamRun {
        StreamRun(
            id: try row.id("id"), revision: UInt32(clamping: try row.int("revision")), camera: try camera(row),
            codec: try row.text("codec"), profile: try row.text("profile"),
            width: Int32(clamping: try row.int("width")), height: Int32(clamping: try row.int("height")),
            frameRate: Float(try row.double("frame_rate")),
            groupOfPictures: try row.optionalInt("gop_us").map { .microseconds($0) },
            bitRate: Float(try row.double("bit_rate")), firstPacket: try row.time("first_packet"),
            lastPacket: try row.time("last_packet"), packets: UInt64(clamping: try row.int("packets")),
            bytes: UInt64(clamping: try row.int("bytes")), endReason: try endReason(row), clock: try clock(row),
            reading: try reading(row), uncertainty: try row.optionalInt("uncertainty_us").map { .microseconds($0) },
            details: try details(row))
    }

    private static func details(_ row: PostgresRow) throws -> StreamDetails? {
        guard let level = try row.optionalText("level") else { return nil }
        return StreamDetails(
            level: level, announcedFrameRate: try row.optionalDouble("announced_rate").map { Float($0) },
            signing: try row.optionalInt("signing").map {
                try known(MediaSigning(rawValue: UInt8(clamping: $0)), "signing")
            },
            userData: try row.textArray("user_data_text").compactMap { StreamIdentifier($0) },
            hasRegisteredUserData: try row.optionalBool("registered_user_data") ?? false,
            hasPictureTiming: try row.optionalBool("picture_timing") ?? false,
            metadata: try row.textArray("metadata").map { try known(MetadataFormat(wireName: $0), "metadata") },
            klv: try klv(row))
    }

    private static func klv(_ row: PostgresRow) throws -> KLVFacts? {
        guard !(try row.isNull("klv_label")) else { return nil }
        let label = try row.uuid("klv_label")
        return KLVFacts(
            label: StreamIdentifier(high: label.high, low: label.low),
            rate: Float(try row.optionalDouble("klv_rate") ?? 0), timestamp: try row.optionalTime("klv_time"))
    }

    static func gap(_ row: PostgresRow) throws -> Gap {
        Gap(
            id: try row.id("id"), revision: UInt32(clamping: try row.int("revision")), camera: try camera(row),
            start: try row.time("start_time"), end: try row.optionalTime("end_time"),
            reason: try known(HealthTopic(rawValue: try row.text("reason")), "reason"), detail: try row.text("detail"))
    }

    private static func camera(_ row: PostgresRow) throws -> CameraID {
        try known(CameraID(try row.text("camera")), "camera")
    }

    private static func clock(_ row: PostgresRow) throws -> ClockSource {
        try known(ClockSource(rawValue: UInt8(clamping: try row.int("clock"))), "clock")
    }

    private static func endReason(_ row: PostgresRow) throws -> EndReason? {
        guard let value = try row.optionalInt("end_reason") else { return nil }
        return try known(EndReason(rawValue: UInt8(clamping: value)), "end_reason")
    }

    private static func known<T>(_ value: T?, _ column: String) throws -> T {
        guard let value else { throw IndexError(.damagedRow, "column \(column) holds what this program does not know") }
        return value
    }
}
