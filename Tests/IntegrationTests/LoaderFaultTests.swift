import EventIndex
import FoundationEssentials
import MKDSCore
import Postgres
import Spool
import Synchronization
import Testing

/// Whatever breaks, each journalled event is in the table exactly once, in its last revision.
@Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
struct LoaderFaultTests {
    /// 3 000 events of two revisions each, and 300 documents of the camera.
    private func events() -> (records: [JournalRecord], last: [Event]) {
        var random = SeededGenerator(seed: 4)
        var records: [JournalRecord] = []
        var last: [Event] = []
        for number in 0..<3000 {
            let open = LoaderFixture.event(
                ["a", "b"][number % 2], LoaderFixture.time("2026-03-01T23:30:00Z") + .seconds(Int64(number)))
            let closed = LoaderFixture.closed(open, after: Int64.random(in: 1...9, using: &random), revision: 1)
            records += [.event(open)]
            // Of one to four pieces, which batches cut anywhere.
            if number % 10 == 0 { records += LoaderFixture.document(number, of: [open.id]) }
            records += [.event(closed)]
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
        for number in stride(from: 0, to: events.count, by: 10) {
            let documents = try await reader.documents(of: events[number].id)
            #expect(documents.count == 1 && documents.first?.isWhole == true)
            let id = try #require(documents.first?.id)
            #expect(try await reader.document(id)?.bytes == LoaderFixture.bytes(number))
        }
        await reader.close()
        let counts = try await fixture.admin.query(
            """
            SELECT (SELECT count(*) FROM mkds.document) AS documents, (SELECT count(*) FROM mkds.event_document) AS links,
                (SELECT count(*) FROM mkds.document_part) AS parts,
                (SELECT sum(part_count)::bigint FROM mkds.document) AS expected
            """)[0]
        #expect(try counts.int("documents") == 300 && counts.int("links") == 300)
        #expect(try counts.int("parts") == counts.int("expected"))
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

    @Test(arguments: [
        "event", "journal_position", "change_counter", "event_spot", "document", "document_part", "event_document",
    ])
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

    /// It waited for the other's lock and then saw the position as it had been before: it stored the batch again, and
    /// the start of an old session closed what a later one had open.
    @Test func aLoaderThatWaitedForAnotherSeesWhatThatOneStored() async throws {
        try await LoaderFixture.with { fixture in
            try fixture.write([])
            let reader = try JournalReader(directory: fixture.spool)
            let end = try reader.read(after: nil, limit: 10).end
            let open = LoaderFixture.event("a", "2026-03-01T10:00:00Z")
            try await fixture.admin.execute("BEGIN; SELECT * FROM mkds.change_counter FOR UPDATE")
            let loader = Loader(fixture.settings, spools: [fixture.spool])
            try await LoaderFixture.running(loader) {
                try await fixture.untilSomebodyWaits(for: "transactionid")
                // What the other loader had done by then: this session, and an event of it.
                try await fixture.admin.query(
                    """
                    INSERT INTO mkds.journal_position (spool, file, byte_offset, records, directory, updated_at)
                    VALUES ($1, $2, $3, 1, 'elsewhere', now())
                    """, [.id(reader.spoolID), .int8(Int64(end.file)), .int8(Int64(end.offset))])
                try await fixture.admin.execute(
                    """
                    INSERT INTO mkds.event (day, id, revision, camera, kind, source, topic, start_time, last_seen, clock,
                        peak, detail, place_basis, on_border, touched, spool, change)
                    VALUES (mkds.uuid_day('\(open.id)'), '\(open.id)', 0, 'a', 1, 2, '', now(), now(), 1, 0, '', 0, false,
                        '{}', '\(reader.spoolID)', 1);
                    INSERT INTO mkds.event_day (day, change) VALUES (mkds.uuid_day('\(open.id)'), 1);
                    UPDATE mkds.change_counter SET last = 1;
                    COMMIT
                    """)
                let step = loader.status.lastStep
                while loader.status.lastStep == step { try await Task.sleep(for: .milliseconds(5)) }
            }
            let row = try await fixture.admin.query("SELECT directory, records FROM mkds.journal_position")[0]
            #expect(try row.text("directory") == "elsewhere")
            #expect(try row.int("records") == 1)
            #expect(try await IndexReader(fixture.settings).event(open.id)?.event.end == nil)
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
                for record in records.prefix(3_000) { writer.append(record) }
                while loader.status.insertedEvents < 1000 { try await Task.sleep(for: .milliseconds(5)) }
                await cluster.stop()
                // Capture goes on meanwhile.
                for record in records.dropFirst(3_000) { writer.append(record) }
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
