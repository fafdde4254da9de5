internal import MKDSCore
internal import Postgres

/// How events, runs and gaps become rows of a binary COPY.
enum LoaderRows {
    private static let revised = """
        day, id, revision, camera, kind, source, topic, start_time, last_seen, end_time, end_reason, clock, uncertainty_us,
        peak, peak_time, box_left, box_top, box_right, box_bottom, cells, detail,
        arrival_time, media_us, camera_time, clock_offset_us, offset_age_us
        """
    private static let revisedCount = 26

    static let insertEvents = """
        COPY mkds.event (\(revised), place_basis, point, okrsek, on_border, obvod, obec, touched, spool, change)
        FROM STDIN (FORMAT binary)
        """

    static func insert(
        _ event: Event, place: Placement, spool: UUIDv7, change: Int64, _ writer: inout BinaryCopyWriter
    ) {
        writer.beginRow(columns: revisedCount + 9)
        encode(event, &writer)
        writer.fields(place.encoded)
        writer.uuid(high: spool.high, low: spool.low)
        writer.int8(change)
    }

    // MARK: - Later revisions

    /// A temporary table of the connection: later revisions are copied there and then joined.
    static let makeStaging = """
        CREATE TEMPORARY TABLE IF NOT EXISTS event_revision ON COMMIT DELETE ROWS AS
            SELECT \(revised), change FROM mkds.event WITH NO DATA
        """
    static let stageEvents = "COPY event_revision (\(revised), change) FROM STDIN (FORMAT binary)"

    /// The place stays as it was frozen; a revision that is not higher changes nothing, one that names another camera is
    /// refused.
    static let applyStaged = """
        UPDATE mkds.event AS e SET revision = r.revision, kind = r.kind, source = r.source, topic = r.topic,
            start_time = r.start_time, last_seen = r.last_seen, end_time = r.end_time, end_reason = r.end_reason,
            clock = r.clock, uncertainty_us = r.uncertainty_us, peak = r.peak, peak_time = r.peak_time,
            box_left = r.box_left, box_top = r.box_top, box_right = r.box_right, box_bottom = r.box_bottom,
            cells = r.cells, detail = r.detail, arrival_time = r.arrival_time, media_us = r.media_us,
            camera_time = r.camera_time, clock_offset_us = r.clock_offset_us, offset_age_us = r.offset_age_us,
            camera = mkds.same_camera(e.camera, r.camera), change = r.change
        FROM event_revision AS r
        WHERE e.day = r.day AND e.id = r.id AND e.revision < r.revision
            AND e.day = ANY ($1)
        """

    static func stage(_ event: Event, change: Int64, _ writer: inout BinaryCopyWriter) {
        writer.beginRow(columns: revisedCount + 1)
        encode(event, &writer)
        writer.int8(change)
    }

    private static func encode(_ event: Event, _ writer: inout BinaryCopyWriter) {
        writer.date(event.id.day.daysSinceEpoch)
        writer.uuid(high: event.id.high, low: event.id.low)
        writer.int8(Int64(event.revision))
        writer.text(event.camera.rawValue)
        writer.int2(Int16(event.kind.rawValue))
        writer.int2(Int16(event.source.rawValue))
        writer.text(event.topic)
        writer.timestamp(event.start.microseconds)
        writer.timestamp(event.lastSeen.microseconds)
        optional(event.end, &writer) { $1.timestamp($0.microseconds) }
        optional(event.endReason, &writer) { $1.int2(Int16($0.rawValue)) }
        writer.int2(Int16(event.clock.rawValue))
        optional(event.uncertainty, &writer) { $1.int8($0.inMicroseconds) }
        writer.float4(event.peak)
        optional(event.peakTime, &writer) { $1.timestamp($0.microseconds) }
        optional(event.box?.left, &writer) { $1.float4($0) }
        optional(event.box?.top, &writer) { $1.float4($0) }
        optional(event.box?.right, &writer) { $1.float4($0) }
        optional(event.box?.bottom, &writer) { $1.float4($0) }
        optional(event.cells, &writer) { $1.bytea($0.bytes) }
        writer.text(event.detail)
        let reading = event.reading
        optional(reading?.arrival, &writer) { $1.timestamp($0.microseconds) }
        optional(reading?.media, &writer) { $1.int8($0.inMicroseconds) }
        optional(reading?.camera, &writer) { $1.timestamp($0.microseconds) }
        optional(reading?.offset, &writer) { $1.int8($0.inMicroseconds) }
        optional(reading?.offsetAge, &writer) { $1.int8($0.inMicroseconds) }
    }

    private static func optional<T>(
        _ value: T?, _ writer: inout BinaryCopyWriter, _ write: (T, inout BinaryCopyWriter) -> Void
    ) {
        if let value { write(value, &writer) } else { writer.null() }
    }

    // MARK: - Runs and gaps

    static let upsertRun = """
        INSERT INTO mkds.stream_run AS r (id, revision, camera, codec, profile, width, height, frame_rate, gop_us, bit_rate,
            first_packet, last_packet, packets, bytes, end_reason, clock, spool, arrival_time, media_us, camera_time, clock_offset_us,
            offset_age_us, uncertainty_us, level, announced_rate, signing, user_data, registered_user_data,
            picture_timing, metadata, klv_label, klv_rate, klv_time)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
            $24, $25, $26, $27::text[]::uuid[], $28, $29, $30, $31, $32, $33)
        ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, codec = excluded.codec, profile = excluded.profile,
            width = excluded.width, height = excluded.height, frame_rate = excluded.frame_rate, gop_us = excluded.gop_us,
            bit_rate = excluded.bit_rate, first_packet = excluded.first_packet, last_packet = excluded.last_packet,
            packets = excluded.packets, bytes = excluded.bytes, end_reason = excluded.end_reason, clock = excluded.clock,
            arrival_time = excluded.arrival_time, media_us = excluded.media_us, camera_time = excluded.camera_time,
            clock_offset_us = excluded.clock_offset_us, offset_age_us = excluded.offset_age_us,
            uncertainty_us = excluded.uncertainty_us, level = excluded.level, announced_rate = excluded.announced_rate,
            signing = excluded.signing, user_data = excluded.user_data,
            registered_user_data = excluded.registered_user_data, picture_timing = excluded.picture_timing,
            metadata = excluded.metadata, klv_label = excluded.klv_label, klv_rate = excluded.klv_rate,
            klv_time = excluded.klv_time, camera = mkds.same_camera(r.camera, excluded.camera)
        WHERE r.revision < excluded.revision
        """

    static func parameters(_ run: StreamRun, spool: UUIDv7) -> [PostgresValue] {
        [
            .id(run.id), .int8(Int64(run.revision)), .text(run.camera.rawValue), .text(run.codec), .text(run.profile),
            .int4(run.width), .int4(run.height), .float4(run.frameRate),
            .optional(run.groupOfPictures) { .int8($0.inMicroseconds) }, .float4(run.bitRate), .time(run.firstPacket),
            .time(run.lastPacket), .int8(Int64(clamping: run.packets)), .int8(Int64(clamping: run.bytes)),
            .optional(run.endReason) { .int2(Int16($0.rawValue)) }, .int2(Int16(run.clock.rawValue)), .id(spool),
            .optional(run.reading?.arrival) { .time($0) }, .optional(run.reading?.media) { .int8($0.inMicroseconds) },
            .optional(run.reading?.camera) { .time($0) },
            .optional(run.reading?.offset) { .int8($0.inMicroseconds) },
            .optional(run.reading?.offsetAge) { .int8($0.inMicroseconds) },
            .optional(run.uncertainty) { .int8($0.inMicroseconds) },
        ] + parameters(run.details)
    }

    private static func parameters(_ details: StreamDetails?) -> [PostgresValue] {
        let klv = details?.klv
        return [
            .optional(details?.level) { .text($0) }, .optional(details?.announcedFrameRate) { .float4($0) },
            .optional(details?.signing) { .int2(Int16($0.rawValue)) },
            .optional(details?.userData) { .textArray($0.map(\.description)) },
            .optional(details?.hasRegisteredUserData) { .bool($0) },
            .optional(details?.hasPictureTiming) { .bool($0) },
            .optional(details?.metadata) { .textArray($0.map(\.wireName)) },
            .optional(klv?.label) { .id(UUIDv7(high: $0.high, low: $0.low)) }, .optional(klv?.rate) { .float4($0) },
            .optional(klv?.timestamp) { .time($0) },
        ]
    }

    /// One statement for all samples of a batch. A sample has no revisions: one that is there was read twice.
    static let insertSamples = """
        INSERT INTO mkds.stream_minute (camera, run, minute, covered_ms, packets, bytes, keyframes, missed,
            longest_pause_ms, mean_gop_ms, longest_gop_ms)
        SELECT camera, run::uuid, timestamptz 'epoch' + minute * interval '1 microsecond', covered, packets, bytes, keyframes,
            missed, nullif(pause, -1), nullif(mean, -1), nullif(longest, -1)
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
            AS s (camera, run, minute, covered, packets, bytes, keyframes, missed, pause, mean, longest)
        ON CONFLICT DO NOTHING
        """

    static func parameters(_ samples: [StreamSample]) -> [PostgresValue] {
        func numbers(_ value: (StreamSample) -> Int64) -> PostgresValue { .int8Array(samples.map(value)) }
        return [
            .textArray(samples.map(\.camera.rawValue)), .textArray(samples.map(\.run.description)),
            numbers { $0.minute.microseconds }, numbers { milliseconds($0.duration) }, numbers { count($0.packets) },
            numbers { Int64(clamping: $0.bytes) }, numbers { count($0.keyframes) }, numbers { count($0.missed) },
            numbers { milliseconds($0.longestPause) }, numbers { milliseconds($0.meanGroup) },
            numbers { milliseconds($0.longestGroup) },
        ]
    }

    /// As an integer column holds it; -1 stands for nothing.
    private static func milliseconds(_ duration: Duration?) -> Int64 {
        guard let duration else { return -1 }
        return min(max(duration.inMicroseconds / 1000, 0), Int64(Int32.max))
    }

    private static func count(_ value: UInt32) -> Int64 { Int64(Int32(clamping: value)) }

    static let upsertGap = """
        INSERT INTO mkds.gap AS g (id, revision, camera, start_time, end_time, reason, detail, spool)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, start_time = excluded.start_time,
            end_time = excluded.end_time, reason = excluded.reason, detail = excluded.detail,
            camera = mkds.same_camera(g.camera, excluded.camera)
        WHERE g.revision < excluded.revision
        """

    static func parameters(_ gap: Gap, spool: UUIDv7) -> [PostgresValue] {
        [
            .id(gap.id), .int8(Int64(gap.revision)), .text(gap.camera.rawValue), .time(gap.start),
            .optional(gap.end) { .time($0) }, .text(gap.reason.rawValue), .text(gap.detail), .id(spool),
        ]
    }
}
