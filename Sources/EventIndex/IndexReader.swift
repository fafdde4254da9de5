internal import Glibc
package import MKDSCore
internal import Postgres
internal import Synchronization

/// Answers searches over the index, as role `mkds_query`, through a few connections.
///
/// A statement that takes longer than 5 s is stopped. All answers are bounded by the caller's limit.
package final class IndexReader: Sendable {
    let pool: PostgresPool
    /// Area versions never change their name, so what was read once stays true.
    private let areas = Mutex<[Int64: AreaReference]>([:])

    package init(_ settings: IndexConnectionSettings, connectionLimit: Int = 4) {
        pool = PostgresPool(limit: connectionLimit) {
            try await settings.connect(as: .query, name: "query", statementTimeout: .seconds(5))
        }
    }

    /// Closes idle connections; the reader may still be used.
    package func close() async { await pool.closeIdle() }

    // MARK: - Events

    /// A page of events, newest first by (start, id), beginning before `cursor`.
    ///
    /// Throws ``IndexError`` of code `unknownArea` when the filter names an okrsek or obvod the register does not hold.
    package func events(
        _ filter: EventFilter, before cursor: EventCursor? = nil, limit: Int
    ) async throws -> [IndexedEvent] {
        try await pool.withConnection { [self] connection in
            let terms = try terms(of: filter, connection)
            if terms.isEmpty { return [] }
            let search = try search(terms, before: cursor, limit: limit, connection)
            return try decode(connection.query(search.sql, search.parameters), connection)
        }
    }

    package func event(_ id: UUIDv7) async throws -> IndexedEvent? {
        try await pool.withConnection { [self] connection in
            let rows = try connection.query(
                "SELECT \(EventRow.selection) FROM mkds.event WHERE day = $1 AND id = $2", [.day(id.day), .id(id)])
            return try decode(rows, connection).first
        }
    }

    /// Events that changed after `change`, each as it is now, in the order of change.
    package func changes(after change: Int64, filter: EventFilter, limit: Int) async throws -> [IndexedEvent] {
        try await pool.withConnection { [self] connection in
            let terms = try terms(of: filter, connection)
            if terms.isEmpty { return [] }
            let search = try search(terms, after: change, limit: limit, connection)
            return try decode(connection.query(search.sql, search.parameters), connection)
        }
    }

    /// Number of the last committed change, 0 in an empty index.
    package func lastChange() async throws -> Int64 {
        try await pool.withConnection { connection in
            try connection.query("SELECT last FROM mkds.change_counter")[0].int("last")
        }
    }

    /// The server's plan of a page of events as JSON, made as the query role. For tests and measurements.
    package func plan(_ filter: EventFilter, before cursor: EventCursor? = nil, limit: Int) async throws -> String {
        try await pool.withConnection { [self] connection in
            let search = try search(terms(of: filter, connection), before: cursor, limit: limit, connection)
            let rows = try connection.query("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) \(search.sql)", search.parameters)
            return try rows[0].text("QUERY PLAN")
        }
    }

    /// The server's plan of ``changes(after:filter:limit:)`` as JSON.
    package func plan(changesAfter change: Int64, filter: EventFilter, limit: Int) async throws -> String {
        try await pool.withConnection { [self] connection in
            let search = try search(terms(of: filter, connection), after: change, limit: limit, connection)
            let rows = try connection.query("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) \(search.sql)", search.parameters)
            return try rows[0].text("QUERY PLAN")
        }
    }

    private func search(
        _ terms: EventTerms, before cursor: EventCursor?, limit: Int, _ connection: isolated PostgresConnection
    ) throws -> EventSearch {
        let odd = EventSearch(daysOfOddRowsFor: terms, before: cursor)
        let days = try EventSearch.days(connection.query(odd.sql, odd.parameters))
        return EventSearch(terms, before: cursor, limit: limit, oddDays: days)
    }

    private func search(
        _ terms: EventTerms, after change: Int64, limit: Int, _ connection: isolated PostgresConnection
    ) throws -> EventSearch {
        let changed = EventSearch(daysChangedAfter: change)
        let rows = try connection.query(changed.sql, changed.parameters)
        return EventSearch(
            terms, after: change, upTo: try rows[0].int("last"), limit: limit, days: try EventSearch.days(rows))
    }

    private func decode(
        _ rows: PostgresRows, _ connection: isolated PostgresConnection
    ) throws -> [IndexedEvent] {
        let wanted = Set(try rows.flatMap(EventRow.areas))
        var known = areas.withLock { $0 }
        let missing = wanted.filter { known[$0] == nil }
        if !missing.isEmpty {
            let read = try readAreas(Array(missing), connection)
            known.merge(read) { $1 }
            areas.withLock { $0.merge(read) { $1 } }
        }
        return try linked(rows.map { try EventRow.decode($0, areas: known) }, connection)
    }

    private func readAreas(
        _ ids: [Int64], _ connection: isolated PostgresConnection
    ) throws -> [Int64: AreaReference] {
        var read: [Int64: AreaReference] = [:]
        for row in try connection.query(
            "SELECT id, kind, code, name FROM mkds.area WHERE id = ANY ($1)", [.int8Array(ids)])
        {
            guard let kind = AreaKind(rawValue: try row.text("kind")) else { continue }
            let id = try row.int("id")
            read[id] = AreaReference(id: id, kind: kind, code: try row.text("code"), name: try row.text("name"))
        }
        return read
    }
}

// MARK: - Terms

extension IndexReader {
    /// More cameras than this are filtered out of the time index instead of being looked up one by one.
    private static var keyLimit: Int { 64 }

    /// Turns codes and circles into ids and cameras, and chooses the index that leads.
    private func terms(
        of filter: EventFilter, _ connection: isolated PostgresConnection
    ) throws -> EventTerms {
        var terms = EventTerms()
        terms.from = filter.from
        terms.to = filter.to
        terms.kinds = filter.kinds
        terms.source = filter.source
        terms.minimumDuration = filter.minimumDuration
        var names: Set<String>? = filter.cameras.isEmpty ? nil : Set(filter.cameras.map(\.rawValue))
        if let okrsek = filter.okrsek {
            let ids = try areaIDs(.okrsek, okrsek, connection)
            if filter.includeTouched {
                let found = try cameras(touching: ids, connection)
                terms.touched = found.isWhole ? nil : ids
                names = intersection(names, found.cameras)
            } else {
                terms.areas.append(("okrsek", ids))
            }
        }
        if let obvod = filter.obvod {
            terms.areas.append(("obvod", try areaIDs(.obvod, obvod, connection)))
        }
        if let circle = filter.near {
            let found = try cameras(near: circle, connection)
            terms.near = found.isWhole ? nil : circle
            names = intersection(names, found.cameras)
        }
        if let names {
            terms.isEmpty = names.isEmpty
            terms.cameras = names.sorted()
        }
        chooseKey(&terms)
        return terms
    }

    private func chooseKey(_ terms: inout EventTerms) {
        if let cameras = terms.cameras, cameras.count <= Self.keyLimit {
            terms.key = EventTerms.Key(column: "camera", values: .textArray(cameras), count: cameras.count)
        } else if let first = terms.areas.first {
            terms.areas.removeFirst()
            terms.key = EventTerms.Key(column: first.column, values: .int8Array(first.ids), count: first.ids.count)
        }
    }

    private func intersection(_ left: Set<String>?, _ right: Set<String>) -> Set<String> {
        left.map { $0.intersection(right) } ?? right
    }

    /// All versions of the area of that code, in every town that has one.
    private func areaIDs(
        _ kind: AreaKind, _ code: String, _ connection: isolated PostgresConnection
    ) throws -> [Int64] {
        let ids = try connection.query(
            "SELECT id FROM mkds.area WHERE kind = $1 AND code = $2", [.text(kind.rawValue), .text(code)]
        ).map { try $0.int("id") }
        guard !ids.isEmpty else { throw IndexError(.unknownArea, "there is no \(kind.rawValue) with code \(code)") }
        return ids
    }

    /// Cameras of which at least one place answers a condition; whole when all places of all of them do, so that their
    /// rows need not be looked at one by one (`event_spot` holds every place ever frozen).
    private struct SpotAnswer {
        var cameras: Set<String>
        var isWhole: Bool

        init(_ rows: PostgresRows) throws {
            cameras = Set(try rows.map { try $0.text("camera") })
            isWhole = try rows.allSatisfy { try $0.bool("whole") }
        }
    }

    private func cameras(
        touching ids: [Int64], _ connection: isolated PostgresConnection
    ) throws -> SpotAnswer {
        try SpotAnswer(
            connection.query(
                """
                SELECT camera, bool_and(hit) AS whole FROM (
                    SELECT camera, coalesce(okrsek = ANY ($1), false) OR touched && $1 AS hit FROM mkds.event_spot
                ) AS spot GROUP BY camera HAVING bool_or(hit)
                """, [.int8Array(ids)]))
    }

    private func cameras(
        near circle: EventFilter.Circle, _ connection: isolated PostgresConnection
    ) throws -> SpotAnswer {
        let centre = circle.centre
        // A degree of latitude is at least 110 574 m; one of longitude shrinks with the cosine. The box is a first sieve.
        let height = circle.metres / 110_574 * 1.01
        let width = min(360, height / max(0.001, cos(centre.latitude * .pi / 180)))
        return try SpotAnswer(
            connection.query(
                """
                SELECT camera, bool_and(coalesce(hit, false)) AS whole FROM (
                    SELECT camera, ST_DWithin(point::geography, ST_SetSRID(ST_Point($1, $2), 4326)::geography, $5) AS hit
                    FROM mkds.event_spot WHERE camera IN (
                        SELECT camera FROM mkds.event_spot
                        WHERE point && ST_Expand(ST_SetSRID(ST_Point($1, $2), 4326), $3, $4))
                ) AS spot GROUP BY camera HAVING bool_or(hit)
                """,
                [
                    .float8(centre.longitude), .float8(centre.latitude), .float8(width), .float8(height),
                    .float8(circle.metres),
                ]))
    }
}

// MARK: - Runs and gaps

extension IndexReader {
    /// Connections to streams that lasted within `from` … `to`, newest first, beginning before `cursor`.
    package func runs(
        camera: CameraID? = nil, from: UTCTime? = nil, to: UTCTime? = nil, before cursor: EventCursor? = nil,
        limit: Int = 1000
    ) async throws -> [StreamRun] {
        try await spans(
            "stream_run", columns: "*, user_data::text[] AS user_data_text", start: "first_packet",
            lasts: "(last_packet >= $3 OR end_reason IS NULL)", camera, from, to, cursor, limit
        ) { try EventRow.run($0) }
    }

    /// Gaps that lasted within `from` … `to`, newest first.
    package func gaps(
        camera: CameraID? = nil, from: UTCTime? = nil, to: UTCTime? = nil, limit: Int = 1000
    ) async throws -> [Gap] {
        try await spans(
            "gap", start: "start_time", lasts: "(end_time >= $3 OR end_time IS NULL)", camera, from, to, nil, limit
        ) { try EventRow.gap($0) }
    }

    private func spans<T: Sendable>(
        _ table: String, columns: String = "*", start: String, lasts: String, _ camera: CameraID?, _ from: UTCTime?,
        _ to: UTCTime?, _ cursor: EventCursor?, _ limit: Int, _ decode: @Sendable @escaping (PostgresRow) throws -> T
    ) async throws -> [T] {
        try await pool.withConnection { connection in
            try connection.query(
                """
                SELECT \(columns) FROM mkds.\(table)
                WHERE ($1::text IS NULL OR camera = $1) AND ($2::timestamptz IS NULL OR \(start) < $2)
                    AND ($3::timestamptz IS NULL OR \(lasts))
                    AND ($5::timestamptz IS NULL OR (\(start), id) < ($5, $6::uuid))
                ORDER BY \(start) DESC, id DESC LIMIT $4
                """,
                [
                    .optional(camera?.rawValue) { .text($0) }, .optional(to) { .time($0) },
                    .optional(from) { .time($0) },
                    .int8(Int64(limit)), .optional(cursor?.start) { .time($0) }, .optional(cursor?.id) { .id($0) },
                ]
            ).map(decode)
        }
    }
}
