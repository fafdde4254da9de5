import EventIndex
import FoundationEssentials
import Linux
import MKDSCore
import Postgres
import Spool
import Testing

/// Which partition an event goes to, whatever day its id carries.
@Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
struct LoaderDayTests {
    private func event(_ daysFromToday: Int32) -> Event {
        LoaderFixture.event("a", UTCTime.now + .seconds(Int64(daysFromToday) * 86_400))
    }

    private func partition(of event: Event, _ fixture: LoaderFixture) async throws -> String? {
        try await fixture.admin.query(
            "SELECT tableoid::regclass::text AS name FROM mkds.event WHERE id = $1", [.id(event.id)]
        ).first?.text("name")
    }

    private func name(_ event: Event, _ fixture: LoaderFixture) async throws -> String {
        try await fixture.admin.query(
            "SELECT 'mkds.event_' || to_char(mkds.uuid_day($1), 'YYYYMMDD') AS name", [.id(event.id)])[0].text("name")
    }

    @Test func aLateEventGoesIntoThePartitionOfItsDay() async throws {
        try await LoaderFixture.with { fixture in
            let late = event(-360)
            try fixture.write([.event(late)])
            let status = try await fixture.load()
            #expect(try await partition(of: late, fixture) == name(late, fixture))
            #expect(status.misdated == 0)
        }
    }

    @Test func eventsOfDaysNobodyExpectsAreKeptTogetherAndTold() async throws {
        try await LoaderFixture.with { fixture in
            // More days than one transaction may give partitions, on both sides of the calendar.
            let strange =
                (0..<300).map { LoaderFixture.event("a", UTCTime(seconds: Int64($0) * 86_400 * 37)) }
                + (0..<300).map { event(30 + $0 * 31) }
            let usual = event(0)
            try fixture.write((strange + [usual]).map { .event($0) })
            try fixture.write(strange.map { .event(LoaderFixture.closed($0, after: 1, revision: 1)) })
            let status = try await fixture.load()
            #expect(status.misdated >= 600)
            #expect(status.rejected == 0)
            let tables = try await fixture.admin.query(
                "SELECT count(*) AS n FROM pg_class WHERE relnamespace = 'mkds'::regnamespace AND relkind = 'r' AND relname LIKE 'event\\_2%'"
            )
            #expect(try tables[0].int("n") == 9)
            let kept = try await fixture.admin.query(
                "SELECT count(*) AS n, count(*) FILTER (WHERE revision = 2) AS closed FROM mkds.event_other_days")
            #expect(try kept[0].int("n") == 600)
            // Revision 0 was closed by the second session's start; a revision 1 no longer counts then.
            #expect(try kept[0].int("closed") == 0)
            let reader = IndexReader(fixture.settings)
            #expect(try await reader.event(strange[599].id)?.event.endReason == .recovered)
            #expect(try await partition(of: usual, fixture) == name(usual, fixture))
        }
    }

    @Test func aDayThatComesTakesItsEventsAlong() async throws {
        try await LoaderFixture.with { fixture in
            let ahead = event(20)
            try fixture.write([.event(ahead)])
            try await fixture.load()
            #expect(try await partition(of: ahead, fixture) == "mkds.event_other_days")
            // Two weeks later the loader makes that day's partition.
            try fixture.write([])
            try await fixture.load(configuration: LoaderConfiguration(daysAhead: 21))
            try fixture.write([.event(LoaderFixture.closed(ahead, after: 3, revision: 7))])
            try await fixture.load()
            #expect(try await partition(of: ahead, fixture) == name(ahead, fixture))
            let reader = IndexReader(fixture.settings)
            #expect(try await reader.event(ahead.id)?.event.revision == 7)
        }
    }

    @Test func manyExpectedDaysAreStoredInTransactionsOfAFewDays() async throws {
        try await LoaderFixture.with { fixture in
            try fixture.write((0..<40).map { .event(event(-100 + $0)) })
            let status = try await fixture.load()
            #expect(status.insertedEvents == 40)
            let row = try await fixture.admin.query(
                """
                SELECT max(days) AS most FROM (SELECT count(DISTINCT day) AS days FROM mkds.event GROUP BY xmin::text) AS n
                """)[0]
            #expect(try row.int("most") <= 32)
        }
    }

    /// The second asked for the table before the first had committed it, waited, and then believed its own memory of
    /// the first answer: "relation already exists".
    @Test func twoLoadersMakeOnePartitionAtOnce() async throws {
        try await LoaderFixture.with { fixture in
            let day = "date '2031-02-03'"
            try await fixture.admin.execute("BEGIN; SELECT mkds.ensure_event_partition(\(day))")
            let other = try await PostgresConnection.connect(fixture.settings, name: "other")
            let second = Task {
                try await other.query("SELECT mkds.ensure_event_partition(\(day)) AS made")[0].bool("made")
            }
            try await fixture.untilSomebodyWaits(for: "advisory")
            try await fixture.admin.execute("COMMIT")
            #expect(try await second.value == false)
            await other.close()
        }
    }
}
