import EventIndex
import FoundationEssentials
import MKDSCore
import Postgres
import Spool
import Synchronization
import Testing

/// Whatever breaks, each journalled event is in the table exactly once, in its last revision.
@Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(5)))
struct LoaderFaultTests {
    /// 3 000 events of two revisions each.
    private func events() -> (records: [JournalRecord], last: [Event]) {
        var random = SeededGenerator(seed: 4)
        var records: [JournalRecord] = []
        var last: [Event] = []
        for number in 0..<3000 {
            let open = LoaderFixture.event(
                ["a", "b"][number % 2], LoaderFixture.time("2026-03-01T23:30:00Z") + .seconds(Int64(number)))
            let closed = LoaderFixture.closed(open, after: Int64.random(in: 1...9, using: &random), revision: 1)
            records += [.event(open), .event(closed)]
            last.append(closed)
        }
        return (records, last)
    }

    private func expectExactly(_ events: [Event], _ fixture: LoaderFixture) async throws {
        let reader = IndexReader(fixture.settings)
        var stored: [Event] = []
        while true {
            let cursor = stored.last.map { EventCursor(start: $0.start, id: $0.id) }
            let page = try await reader.events(EventFilter(), before: cursor, limit: 1000)
            stored += page.map(\.event)
            if page.count < 1000 { break }
        }
        #expect(stored.count == events.count)
        #expect(Set(stored) == Set(events))
    }

    @Test func losesAndDoublesNothingWhenItsConnectionIsCutAgainAndAgain() async throws {
        try await LoaderFixture.with { fixture in
            let (records, last) = events()
            try fixture.write(records)
            let loader = Loader(
                fixture.settings, spools: [fixture.spool],
                configuration: LoaderConfiguration(batchLimit: 100, longestDelay: .milliseconds(20)))
            let cutter = try await PostgresConnection.connect(fixture.settings, name: "cutter")
            let cuts = Mutex(0)
            let cutting = Task {
                // Cuts whatever step the loader is at, for as long as it loads, with pauses that let it come further.
                var random = SeededGenerator(seed: 9)
                while !Task.isCancelled {
                    let count = try await cutter.query(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE application_name = 'mkdsd loader' AND datname = current_database()
                        """
                    ).count
                    cuts.withLock { $0 += count }
                    try await Task.sleep(for: .milliseconds(Int64.random(in: 5...60, using: &random)))
                }
            }
            try await LoaderFixture.running(loader) {
                // The cuts end when there were many, so that the loader can come to its end.
                while cuts.withLock({ $0 }) < 25, loader.status.insertedEvents < 3000 {
                    try await Task.sleep(for: .milliseconds(5))
                }
                cutting.cancel()
                _ = try? await cutting.value
                try await fixture.waitUntilLoaded([fixture.spool])
            }
            #expect(cuts.withLock { $0 } > 0)
            try await expectExactly(last, fixture)
        }
    }

    @Test(arguments: ["event", "journal_position", "change_counter", "event_spot"])
    func losesAndDoublesNothingWhenCutAtAStep(table: String) async throws {
        try await LoaderFixture.with { fixture in
            // The server ends the session itself at the first change of that table, once: between COPY and commit.
            try await fixture.admin.execute(
                """
                CREATE SEQUENCE test_cut; GRANT USAGE ON SEQUENCE test_cut TO PUBLIC;
                CREATE FUNCTION test_cut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
                    IF nextval('test_cut') = 1 THEN
                        PERFORM pg_terminate_backend(pg_backend_pid());
                        PERFORM pg_sleep(10);
                    END IF;
                    RETURN NULL;
                END $$;
                CREATE TRIGGER test_cut AFTER INSERT OR UPDATE ON mkds.\(table) FOR EACH STATEMENT EXECUTE FUNCTION test_cut();
                """)
            let (records, last) = events()
            try fixture.write(records)
            try await fixture.load(
                configuration: LoaderConfiguration(batchLimit: 1001, longestDelay: .milliseconds(20)))
            try await expectExactly(last, fixture)
            let row = try await fixture.admin.query("SELECT last_value FROM test_cut")[0]
            #expect(try row.int("last_value") > 1)
        }
    }

    @Test func losesAndDoublesNothingWhenTheLoaderIsStoppedAnywhere() async throws {
        try await LoaderFixture.with { fixture in
            let (records, last) = events()
            try fixture.write(records)
            for stop in [1, 700, 701, 2000] {
                let loader = Loader(
                    fixture.settings, spools: [fixture.spool], configuration: LoaderConfiguration(batchLimit: 77))
                try await LoaderFixture.running(loader) {
                    while try await fixture.admin.query("SELECT count(*) AS n FROM mkds.event")[0].int("n") < stop {
                        try await Task.sleep(for: .milliseconds(1))
                    }
                }
            }
            try await fixture.load()
            try await expectExactly(last, fixture)
        }
    }

    @Test func twoLoadersOfTheSameSpoolDoubleNothing() async throws {
        try await LoaderFixture.with { fixture in
            let (records, last) = events()
            try fixture.write(records)
            let configuration = LoaderConfiguration(batchLimit: 50, longestDelay: .milliseconds(20))
            let second = Loader(fixture.settings, spools: [fixture.spool], configuration: configuration)
            try await LoaderFixture.running(second) {
                _ = try await fixture.load(configuration: configuration)
            }
            try await expectExactly(last, fixture)
        }
    }

    @Test(.enabled(if: PostgresClusterFixture.obstacle == nil, PostgresClusterFixture.skipReason))
    func catchesUpWhenTheDatabaseComesBack() async throws {
        try await PostgresClusterFixture.with { clusterFixture in
            let cluster = PrivateCluster(clusterFixture.configuration)
            let settings = try await cluster.start()
            try await Migrator.migrate(settings)
            let directory = FileManager.default.temporaryDirectory.path + "/mkds-loader-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let writer = try JournalWriter(
                directory: directory, configuration: SpoolConfiguration(reserveByteCount: 0), version: "test",
                now: { LoaderFixture.time("2026-03-01T12:00:00Z") })
            let loader = Loader(
                settings, spools: [directory], configuration: LoaderConfiguration(longestDelay: .milliseconds(100)))
            let (records, last) = events()
            try await LoaderFixture.running(loader) {
                for record in records.prefix(2000) { writer.append(record) }
                while loader.status.insertedEvents < 1000 { try await Task.sleep(for: .milliseconds(5)) }
                await cluster.stop()
                // Capture goes on meanwhile.
                for record in records.dropFirst(2000) { writer.append(record) }
                while loader.status.isConnected { try await Task.sleep(for: .milliseconds(5)) }
                #expect(loader.status.trouble != nil)
                #expect(writer.sync(upTo: .seconds(30)))
                _ = try await cluster.start()
                while loader.status.insertedEvents < 3000 { try await Task.sleep(for: .milliseconds(5)) }
                #expect(loader.status.trouble == nil)
            }
            writer.close()
            let reader = IndexReader(settings)
            let found = try await reader.events(EventFilter(), limit: 10_000)
            #expect(Set(found.map(\.event)) == Set(last))
            await reader.close()
            await cluster.stop()
        }
    }
}
