import EventIndex
import FoundationEssentials
import MKDSCore
import Postgres
import Spool
import Testing

@Suite(.enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .timeLimit(.minutes(10)))
struct LoaderTests {
    @Test func storesEveryFieldOfAnEvent() async throws {
        try await LoaderFixture.with { fixture in
            let start = LoaderFixture.time("2026-03-01T10:00:00.123456Z")
            var cells = CellGrid()
            cells.insert(row: 3, column: 15)
            let full = Event(
                id: UUIDv7(at: start), revision: 7, camera: LoaderFixture.camera("a"), kind: .rule, source: .camera,
                topic: "line", start: start, lastSeen: start + .seconds(9), end: start + .seconds(9), endReason: .split,
                clock: .rtcp, uncertainty: .milliseconds(40), peak: 0.125, peakTime: start + .seconds(3),
                box: PictureBox(left: 0.1, top: 0.2, right: 0.3, bottom: 0.4), cells: cells, detail: "přešel čáru",
                reading: ClockReading(
                    arrival: start + .milliseconds(90), media: .microseconds(5_000_011), camera: start - .seconds(7),
                    offset: .seconds(-7), offsetAge: .milliseconds(40)))
            let bare = LoaderFixture.event("b", "2026-03-01T10:00:01Z")
            let run = StreamRun(
                id: UUIDv7(at: start), camera: LoaderFixture.camera("a"), codec: "h264", profile: "High", width: 1920,
                height: 1080, frameRate: 25, groupOfPictures: .seconds(2), bitRate: 3_000_000, firstPacket: start,
                lastPacket: start + .seconds(60), packets: 1500, bytes: 22_500_000, endReason: .streamLost,
                clock: .rtcp,
                reading: ClockReading(arrival: start + .seconds(60), media: .seconds(60)),
                uncertainty: .milliseconds(251),
                details: StreamDetails(
                    level: "4.1", announcedFrameRate: 25, signing: .onvif,
                    userData: [.onvifMediaSigning, .x264Settings], hasRegisteredUserData: true,
                    metadata: [.onvif, .klv],
                    klv: KLVFacts(label: .datalinkSet, rate: 5, timestamp: start - .seconds(7))))
            let gap = Gap(
                id: UUIDv7(at: start), camera: LoaderFixture.camera("b"), start: start, end: start + .seconds(5),
                reason: .stalled, detail: "no packets")
            try fixture.write([.event(full), .event(bare), .run(run), .gap(gap)])
            try await fixture.load()

            let reader = IndexReader(fixture.settings)
            let found = try #require(try await reader.event(full.id))
            #expect(found.event == full)
            #expect(found.place.basis == .scenePoint)
            #expect(found.place.point == GeoPoint(longitude: 13.05, latitude: 49.05))
            #expect(found.place.okrsek == AreaReference(id: 3, kind: .okrsek, code: "O1", name: "Bory"))
            #expect(found.place.obvod?.code == "P3")
            #expect(found.place.obec?.name == "Plzeň")
            #expect(found.place.touched.map(\.code) == ["O1", "O2"])
            let other = try #require(try await reader.event(bare.id))
            #expect(other.event == bare)
            #expect(other.place.onBorder)
            #expect(other.place.obvod == nil)
            let runs = try await reader.runs(camera: run.camera, from: start, to: start + .seconds(1))
            #expect(runs == [run])
            let gaps = try await reader.gaps(camera: gap.camera)
            #expect(gaps == [gap])
            let last = try await reader.lastChange()
            #expect(last == 2)
        }
    }

    @Test func takesTheOkrsekInForceWhenTheEventBegan() async throws {
        try await LoaderFixture.with { fixture in
            let before = LoaderFixture.event("a", "2025-12-31T23:59:59.999Z")
            let after = LoaderFixture.event("a", "2026-01-01T00:00:00Z")
            let stranger = LoaderFixture.event("nobody", "2026-01-01T00:00:00Z")
            try fixture.write([.event(before), .event(after), .event(stranger)])
            try await fixture.load()
            let reader = IndexReader(fixture.settings)
            #expect(try await reader.event(before.id)?.place.okrsek?.id == 1)
            #expect(try await reader.event(after.id)?.place.okrsek?.id == 3)
            let place = try await reader.event(stranger.id)?.place
            #expect(place == EventPlace())
        }
    }

    @Test func showsAnOpenEventThenExtendsAndClosesItAcrossBatches() async throws {
        try await LoaderFixture.with { fixture in
            let reader = IndexReader(fixture.settings)
            let open = LoaderFixture.event("a", "2026-03-01T23:59:58Z")
            let writer = try JournalWriter(
                directory: fixture.spool, configuration: SpoolConfiguration(reserveByteCount: 0), version: "test",
                now: { open.start })
            let loader = Loader(fixture.settings, spools: [fixture.spool])
            try await LoaderFixture.running(loader) {
                var changes: [Int64] = []
                for state in [
                    open, LoaderFixture.extended(open, by: 5, revision: 1),
                    LoaderFixture.closed(open, after: 9, revision: 2),
                ] {
                    writer.append(.event(state))
                    while true {
                        if let found = try await reader.event(open.id), found.event == state {
                            changes.append(found.change)
                            break
                        }
                        try await Task.sleep(for: .milliseconds(5))
                    }
                }
                #expect(changes == [1, 2, 3])
            }
            writer.close()
        }
    }

    @Test func keepsThePlaceFrozenWhenTheRegisterChangesMeanwhile() async throws {
        try await LoaderFixture.with { fixture in
            let open = LoaderFixture.event("b", "2026-03-01T10:00:00Z")
            try fixture.write([.event(open)])
            try await fixture.load()
            try await fixture.admin.execute(
                "UPDATE mkds.camera_place SET okrsek = 3, touched = '{3}' WHERE camera = 'b'")
            let later = LoaderFixture.event("b", "2026-03-01T10:00:00Z")
            // A session of its own would close the first one, so both come from another spool's point of view.
            try fixture.write([.event(LoaderFixture.closed(open, after: 4, revision: 5)), .event(later)])
            try await fixture.load()
            let reader = IndexReader(fixture.settings)
            #expect(try await reader.event(open.id)?.place.okrsek?.id == 2)
            #expect(try await reader.event(open.id)?.event.revision == 5)
            #expect(try await reader.event(later.id)?.place.okrsek?.id == 3)
        }
    }

    @Test func aNewSessionClosesWhatTheEarlierOneLeftOpen() async throws {
        try await LoaderFixture.with { fixture in
            let open = LoaderFixture.extended(
                LoaderFixture.event("a", "2026-03-01T10:00:00Z"), by: 30, revision: 3)
            let gap = Gap(
                id: UUIDv7(at: open.start), camera: open.camera, start: open.start, reason: .lost, detail: "")
            let run = StreamRun(
                id: UUIDv7(at: open.start), camera: open.camera, codec: "h264", width: 1, height: 1,
                firstPacket: open.start, lastPacket: open.lastSeen, packets: 1, bytes: 1, clock: .arrival)
            let elsewhere = LoaderFixture.event("b", "2026-03-01T10:00:00Z")
            let fresh = LoaderFixture.event("b", "2026-03-01T12:00:01Z")
            let second = fixture.directory + "/g2"
            try fixture.write([.event(elsewhere)], spool: second)
            // Once across batches, once within one: the result must be the same.
            try fixture.write([.event(open), .gap(gap), .run(run)])
            try await fixture.load(spools: [fixture.spool, second])
            try fixture.write([.event(fresh)])
            try await fixture.load(spools: [fixture.spool, second])

            let reader = IndexReader(fixture.settings)
            let recovered = try #require(try await reader.event(open.id)).event
            #expect(recovered.end == open.lastSeen)
            #expect(recovered.endReason == .recovered)
            #expect(recovered.revision == 4)
            #expect(try await reader.event(elsewhere.id)?.event.end == nil)
            #expect(try await reader.event(fresh.id)?.event.end == nil)
            #expect(try await reader.gaps().first?.end == LoaderFixture.time("2026-03-01T12:00:00Z"))
            #expect(try await reader.runs().first?.endReason == .recovered)
        }
    }

    @Test func aNewSessionInTheSameBatchClosesWhatTheEarlierOneLeftOpen() async throws {
        try await LoaderFixture.with { fixture in
            let open = LoaderFixture.event("a", "2026-03-01T10:00:00Z")
            let closed = LoaderFixture.closed(LoaderFixture.event("a", "2026-03-01T10:01:00Z"), after: 2, revision: 1)
            let fresh = LoaderFixture.event("a", "2026-03-01T12:00:01Z")
            try fixture.write([.event(open), .event(closed)])
            try fixture.write([.event(fresh)])
            try await fixture.load()
            let reader = IndexReader(fixture.settings)
            #expect(try await reader.event(open.id)?.event.endReason == .recovered)
            #expect(try await reader.event(closed.id)?.event == closed)
            #expect(try await reader.event(fresh.id)?.event.end == nil)
        }
    }

    @Test func partitionsExistBeforeTheirDayBegins() async throws {
        try await LoaderFixture.with { fixture in
            try fixture.write([])
            try await fixture.load()
            let row = try await fixture.admin.query(
                """
                SELECT count(*) AS n FROM generate_series(-1, 7) AS ahead WHERE to_regclass(
                    'mkds.event_' || to_char((now() AT TIME ZONE 'UTC')::date + ahead, 'YYYYMMDD')) IS NOT NULL
                """)[0]
            #expect(try row.int("n") == 9)
        }
    }

    @Test func putsAnEntryTheDatabaseRefusesAsideAndLoadsTheRest() async throws {
        try await LoaderFixture.with { fixture in
            try await fixture.admin.execute(
                "ALTER TABLE mkds.event ADD CONSTRAINT test_refuses CHECK (topic <> 'refuse me')")
            var events = (0..<100).map {
                LoaderFixture.event("a", LoaderFixture.time("2026-03-01T10:00:00Z") + .seconds($0))
            }
            events[37].topic = "refuse me"
            events[99].topic = "refuse me"
            try fixture.write(events.map { .event($0) })
            let status = try await fixture.load()
            #expect(status.rejected == 2)
            #expect(status.insertedEvents == 98)
            let folder = fixture.spool + "/rejected"
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            let texts = try names.map { name in
                String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(name)")), as: UTF8.self)
            }
            #expect(texts.count == 2)
            #expect(texts.allSatisfy { $0.contains("test_refuses") && $0.contains("refuse me") })
        }
    }

    @Test func aSpoolWhoseIdWasLostIsReadAgainWithoutDoubles() async throws {
        try await LoaderFixture.with { fixture in
            let open = LoaderFixture.event("a", "2026-03-01T10:00:00Z")
            let closed = LoaderFixture.closed(LoaderFixture.event("a", "2026-03-01T10:01:00Z"), after: 2, revision: 1)
            try fixture.write(
                [.event(open), .event(LoaderFixture.extended(open, by: 1, revision: 1)), .event(closed)]
                    + LoaderFixture.document(6, of: [open.id, closed.id]))
            try await fixture.load()
            try await fixture.admin.execute("DELETE FROM mkds.journal_position")
            let status = try await fixture.load()
            #expect(status.insertedEvents == 0)
            let reader = IndexReader(fixture.settings)
            let events = try await reader.events(EventFilter(), limit: 10)
            #expect(events.map(\.event.id) == [closed.id, open.id])
            #expect(try await reader.documents(of: open.id).count == 1)
            #expect(try await reader.documents(of: open.id) == reader.documents(of: closed.id))
        }
    }

    @Test func aSpoolThatWasMovedAwayIsFollowedByTheOneInItsPlace() async throws {
        try await LoaderFixture.with { fixture in
            let first = LoaderFixture.event("a", "2026-03-01T10:00:00Z")
            let second = LoaderFixture.event("a", "2026-03-01T10:01:00Z")
            try fixture.write([.event(first)])
            let loader = Loader(fixture.settings, spools: [fixture.spool])
            let loaded = try await LoaderFixture.running(loader) {
                try await fixture.waitUntilLoaded([fixture.spool])
                try FileManager.default.moveItem(atPath: fixture.spool, toPath: fixture.directory + "/old")
                try fixture.write([.event(second)])
                let limit = ContinuousClock.now + .seconds(60)
                while loader.status.insertedEvents < 2, ContinuousClock.now < limit {
                    try await Task.sleep(for: .milliseconds(5))
                }
                return loader.status.insertedEvents
            }
            #expect(loaded == 2)
        }
    }

    @Test func aFullRejectedFolderHoldsUpItsSpoolAndLosesNothing() async throws {
        try await LoaderFixture.with { fixture in
            try await fixture.admin.execute(
                "ALTER TABLE mkds.event ADD CONSTRAINT test_refuses CHECK (topic <> 'refuse me')")
            var events = (0..<3).map {
                LoaderFixture.event("a", LoaderFixture.time("2026-03-01T10:00:00Z") + .seconds($0))
            }
            events[1].topic = "refuse me"
            try fixture.write(events.map { .event($0) })
            let folder = fixture.spool + "/rejected"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            for number in 0..<1000 { try Data().write(to: URL(filePath: "\(folder)/\(number)")) }
            let loader = Loader(
                fixture.settings, spools: [fixture.spool], configuration: LoaderConfiguration(longestDelay: .zero))
            try await LoaderFixture.running(loader) {
                while loader.status.spoolTrouble.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
                #expect(loader.status.spoolTrouble[fixture.spool]?.contains("rejected") == true)
                #expect(loader.status.rejected == 0)
                // Somebody looked at them.
                for number in 0..<1000 { try FileManager.default.removeItem(atPath: "\(folder)/\(number)") }
                try await fixture.waitUntilLoaded([fixture.spool])
            }
            #expect(loader.status.rejected == 1)
            #expect(loader.status.insertedEvents == 2)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
        }
    }

    /// Both took the position of the other for their own, and each skipped entries.
    @Test func aCopyOfASpoolBesideItIsRefused() async throws {
        try await LoaderFixture.with { fixture in
            let event = LoaderFixture.event("a", "2026-03-01T10:00:00Z")
            try fixture.write([.event(event)])
            let copy = fixture.directory + "/g2"
            try FileManager.default.copyItem(atPath: fixture.spool, toPath: copy)
            let loader = Loader(fixture.settings, spools: [fixture.spool, copy])
            try await LoaderFixture.running(loader) {
                while loader.status.spoolTrouble.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            }
            #expect(loader.status.spoolTrouble.keys.sorted() == [copy])
            #expect(loader.status.spoolTrouble[copy]?.contains("one is a copy") == true)
        }
    }

    @Test func nothingIsPutAsideThroughALinkThatLeadsOutOfTheSpool() async throws {
        try await LoaderFixture.with { fixture in
            try await fixture.admin.execute(
                "ALTER TABLE mkds.event ADD CONSTRAINT test_refuses CHECK (topic <> 'refuse me')")
            var event = LoaderFixture.event("a", "2026-03-01T10:00:00Z")
            event.topic = "refuse me"
            try fixture.write([.event(event)])
            let elsewhere = fixture.directory + "/elsewhere"
            try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(
                atPath: fixture.spool + "/rejected", withDestinationPath: elsewhere)
            let loader = Loader(fixture.settings, spools: [fixture.spool])
            try await LoaderFixture.running(loader) {
                while loader.status.spoolTrouble.isEmpty, loader.status.rejected == 0 {
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere) == [])
            #expect(loader.status.rejected == 0)
        }
    }
}
