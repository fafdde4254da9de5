internal import MKDSCore
internal import Postgres

/// A search turned into SQL: pure, so that it can be looked at and explained without a database.
///
/// Every condition that chooses an index is a comparison of integers, times, texts or uuids: those are leak-proof, so
/// the index is still used when row level security adds its own condition. Codes of areas and circles on the ground have
/// been turned into ids and cameras before (``EventTerms``).
struct EventSearch {
    /// Rows longer than this are in the index `event_odd`; its condition in 0002_events.sql says one hour too.
    static let ordinarySpan: Duration = .seconds(3600)
    /// The condition of the partial index `event_odd`, word for word.
    private static let odd = """
        (end_time IS NULL OR last_seen - start_time > interval '1 hour' \
        OR (start_time AT TIME ZONE 'UTC')::date - day NOT BETWEEN -1 AND 1)
        """

    private(set) var parameters: [PostgresValue] = []
    private(set) var sql = ""

    /// More days than these are not named: then all partitions are looked into.
    private static let namedDayLimit = 64

    /// Asks for the days (`day`) of the rows whose start alone does not tell that they belong to a page, as ``days(_:)``
    /// takes them. Without them each search would look into the partitions of all days.
    init(daysOfOddRowsFor terms: EventTerms, before cursor: EventCursor?) {
        let latest = [terms.to, cursor?.start].compactMap { $0 }.min()
        let earliest = terms.from.map { from in latest.map { min($0, from) } ?? from }
        var conditions = [
            "tstzrange(start_time, until, '[]') && tstzrange(\(bind(.optional(earliest) { .time($0) })), "
                + "\(bind(.optional(latest) { .time($0) })), '[]')"
        ]
        let ordinary = ordinaryConditions(terms, cursor)
        conditions.append(ordinary.isEmpty ? "false" : "NOT (\(ordinary.joined(separator: " AND ")))")
        if let cameras = terms.cameras { conditions.append("camera = ANY (\(bind(.textArray(cameras))))") }
        sql = """
            SELECT DISTINCT day FROM mkds.odd_event WHERE \(conditions.joined(separator: "\n    AND "))
            LIMIT \(Self.namedDayLimit + 1)
            """
    }

    /// Asks for the last change number (`last`) and the days with changes after `change` (`day`), as ``days(_:)`` takes
    /// them.
    init(daysChangedAfter change: Int64) {
        sql = """
            SELECT last, day FROM mkds.change_counter LEFT JOIN mkds.event_day ON change > \(bind(.int8(change)))
            LIMIT \(Self.namedDayLimit + 1)
            """
    }

    /// The days that rows of a question above name; nil when they are too many to name, or one stands for many.
    static func days(_ rows: PostgresRows) throws -> Set<UTCDay>? {
        let days = Set(try rows.compactMap { try $0.optionalDate("day").map(UTCDay.init(daysSinceEpoch:)) })
        return days.count > namedDayLimit || days.contains(.others) ? nil : days
    }

    /// A page, newest first; `oddDays` as told by the rows of ``init(daysOfOddRowsFor:before:)``.
    init(_ terms: EventTerms, before cursor: EventCursor?, limit: Int, oddDays: Set<UTCDay>?) {
        let filters = conditions(terms)
        var time = timeConditions(terms)
        if let cursor {
            time.append("(start_time, id) < (\(bind(.time(cursor.start))), \(bind(.id(cursor.id))))")
        }
        let ordinary = ordinaryConditions(terms, cursor)
        let order = "ORDER BY start_time DESC, id DESC LIMIT \(bind(.int8(Int64(limit))))"
        sql = branch(terms, filters + time + ordinary, order)
        if !ordinary.isEmpty, oddDays != [] {
            // Rows whose start alone does not tell that they belong here: few, and an index holds only them. OFFSET 0
            // keeps the other conditions outside, lest one of them draws the planner to a larger index.
            let rest = dayConditions(oddDays) + time + [Self.odd, "NOT (\(ordinary.joined(separator: " AND ")))"]
            let source = "(SELECT * FROM mkds.event WHERE \(rest.joined(separator: "\n    AND ")) OFFSET 0) AS odd"
            let others = select(filters + keyConditions(terms), from: source)
            sql = "SELECT * FROM ((\(sql)) UNION ALL (\(others) \(order))) AS both_kinds \(order)"
        }
    }

    /// What changed after `change`, in the order of change; `days` and `last` as told by the rows of
    /// ``init(daysChangedAfter:)``. What changes after `last` is left to the next question, lest a change in another day
    /// be passed over.
    init(_ terms: EventTerms, after change: Int64, upTo last: Int64, limit: Int, days: Set<UTCDay>?) {
        let all =
            dayConditions(days) + conditions(terms) + timeConditions(terms) + keyConditions(terms) + [
                "change > \(bind(.int8(change)))", "change <= \(bind(.int8(last)))",
            ]
        sql = "\(select(all)) ORDER BY change LIMIT \(bind(.int8(Int64(limit))))"
    }

    private mutating func bind(_ value: PostgresValue) -> String {
        parameters.append(value)
        return "$\(parameters.count)"
    }

    private func select(_ conditions: [String], from source: String = "mkds.event") -> String {
        let list = conditions.isEmpty ? "true" : conditions.joined(separator: "\n    AND ")
        return "SELECT \(EventRow.selection) FROM \(source) WHERE \(list)"
    }

    private mutating func dayConditions(_ days: Set<UTCDay>?) -> [String] {
        days.map { ["day = ANY (\(bind(.days($0))))"] } ?? []
    }

    private mutating func timeConditions(_ terms: EventTerms) -> [String] {
        var list: [String] = []
        if let to = terms.to { list.append("start_time < \(bind(.time(to)))") }
        if let from = terms.from { list.append("(last_seen >= \(bind(.time(from))) OR end_time IS NULL)") }
        return list
    }

    private mutating func keyConditions(_ terms: EventTerms) -> [String] {
        terms.key.map { ["\($0.column) = ANY (\(bind($0.values)))"] } ?? []
    }

    /// One index scan per value of the key, each stopping at the page's end, then merged.
    private mutating func branch(_ terms: EventTerms, _ conditions: [String], _ order: String) -> String {
        guard let key = terms.key else { return "\(select(conditions)) \(order)" }
        guard key.count > 1 else {
            return "\(select(keyConditions(terms) + conditions)) \(order)"
        }
        return """
            SELECT page.* FROM unnest(\(bind(key.values))) AS key (value) CROSS JOIN LATERAL (
                \(select(["\(key.column) = key.value"] + conditions)) \(order)
            ) AS page \(order)
            """
    }

    /// Conditions that hold for every route, besides time.
    private mutating func conditions(_ terms: EventTerms) -> [String] {
        var list: [String] = []
        if !terms.kinds.isEmpty {
            list.append("kind = ANY (\(bind(.int2Array(terms.kinds.map { Int16($0.rawValue) }))))")
        }
        if let source = terms.source { list.append("source = \(bind(.int2(Int16(source.rawValue))))") }
        if let duration = terms.minimumDuration {
            list.append("last_seen - start_time >= \(bind(.int8(duration.inMicroseconds))) * interval '1 microsecond'")
        }
        for (column, ids) in terms.areas {
            list.append("\(column) = ANY (\(bind(.int8Array(ids))))")
        }
        if let cameras = terms.cameras, terms.key?.column != "camera" {
            list.append("camera = ANY (\(bind(.textArray(cameras))))")
        }
        if let touched = terms.touched {
            let ids = bind(.int8Array(touched))
            list.append("(okrsek = ANY (\(ids)) OR touched && \(ids))")
        }
        if let circle = terms.near {
            let centre = "ST_Point(\(bind(.float8(circle.centre.longitude))), \(bind(.float8(circle.centre.latitude))))"
            list.append(
                "ST_DWithin(point::geography, ST_SetSRID(\(centre), 4326)::geography, \(bind(.float8(circle.metres))))")
        }
        return list
    }

    /// What bounds start and partition for all rows but the odd ones.
    private mutating func ordinaryConditions(_ terms: EventTerms, _ cursor: EventCursor?) -> [String] {
        var list: [String] = []
        if let from = terms.from {
            let earliest = from - Self.ordinarySpan
            list.append("start_time >= \(bind(.time(earliest)))")
            list.append("day >= \(bind(.day(earliest.day.advanced(by: -1))))")
        }
        let latest = [terms.to, cursor?.start].compactMap { $0 }.min()
        if let latest { list.append("day <= \(bind(.day(latest.day.advanced(by: 1))))") }
        return list
    }
}

/// A filter in terms of what the tables hold.
struct EventTerms {
    /// The column whose index leads the search, with the values to look for.
    struct Key {
        var column: String
        var values: PostgresValue
        var count: Int
    }

    var from: UTCTime?
    var to: UTCTime?
    var kinds: [EventKind] = []
    var source: EventSource?
    var minimumDuration: Duration?
    /// Set only when the chosen cameras do not answer it by themselves: some place of one of them lies outside.
    var near: EventFilter.Circle?
    /// Area ids of touched okrsky; set only when the chosen cameras do not answer it by themselves.
    var touched: [Int64]?
    /// Conditions `column = ANY (ids)` that do not lead.
    var areas: [(column: String, ids: [Int64])] = []
    var cameras: [String]?
    var key: Key?
    /// Nothing can match: an unknown camera, a circle no camera ever looked at.
    var isEmpty = false
}
