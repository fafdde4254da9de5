internal import Capture
internal import MKDSCore
internal import Testing

@Suite struct RecordingNameTests {
    private func local(_ day: String, _ second: Int) throws -> RecordingName.Stamp {
        .local(LocalClock(day: try #require(UTCDay(day)), secondOfDay: second))
    }

    @Test(
        "finds the time in names as recorders write them",
        arguments: [
            "2026-11-21_15-30-00.mp4", "20261121153000.mkv", "cam1_20261121_153000.mp4", "2026-11-21T15:30:00.ts",
            "2026-11-21/15/30.00.mp4", "2026/11/21/15/30/00.avi", "2026-11-21/2026-11-21_15-30-00_ch3.mp4",
            "ch01_20261121153000123.mp4", "2026-11-21 15h30m00s.mp4", "20261121-153000-20261121-154500.mp4",
            "1999/rec-2026.11.21-15.30.00.mp4",
        ])
    func names(path: String) throws {
        #expect(RecordingName.stamp(of: path) == (try local("2026-11-21", 15 * 3600 + 30 * 60)))
    }

    @Test func aNameThatSaysUTCIsUTC() throws {
        let time = try #require(UTCTime("2026-11-21T15:30:00Z"))
        #expect(RecordingName.stamp(of: "2026-11-21T15-30-00Z.mp4") == .utc(time))
        #expect(RecordingName.stamp(of: "\(time.microseconds / 1_000_000).mp4") == .utc(time))
    }

    @Test(
        "takes nothing else for a time",
        arguments: [
            "", "cam1.mp4", "0001.mp4", "2026-11-21.mp4", "2026-13-21_15-30-00.mp4", "2026-02-30_15-30-00.mp4",
            "2026-11-21_24-00-00.mp4", "2026-11-21_15-60-00.mp4", "1620261121153000.mp4", "202611211530001234.mp4",
            "2026----11-21_15-30-00.mp4", "2026-11-21_01.mp4", "12345678901.mp4", "é2026.mp4",
        ])
    func others(path: String) {
        #expect(RecordingName.stamp(of: path) == nil)
    }
}

@Suite struct RecordingTimesTests {
    /// The rule of the European Union, so that no file of the machine is needed.
    private let times: RecordingTimes
    private let now: UTCTime

    init() throws {
        let rule = try #require(ZoneRule("CET-1CEST,M3.5.0,M10.5.0/3"))
        times = RecordingTimes(zone: LocalZone(rule: rule), accuracy: .seconds(2))
        now = try #require(UTCTime("2026-11-21T15:00:00Z"))
    }

    private func start(
        _ name: String, created: String? = nil, modified: String = "2026-11-21T14:45:00Z"
    ) throws -> (start: UTCTime, uncertainty: Duration?) {
        times.start(
            RecordingName.stamp(of: name), created: try created.map { try #require(UTCTime($0)) },
            length: .seconds(900), modified: try #require(UTCTime(modified)), now: now)
    }

    @Test func aLocalNameIsPutOnUTC() throws {
        let winter = try start("2026-11-21_15-30-00.mp4", created: "2026-01-01T00:00:00Z")
        #expect(winter.start == UTCTime("2026-11-21T14:30:00Z"))
        #expect(winter.uncertainty == .seconds(3))
        #expect(try start("2026-07-21_15-30-00.mp4").start == UTCTime("2026-07-21T13:30:00Z"))
    }

    @Test func theRepeatedHourOfAutumnIsToldByTheLastChangeAndStaysUncertain() throws {
        let first = try start("2026-10-25_02-30-00.mp4", modified: "2026-10-25T00:45:00Z")
        #expect(first.start == UTCTime("2026-10-25T00:30:00Z"))
        #expect(first.uncertainty == .seconds(3603))
        let second = try start("2026-10-25_02-30-00.mp4", modified: "2026-10-25T01:45:00Z")
        #expect(second.start == UTCTime("2026-10-25T01:30:00Z"))
        #expect(second.uncertainty == .seconds(3603))
    }

    @Test func anHourThatSpringSkipsIsUncertain() throws {
        #expect(try start("2026-03-29_02-30-00.mp4").uncertainty == .seconds(3603))
    }

    @Test func withoutATimeInTheNameTheContainerTellsAndThenTheLastChange() throws {
        let told = try start("cam1.mp4", created: "2026-11-21T14:30:00Z")
        #expect(told.start == UTCTime("2026-11-21T14:30:00Z") && told.uncertainty == .seconds(3))
        for created in [nil, "1970-01-01T00:00:00Z", "2026-12-24T00:00:00Z"] {
            let guessed = try start("cam1.mp4", created: created)
            #expect(guessed.start == UTCTime("2026-11-21T14:30:00Z") && guessed.uncertainty == nil)
        }
    }

    @Test func aNameFromTheFutureIsNone() throws {
        #expect(try start("2099-11-21_15-30-00.mp4").start == UTCTime("2026-11-21T14:30:00Z"))
    }

    @Test func withoutAStatedAccuracyNothingIsStated() throws {
        let rule = try #require(ZoneRule("CET-1CEST,M3.5.0,M10.5.0/3"))
        let silent = RecordingTimes(zone: LocalZone(rule: rule), accuracy: nil)
        let stamp = RecordingName.stamp(of: "2026-11-21_15-30-00.mp4")
        #expect(silent.start(stamp, created: nil, length: .zero, modified: now, now: now).uncertainty == nil)
    }
}

@Suite struct RecordingRecordsTests {
    private func event(_ end: UTCTime?, _ reason: EndReason?, revision: UInt32 = 3) throws -> Event {
        let start = try #require(UTCTime("2026-11-21T14:30:00Z"))
        return Event(
            id: UUIDv7(at: start), revision: revision, camera: try #require(CameraID("cam1")), kind: .motion,
            start: start, lastSeen: start, end: end, endReason: reason, clock: .file)
    }

    @Test func whatIsOverGetsTheSameIdEachTimeItIsRead() throws {
        let records = RecordingRecords(camera: try #require(CameraID("cam1")))
        let end = try #require(UTCTime("2026-11-21T14:30:05Z"))
        guard case .event(let first)? = records.final(.event(try event(end, .over))),
            case .event(let second)? = records.final(.event(try event(end, .over, revision: 9)))
        else {
            Issue.record("an event that is over was held back")
            return
        }
        #expect(first == second && first.revision == 0 && first.id.day == first.start.day)
        guard case .event(let other)? = RecordingRecords(camera: try #require(CameraID("cam2"))).final(.event(first))
        else { return }
        #expect(other.id != first.id)
    }

    @Test func whatIsOpenOrWasGivenUpWaitsForTheNextReading() throws {
        let records = RecordingRecords(camera: try #require(CameraID("cam1")))
        #expect(records.final(.event(try event(nil, nil))) == nil)
        #expect(records.final(.event(try event(UTCTime(seconds: 2_000_000_000), .withdrawn))) == nil)
    }
}
