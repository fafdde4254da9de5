package import MKDSCore

/// One event on the wire. Every key is always there; what is not known is `null`.
package struct EventResource: Hashable, Codable, Sendable {
    package enum State: String, CaseIterable, Codable, Sendable {
        /// It lasts; a later revision will extend or close it.
        case open
        case closed
    }

    package var id: UUIDv7
    package var revision: UInt32
    package var camera: CameraID
    package var kind: EventKind
    package var source: EventSource
    package var topic: String
    package var state: State
    package var start: UTCTime
    package var end: UTCTime?
    package var lastSeen: UTCTime
    package var endReason: EndReason?
    /// Seconds from ``start`` to ``end``, for an open event to ``lastSeen``.
    package var durationSeconds: Double
    package var clock: ClockSource
    package var uncertaintyMilliseconds: Double?
    package var timeCheck: TimeCheck
    /// The server's clock when the picture that began it came; absent where no picture did.
    package var arrivalTime: UTCTime?
    /// The stream's own time of that picture.
    package var mediaSeconds: Double?
    /// What the camera's clock said of it.
    package var cameraTime: UTCTime?
    /// Camera clock minus ``start``.
    package var clockOffsetMilliseconds: Double?
    /// How long before that the camera's clock was last compared.
    package var offsetAgeSeconds: Double?
    /// Share of the unmasked picture that moved at most, 0…1.
    package var peak: Float
    package var peakTime: UTCTime?
    package var box: PictureBox?
    /// The 16 × 16 cell grid as 64 hexadecimal digits: 32 bytes, two a row, most significant bit leftmost.
    package var cells: String?
    package var detail: String
    package var place: PlaceResource
    /// Events of the other source that overlap it on the same camera: the same happening, seen by camera and server.
    package var linked: [UUIDv7]
    /// Grows with every change of any event; resume the live feed after it.
    package var change: Int64

    package init(_ indexed: IndexedEvent) {
        let event = indexed.event
        id = event.id
        revision = event.revision
        camera = event.camera
        kind = event.kind
        source = event.source
        topic = event.topic
        state = event.end == nil ? .open : .closed
        start = event.start
        end = event.end
        lastSeen = event.lastSeen
        endReason = event.endReason
        durationSeconds = ((event.end ?? event.lastSeen) - event.start).inSeconds
        clock = event.clock
        uncertaintyMilliseconds = event.uncertainty.map { Double($0.inMicroseconds) / 1000 }
        timeCheck = TimeCheck(offset: event.reading?.offset)
        arrivalTime = event.reading?.arrival
        mediaSeconds = event.reading?.media.inSeconds
        cameraTime = event.reading?.camera
        clockOffsetMilliseconds = event.reading?.offset.map { Double($0.inMicroseconds) / 1000 }
        offsetAgeSeconds = event.reading?.offsetAge?.inSeconds
        peak = event.peak
        peakTime = event.peakTime
        box = event.box
        cells = event.cells.map { Hexadecimal.text($0.bytes) }
        detail = event.detail
        place = PlaceResource(indexed.place)
        linked = indexed.linked
        change = indexed.change
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, revision, camera, kind, source, topic, state, start, end, clock, peak, box, cells, detail, place,
            linked, change
        case lastSeen = "last_seen"
        case endReason = "end_reason"
        case durationSeconds = "duration_s"
        case uncertaintyMilliseconds = "uncertainty_ms"
        case timeCheck = "time_check"
        case arrivalTime = "arrival_time"
        case mediaSeconds = "media_time_s"
        case cameraTime = "camera_time"
        case clockOffsetMilliseconds = "clock_offset_ms"
        case offsetAgeSeconds = "offset_age_s"
        case peakTime = "peak_time"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(revision, forKey: .revision)
        try container.encode(camera, forKey: .camera)
        try container.encode(kind, forKey: .kind)
        try container.encode(source, forKey: .source)
        try container.encode(topic, forKey: .topic)
        try container.encode(state, forKey: .state)
        try container.encode(start, forKey: .start)
        try container.encode(end, forKey: .end)
        try container.encode(lastSeen, forKey: .lastSeen)
        try container.encode(endReason, forKey: .endReason)
        try container.encode(durationSeconds, forKey: .durationSeconds)
        try container.encode(clock, forKey: .clock)
        try container.encode(uncertaintyMilliseconds, forKey: .uncertaintyMilliseconds)
        try container.encode(timeCheck, forKey: .timeCheck)
        try container.encode(arrivalTime, forKey: .arrivalTime)
        try container.encode(mediaSeconds, forKey: .mediaSeconds)
        try container.encode(cameraTime, forKey: .cameraTime)
        try container.encode(clockOffsetMilliseconds, forKey: .clockOffsetMilliseconds)
        try container.encode(offsetAgeSeconds, forKey: .offsetAgeSeconds)
        try container.encode(peak, forKey: .peak)
        try container.encode(peakTime, forKey: .peakTime)
        try container.encode(box, forKey: .box)
        try container.encode(cells, forKey: .cells)
        try container.encode(detail, forKey: .detail)
        try container.encode(place, forKey: .place)
        try container.encode(linked, forKey: .linked)
        try container.encode(change, forKey: .change)
    }
}

/// Where an event lies, as frozen when it was indexed. Outside every okrsek `okrsek` is `null`: an answer, not an error.
package struct PlaceResource: Hashable, Codable, Sendable {
    package var basis: PlaceBasis
    package var point: GeoJSONPoint?
    package var okrsek: AreaReference?
    /// The point lies exactly on a border ("hranice").
    package var onBorder: Bool
    package var obvod: AreaReference?
    package var obec: AreaReference?
    /// Every okrsek with at least 5 % of the camera's view.
    package var touched: [AreaReference]

    package init(_ place: EventPlace) {
        basis = place.basis
        point = place.point.map(GeoJSONPoint.init)
        okrsek = place.okrsek
        onBorder = place.onBorder
        obvod = place.obvod
        obec = place.obec
        touched = place.touched
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case basis, point, okrsek, obvod, obec, touched
        case onBorder = "on_border"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(basis, forKey: .basis)
        try container.encode(point, forKey: .point)
        try container.encode(okrsek, forKey: .okrsek)
        try container.encode(onBorder, forKey: .onBorder)
        try container.encode(obvod, forKey: .obvod)
        try container.encode(obec, forKey: .obec)
        try container.encode(touched, forKey: .touched)
    }
}

/// Bytes as lower-case hexadecimal digits.
enum Hexadecimal {
    static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
