import EventIndex
import FoundationEssentials
import MKDSCore
import Postgres
import Spool
import Testing

/// The whole journals of some spools against the tables of the index, row by row.
struct IndexComparison {
    private let spools: [String]
    private let expected: [ExpectedIndex]
    private let recordCount: Int

    /// Reads the journals, of which nothing may have been deleted.
    init(spools: [String]) throws {
        self.spools = spools
        let journals = try spools.map(Self.journal)
        expected = journals.map { ExpectedIndex($0) }
        recordCount = journals.reduce(0) { $0 + $1.count }
    }

    var eventCount: Int { expected.reduce(0) { $0 + $1.events.count } }

    var summary: String {
        "\(expected.reduce(0) { $0 + $1.sessions }) sessions, \(recordCount) entries, \(eventCount) events"
    }

    private static func journal(_ spool: String) throws -> [JournalRecord] {
        let reader = try JournalReader(directory: spool)
        var records: [JournalRecord] = []
        var position: JournalPosition?
        while true {
            let batch = try reader.read(after: position, limit: 10_000)
            #expect(batch.damages.isEmpty)
            if batch.end == position { return records }
            records += batch.records
            position = batch.end
        }
    }

    /// Records an issue for whatever is missing, surplus or different.
    func compare(with settings: IndexConnectionSettings) async throws {
        for spool in spools {
            #expect(!FileManager.default.fileExists(atPath: spool + "/rejected"))
            #expect(!FileManager.default.fileExists(atPath: spool + "/damaged"))
        }
        let connection = try await PostgresConnection.connect(settings, name: "compare")
        try await compareRows(connection)
        let counts = try await connection.query(
            """
            SELECT (SELECT sum(records)::bigint FROM mkds.journal_position) AS loaded,
                (SELECT count(*) - count(DISTINCT id) FROM mkds.event) AS doubled,
                (SELECT count(*) - count(DISTINCT change) FROM mkds.event) AS ambiguous
            """)
        #expect(try counts.first?.int("loaded") == Int64(recordCount))
        #expect(try counts.first?.int("doubled") == 0)
        #expect(try counts.first?.int("ambiguous") == 0)
        await connection.close()
    }

    private func compareRows(_ connection: PostgresConnection) async throws {
        let time = { (column: String) in
            "coalesce(round(extract(epoch FROM \(column)) * 1000000)::bigint::text, 'open')"
        }
        let events = try await lines(
            """
            SELECT concat_ws(' ', id, revision, camera, \(time("start_time")), \(time("last_seen")), \(time("end_time")),
                coalesce(end_reason, 0), ('x' || encode(float4send(peak), 'hex'))::bit(32)::bigint, detail) AS line
            FROM mkds.event
            """, connection)
        expectEqual(events, expected.flatMap(\.eventLines), "events")
        let runs = try await lines(
            """
            SELECT concat_ws(' ', id, revision, \(time("last_packet")), packets, coalesce(end_reason, 0)) AS line
            FROM mkds.stream_run
            """, connection)
        expectEqual(runs, expected.flatMap(\.runLines), "runs")
        let gaps = try await lines(
            """
            SELECT concat_ws(' ', id, revision, \(time("start_time")), \(time("end_time")), detail) AS line FROM mkds.gap
            """, connection)
        expectEqual(gaps, expected.flatMap(\.gapLines), "gaps")
        let samples = try await lines(
            "SELECT concat_ws(' ', camera, run, \(time("minute")), packets, bytes) AS line FROM mkds.stream_minute",
            connection)
        expectEqual(samples, expected.flatMap(\.sampleLines), "samples")
        let documents = try await lines(
            """
            SELECT concat_ws(' ', id, camera, \(time("received")), encode(sha256, 'hex'),
                encode(coalesce((SELECT string_agg(content, ''::bytea ORDER BY number) FROM mkds.document_part AS p
                    WHERE p.day = d.day AND p.document = d.id), ''::bytea) || tail, 'hex'),
                coalesce((SELECT string_agg(event::text, ',' ORDER BY event::text) FROM mkds.event_document AS l
                    WHERE l.document = d.id), '')) AS line
            FROM mkds.document AS d
            """, connection)
        expectEqual(documents, expected.flatMap(\.documentLines), "documents")
    }

    private func lines(_ sql: String, _ connection: PostgresConnection) async throws -> [String] {
        try await connection.query(sql).map { try $0.text("line") }
    }

    /// Shows the first few differences instead of two lists of thousands.
    private func expectEqual(_ found: [String], _ expected: [String], _ what: String) {
        guard found.sorted() != expected.sorted() else { return }
        let missing = Set(expected).subtracting(found).sorted()
        let surplus = Set(found).subtracting(expected).sorted()
        Issue.record(
            """
            \(what): \(found.count) found, \(expected.count) expected
            missing \(missing.prefix(3))
            surplus \(surplus.prefix(3))
            """)
    }
}
