package import MKDSCore
internal import Postgres

/// What the cameras of a search could not see while they were asked about.
package struct SearchCoverage: Sendable {
    package var from: UTCTime
    package var to: UTCTime
    /// Cameras asked.
    package var cameraCount: Int
    /// Those with anything but `seen` within the span.
    package var incompleteCount: Int
    /// Seconds, all cameras together, that were not seen clearly.
    package var missing: Duration
    /// Spans that were not seen clearly, by camera and time.
    package var gaps: [CoverageInterval]
    /// More gaps exist than are named, or more than could be looked at; the counts are then the least.
    package var isTruncated: Bool
}

extension IndexReader {
    /// Longest span of one question about coverage.
    package static let coverageSpan: Duration = .seconds(31 * 86_400)
    /// Most rows of evidence of one kind and camera read at once for one stretch of a timeline.
    private static let evidenceLimit = 2_000
    /// The same for the coverage beside a search, which must not hold it up.
    private static let searchEvidenceLimit = 40

    // MARK: - Timelines

    /// Ids of the cameras of the register, in order.
    package func cameras() async throws -> [CameraID] {
        try await pool.withConnection { connection in
            try connection.query("SELECT id FROM mkds.camera ORDER BY id COLLATE \"C\"").compactMap {
                CameraID(try $0.text("id"))
            }
        }
    }

    /// One stretch of one camera's timeline, from `from` on: at most a day, less where much is on record.
    ///
    /// - Returns: Its intervals and where the next stretch begins, which is `to` after the last.
    package func coverage(
        of camera: CameraID, from: UTCTime, to: UTCTime, now: UTCTime, liveUntil: UTCTime?
    ) async throws -> (intervals: [CoverageInterval], end: UTCTime) {
        var end = min(to, from + .seconds(86_400))
        while true {
            let (start, stop) = (from, end)
            let evidence = try await pool.withConnection { connection in
                try Evidence([camera], start, stop, limit: Self.evidenceLimit, connection)
            }
            let isShortest = end - from <= .seconds(60)
            if evidence.truncated.isEmpty || isShortest {
                var timeline = evidence.timelines[camera] ?? CoverageTimeline(camera: camera)
                timeline.liveUntil = liveUntil
                return (timeline.intervals(from: from, to: end, now: now), end)
            }
            end = from + (end - from) / 4
        }
    }

    // MARK: - Beside a search

    /// What the cameras a filter asks could not see within `from` … `to`.
    ///
    /// - Parameters:
    ///   - filter: Which cameras are asked: those named, or those whose place or view answers it; else all enabled.
    ///   - from: Begin of the span, held within ``coverageSpan`` of its end; nil: as long as each camera is known.
    ///   - to: End of the span.
    ///   - now: Nothing is told of what comes after it.
    ///   - live: Up to when cameras are known to be live.
    ///   - limit: Most gaps to name.
    /// - Returns: Counts over all of these cameras, and the first gaps by name.
    /// - Throws: `PostgresError`, or ``IndexError`` for rows this program cannot read.
    package func coverage(
        for filter: EventFilter, from: UTCTime?, to: UTCTime, now: UTCTime, live: [CameraID: UTCTime], limit: Int
    ) async throws -> SearchCoverage {
        let to = min(to, now)
        let begin = min(max(from ?? to - Self.coverageSpan, to - Self.coverageSpan), to)
        let evidence = try await pool.withConnection { connection in
            let cameras = try Self.cameras(asked: filter, from: begin, to: to, connection)
            return try Evidence(cameras, begin, to, limit: Self.searchEvidenceLimit, connection)
        }
        var answer = SearchCoverage(
            from: begin, to: to, cameraCount: evidence.timelines.count, incompleteCount: 0, missing: .zero, gaps: [],
            isTruncated: !evidence.truncated.isEmpty)
        for camera in evidence.timelines.keys.sorted() {
            guard var timeline = evidence.timelines[camera] else { continue }
            timeline.liveUntil = live[camera]
            // Where not all evidence was read, only the time after the oldest that was is told.
            let start = max(begin, evidence.truncated[camera] ?? begin)
            let gaps = timeline.intervals(from: start, to: to, now: now).filter { gap in
                gap.state != .seen && (from != nil || gap.reason != CoverageReason.notRegistered.rawValue)
            }
            guard !gaps.isEmpty || evidence.truncated[camera] != nil else { continue }
            answer.incompleteCount += 1
            for gap in gaps { answer.missing += gap.to - gap.from }
            let room = limit - answer.gaps.count
            if gaps.count > room { answer.isTruncated = true }
            answer.gaps += gaps.prefix(max(0, room))
        }
        return answer
    }

    /// Cameras whose place, within the span, answers the filter. What the register holds decides, not what events say: a
    /// camera that never saw anything is asked too.
    private static func cameras(
        asked filter: EventFilter, from: UTCTime, to: UTCTime, _ connection: isolated PostgresConnection
    ) throws -> [CameraID] {
        if !filter.cameras.isEmpty, filter.okrsek == nil, filter.obvod == nil, filter.near == nil {
            return filter.cameras
        }
        let rows = try connection.query(
            """
            SELECT c.id FROM mkds.camera AS c
            WHERE ($1::text[] IS NULL OR c.id = ANY ($1))
                AND ($1::text[] IS NOT NULL OR c.enabled OR EXISTS (
                    SELECT FROM mkds.stream_run AS r WHERE r.camera = c.id AND r.first_packet >= $2 AND r.first_packet < $3))
                AND ($4::text IS NULL AND $5::text IS NULL AND $7::double precision IS NULL OR EXISTS (
                    SELECT FROM mkds.camera_place AS p
                    WHERE p.camera = c.id AND p.valid_from < $3 AND (p.valid_to IS NULL OR p.valid_to > $2)
                        AND ($4::text IS NULL OR EXISTS (
                            SELECT FROM mkds.area AS a WHERE a.kind = 'okrsek' AND a.code = $4
                                AND (a.id = p.okrsek OR $6 AND a.id = ANY (p.touched))))
                        AND ($5::text IS NULL OR EXISTS (
                            SELECT FROM mkds.area AS a WHERE a.kind = 'obvod' AND a.code = $5 AND a.id = p.obvod))
                        AND ($7::double precision IS NULL OR ST_DWithin(
                            p.point::geography, ST_SetSRID(ST_Point($7, $8), 4326)::geography, $9))))
            """,
            [
                filter.cameras.isEmpty ? .null : .textArray(filter.cameras.map(\.rawValue)),
                .time(from), .time(to), .optional(filter.okrsek) { .text($0) }, .optional(filter.obvod) { .text($0) },
                .bool(filter.includeTouched), .optional(filter.near?.centre.longitude) { .float8($0) },
                .optional(filter.near?.centre.latitude) { .float8($0) }, .optional(filter.near?.metres) { .float8($0) },
            ])
        return try rows.compactMap { CameraID(try $0.text("id")) }
    }
}

/// Rows of several cameras around a span, sorted out by camera.
private struct Evidence {
    private(set) var timelines: [CameraID: CoverageTimeline] = [:]
    /// Cameras of which not all was read, with the moment from which on it is whole.
    private(set) var truncated: [CameraID: UTCTime] = [:]
    private let limit: Int

    /// Rows before the span that are read too: the one that may reach into it, and a few more for clocks set back.
    private static let before = 4

    init(
        _ cameras: [CameraID], _ from: UTCTime, _ to: UTCTime, limit: Int, _ connection: isolated PostgresConnection
    ) throws {
        self.limit = limit
        for camera in cameras { timelines[camera] = CoverageTimeline(camera: camera) }
        guard !cameras.isEmpty else { return }
        let values: [PostgresValue] = [
            .textArray(cameras.map(\.rawValue)), .time(from), .time(to), .int8(Int64(limit + 1)),
        ]
        for row in try connection.query(Self.statement("stream_run", "first_packet", "last_packet, end_reason"), values)
        {
            let end = try row.optionalInt("end_reason").map { EndReason(rawValue: UInt8(clamping: $0)) ?? .over }
            let run = CoverageTimeline.Run(
                first: try row.time("first_packet"), last: try row.time("last_packet"), end: end)
            try change(row) { $0.runs.append(run) }
        }
        for row in try connection.query(Self.statement("gap", "start_time", "end_time, reason"), values) {
            let gap = CoverageTimeline.Spell(
                start: try row.time("start_time"), end: try row.optionalTime("end_time"), reason: try row.text("reason")
            )
            try change(row) { $0.gaps.append(gap) }
        }
        try readTroubles(values[0], from, to, connection)
        for row in try connection.query(
            "SELECT camera, since, enabled FROM mkds.camera_service WHERE camera = ANY ($1)", [values[0]])
        {
            let service = CoverageTimeline.Service(since: try row.time("since"), isEnabled: try row.bool("enabled"))
            try change(row) { $0.service.append(service) }
        }
        noteTruncation(from: from)
    }

    /// Looks at the partitions of the span and a day before it; what reaches further back is in `lasting_trouble`.
    private mutating func readTroubles(
        _ cameras: PostgresValue, _ from: UTCTime, _ to: UTCTime, _ connection: isolated PostgresConnection
    ) throws {
        let columns = "camera, id, topic, start_time, last_seen, end_time"
        let isTrouble = "(kind = 4 OR kind = 5 AND topic IN ('frozen', 'packet-loss'))"
        let early = from - .seconds(86_400)
        let recent = try connection.query(
            """
            SELECT e.* FROM unnest($1::text[]) AS c (camera) CROSS JOIN LATERAL (
                SELECT \(columns) FROM mkds.event
                WHERE camera = c.camera AND \(isTrouble) AND day BETWEEN $5 AND $6
                    AND start_time >= $7 AND start_time < $3 AND (end_time IS NULL OR last_seen > $2)
                ORDER BY start_time DESC LIMIT $4
            ) AS e
            """,
            [
                cameras, .time(from), .time(to), .int8(Int64(limit + 1)), .day(early.day.advanced(by: -1)),
                .day(to.day.advanced(by: 1)), .time(early),
            ])
        for row in recent { try noteTrouble(row) }
        let known = Set(try recent.map { try $0.id("id") })
        let lasting = try connection.query(
            """
            SELECT t.id FROM unnest($1::text[]) AS c (camera) CROSS JOIN LATERAL (
                SELECT id FROM mkds.lasting_trouble
                WHERE camera = c.camera AND start_time < $2 ORDER BY start_time DESC LIMIT $3
            ) AS t
            """, [cameras, .time(to), .int8(Int64(limit + 1))])
        let ids = Set(try lasting.map { try $0.id("id") }).subtracting(known)
        guard !ids.isEmpty else { return }
        // The days by name, so that only these partitions are planned and locked.
        let rows = try connection.query(
            """
            SELECT \(columns) FROM mkds.event WHERE day = ANY ($1) AND id = ANY ($2::text[]::uuid[]) AND \(isTrouble)
                AND (end_time IS NULL OR last_seen > $3)
            """, [.days(Set(ids.map(\.day))), .textArray(ids.map(\.description)), .time(from)])
        for row in rows { try noteTrouble(row) }
    }

    private mutating func noteTrouble(_ row: PostgresRow) throws {
        let isOpen = try row.optionalTime("end_time") == nil
        let spell = CoverageTimeline.Spell(
            start: try row.time("start_time"), end: isOpen ? nil : try row.time("last_seen"),
            reason: try row.text("topic"), event: try row.id("id"))
        try change(row) { $0.troubles.append(spell) }
    }

    /// Newest first, so that what a limit leaves out is the oldest.
    private static func statement(_ table: String, _ start: String, _ columns: String) -> String {
        """
        SELECT r.* FROM unnest($1::text[]) AS c (camera) CROSS JOIN LATERAL (
            (SELECT camera, \(start), \(columns) FROM mkds.\(table)
                WHERE camera = c.camera AND \(start) >= $2 AND \(start) < $3 ORDER BY \(start) DESC LIMIT $4)
            UNION ALL
            (SELECT camera, \(start), \(columns) FROM mkds.\(table)
                WHERE camera = c.camera AND \(start) < $2 ORDER BY \(start) DESC LIMIT \(before))
        ) AS r
        """
    }

    private mutating func change(_ row: PostgresRow, _ body: (inout CoverageTimeline) -> Void) throws {
        guard let camera = CameraID(try row.text("camera")) else { return }
        body(&timelines[camera, default: CoverageTimeline(camera: camera)])
    }

    private mutating func noteTruncation(from: UTCTime) {
        for (camera, timeline) in timelines {
            let starts = [
                timeline.runs.map(\.first).filter { $0 >= from }, timeline.gaps.map(\.start).filter { $0 >= from },
                timeline.troubles.map(\.start),
            ]
            for list in starts where list.count > limit {
                guard let oldest = list.min() else { continue }
                truncated[camera] = max(truncated[camera] ?? oldest, oldest)
            }
        }
    }
}
