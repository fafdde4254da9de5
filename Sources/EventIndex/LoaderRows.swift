internal import MKDSCore
internal import Postgres

/// How events, runs and gaps become rows of a binary COPY.
enum LoaderRows {
    private static let revised = """
        day, id, revision, camera, kind, source, topic, start_time, last_seen, end_time, end_reason, clock, uncertainty_us,
        peak, peak_time, box_left, box_top, box_right, box_bottom, cells, detail
        """
    private static let revisedCount = 21

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

    /// The place stays as it was frozen; a revision that is not higher changes nothing.
    static let applyStaged = """
        UPDATE mkds.event AS e SET revision = r.revision, kind = r.kind, source = r.source, topic = r.topic,
            start_time = r.start_time, last_seen = r.last_seen, end_time = r.end_time, end_reason = r.end_reason,
            clock = r.clock, uncertainty_us = r.uncertainty_us, peak = r.peak, peak_time = r.peak_time,
            box_left = r.box_left, box_top = r.box_top, box_right = r.box_right, box_bottom = r.box_bottom,
            cells = r.cells, detail = r.detail, change = r.change
        FROM event_revision AS r
        WHERE e.day = r.day AND e.id = r.id AND e.revision < r.revision
            AND e.day BETWEEN $1 AND $2
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
    }

    private static func optional<T>(
        _ value: T?, _ writer: inout BinaryCopyWriter, _ write: (T, inout BinaryCopyWriter) -> Void
    ) {
        if let value { write(value, &writer) } else { writer.null() }
    }

    // MARK: - Runs and gaps

    static let upsertRun = """
        INSERT INTO mkds.stream_run AS r (id, revision, camera, codec, profile, width, height, frame_rate, gop_us, bit_rate,
            first_packet, last_packet, packets, bytes, end_reason, clock, spool)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, codec = excluded.codec, profile = excluded.profile,
            width = excluded.width, height = excluded.height, frame_rate = excluded.frame_rate, gop_us = excluded.gop_us,
            bit_rate = excluded.bit_rate, first_packet = excluded.first_packet, last_packet = excluded.last_packet,
            packets = excluded.packets, bytes = excluded.bytes, end_reason = excluded.end_reason, clock = excluded.clock
        WHERE r.revision < excluded.revision
        """

    static func parameters(_ run: StreamRun, spool: UUIDv7) -> [PostgresValue] {
        [
            .id(run.id), .int8(Int64(run.revision)), .text(run.camera.rawValue), .text(run.codec), .text(run.profile),
            .int4(run.width), .int4(run.height), .float4(run.frameRate),
            .optional(run.groupOfPictures) { .int8($0.inMicroseconds) }, .float4(run.bitRate), .time(run.firstPacket),
            .time(run.lastPacket), .int8(Int64(clamping: run.packets)), .int8(Int64(clamping: run.bytes)),
            .optional(run.endReason) { .int2(Int16($0.rawValue)) }, .int2(Int16(run.clock.rawValue)), .id(spool),
        ]
    }

    static let upsertGap = """
        INSERT INTO mkds.gap AS g (id, revision, camera, start_time, end_time, reason, detail, spool)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, start_time = excluded.start_time,
            end_time = excluded.end_time, reason = excluded.reason, detail = excluded.detail
        WHERE g.revision < excluded.revision
        """

    static func parameters(_ gap: Gap, spool: UUIDv7) -> [PostgresValue] {
        [
            .id(gap.id), .int8(Int64(gap.revision)), .text(gap.camera.rawValue), .time(gap.start),
            .optional(gap.end) { .time($0) }, .text(gap.reason.rawValue), .text(gap.detail), .id(spool),
        ]
    }
}
