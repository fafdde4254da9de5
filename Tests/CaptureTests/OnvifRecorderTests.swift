import MKDSCore
import OnvifMetadata
import Testing

@testable import Capture

/// What a camera's documents become: events, calm and whole, and the documents worth keeping.
struct OnvifRecorderTests {
    private let zero = UTCTime(seconds: 1_800_000_000)
    private let recorder: OnvifRecorder

    init() throws {
        recorder = OnvifRecorder(camera: try #require(CameraID("cam1")), longestEvent: .seconds(600))
    }

    // MARK: - Documents as cameras write them

    private func stream(_ content: String) -> AssembledDocument {
        AssembledDocument(xml: Array("<MetadataStream>\(content)</MetadataStream>".utf8), begun: .now)
    }

    private func notification(
        _ topic: String, _ data: String, told: String, operation: String = "Changed", source: String = "VS1"
    ) -> String {
        """
        <Event><NotificationMessage><Topic>tns1:\(topic)</Topic><Message><Message UtcTime="\(told)" \
        PropertyOperation="\(operation)"><Source><SimpleItem Name="Source" Value="\(source)"/></Source>\
        <Data>\(data)</Data></Message></Message></NotificationMessage></Event>
        """
    }

    private func motion(_ state: Bool, told: UTCTime, operation: String = "Changed") -> AssembledDocument {
        stream(
            notification(
                "VideoSource/MotionAlarm", "<SimpleItem Value=\"\(state)\" Name=\"State\"/>",
                told: told.description, operation: operation))
    }

    private func dark(told: UTCTime) -> AssembledDocument {
        stream(
            notification(
                "VideoSource/ImageTooDark", "<SimpleItem Name=\"State\" Value=\"true\"/>", told: told.description))
    }

    /// A line was crossed so many times.
    private func pulses(_ count: Int) -> AssembledDocument {
        let one = notification(
            "RuleEngine/LineDetector/Crossed", "<SimpleItem Name=\"N\" Value=\"n\"/>", told: "", operation: "")
        return stream(String(repeating: one, count: count))
    }

    private func frame(_ objects: String, told: UTCTime) -> AssembledDocument {
        stream("<VideoAnalytics><Frame UtcTime=\"\(told)\">\(objects)</Frame></VideoAnalytics>")
    }

    private func human(_ id: Int) -> String {
        """
        <Object ObjectId="\(id)"><Appearance><Shape><BoundingBox left="-0.5" top="0.5" right="0" bottom="-0.5"/></Shape>\
        <Class><Type Likelihood="0.9">Human</Type></Class></Appearance></Object>
        """
    }

    private func events(_ records: [JournalRecord]) -> [Event] {
        records.compactMap { if case .event(let event) = $0 { event } else { nil } }
    }

    private func documents(_ records: [JournalRecord]) -> [RawDocument] {
        records.compactMap { if case .document(let document) = $0 { document } else { nil } }
    }

    /// Feeds a document that arrives so many milliseconds after ``zero``.
    private func take(_ document: AssembledDocument, at milliseconds: Int, via path: DocumentPath = .track)
        -> [JournalRecord]
    {
        recorder.take(document, at: zero + .milliseconds(milliseconds), via: path)
    }

    // MARK: - Events

    @Test("motion opens, lasts and closes, and each document that said so is kept with its digest and links")
    func motion() throws {
        let sent = motion(true, told: zero + .milliseconds(100))
        let opened = take(sent, at: 300)
        let event = try #require(events(opened).first)
        #expect(event.kind == .motion && event.source == .camera && event.topic.isEmpty && event.end == nil)
        #expect(event.clock == .camera)
        #expect(event.reading?.camera == zero + .milliseconds(100))
        // start = camera time - offset, as 0004_time.sql promises.
        #expect(try #require(event.reading?.camera) - (try #require(event.reading?.offset)) == event.start)
        let document = try #require(documents(opened).first)
        #expect(document.tail == sent.received)
        #expect(document.digest == SHA256Digest(of: sent.received)?.bytes)
        #expect(document.events == [event.id])
        #expect(document.cutCount == 0)
        let closed = take(motion(false, told: zero + .milliseconds(4_100)), at: 4_300)
        #expect(events(closed).isEmpty)
        #expect(documents(closed).first?.events == [event.id])
        #expect(recorder.tick(at: zero + .milliseconds(9_300)).isEmpty)
        let last = try #require(events(recorder.tick(at: zero + .milliseconds(9_301))).first)
        #expect(last.id == event.id && last.revision == 1 && last.endReason == .over)
        #expect((try #require(last.end) - event.start).inSeconds == 4)
    }

    @Test("motion that comes and goes each second is one event, and each document of it is kept with its link")
    func flutter() throws {
        let first = try #require(events(take(motion(true, told: zero), at: 0)).first)
        var written: [Event] = []
        for second in 1...60 {
            let records = take(motion(second.isMultiple(of: 2), told: zero + .seconds(second)), at: second * 1_000)
            #expect(documents(records).map(\.events) == [[first.id]])
            written += events(records) + events(recorder.tick(at: zero + .seconds(second)))
        }
        #expect(written.allSatisfy { $0.id == first.id && $0.end == nil })
        #expect(written.map(\.revision) == Array(1...6))
        #expect(events(take(motion(false, told: zero + .seconds(61)), at: 61_000)).isEmpty)
        // The next motion, later, is another one; the first is closed before it begins.
        let later = events(take(motion(true, told: zero + .seconds(70)), at: 70_000))
        #expect(later.map(\.id) == [first.id, try #require(later.last).id] && later.last?.id != first.id)
        #expect(later.first?.end == zero + .seconds(61) && later.first?.endReason == .over)
    }

    @Test("withdrawn while its end waits: the event ends when the camera said")
    func withdrawnWhileSettling() throws {
        _ = take(motion(true, told: zero), at: 0)
        _ = take(motion(false, told: zero + .seconds(2)), at: 2_100)
        let closed = events(recorder.finish(.withdrawn))
        #expect(closed.map(\.end) == [zero + .seconds(2)] && closed.first?.endReason == .over)
    }

    @Test("a clock set back keeps nothing open")
    func clockSetBack() throws {
        _ = take(motion(true, told: zero), at: 0)
        _ = take(motion(false, told: zero + .seconds(2)), at: 2_100)
        #expect(events(recorder.tick(at: zero - .seconds(60))).map(\.end) == [zero + .seconds(2)])
    }

    @Test("each time a rule holds is an event")
    func rule() throws {
        func intrusion(_ state: Bool, _ second: Int) -> AssembledDocument {
            stream(
                notification(
                    "RuleEngine/FieldDetector/ObjectsInside", "<SimpleItem Name=\"IsInside\" Value=\"\(state)\"/>",
                    told: (zero + .seconds(second)).description))
        }
        var written: [Event] = []
        for second in 0...3 {
            written += events(take(intrusion(second.isMultiple(of: 2), second), at: second * 1_000))
        }
        #expect(written.map(\.kind) == [.rule, .rule, .rule, .rule])
        #expect(Set(written.map(\.id)).count == 2)
        #expect(written.compactMap(\.end) == [zero + .seconds(1), zero + .seconds(3)])
    }

    @Test("a state repeated each second costs a revision and a document every ten, and splits at the longest span")
    func repeated() throws {
        let opened = take(motion(true, told: zero), at: 0)
        var written: [Event] = []
        var kept = 0
        for second in 1...1_300 {
            let records = take(motion(true, told: zero + .seconds(second)), at: second * 1_000)
            written += events(records)
            kept += documents(records).count
        }
        let first = try #require(events(opened).first)
        #expect(kept < 140)
        #expect(written.count < 140)
        let split = try #require(written.first { $0.endReason == .split })
        #expect(split.id == first.id)
        #expect((try #require(split.end) - split.start).inSeconds >= 600)
        #expect(Set(written.map(\.id)).count == 3)
        let continuations = written.filter { $0.end == nil && $0.revision == 0 }
        #expect(continuations.map(\.start) == written.compactMap(\.end))
        // A long motion's times are as well known as a short one's.
        for event in continuations {
            let reading = try #require(event.reading)
            #expect(TimeCheck(offset: reading.offset) == .verified)
            #expect(try #require(reading.camera) - (try #require(reading.offset)) == event.start)
            #expect(reading.arrival == zero + (event.start - first.start))
            #expect(reading.offsetAge == event.start - first.start)
        }
    }

    @Test("time that passes extends what the camera said, once a minute")
    func quiet() throws {
        _ = take(motion(true, told: zero), at: 0)
        var written: [Event] = []
        for second in 1...181 { written += events(recorder.tick(at: zero + .seconds(second))) }
        #expect(written.map(\.revision) == [1, 2, 3])
        #expect(written.last?.lastSeen == zero + .seconds(180))
    }

    @Test(
        "after a reconnection a repeated state goes on in the same event, and what is not repeated ends when it was lost"
    )
    func reconnect() throws {
        let opened = try #require(events(take(motion(true, told: zero), at: 0)).first)
        let other = try #require(events(take(dark(told: zero), at: 100)).first)
        #expect(other.kind == .tamper && other.topic == "too-dark")
        #expect(recorder.connectionLost(at: zero + .seconds(5)).isEmpty)
        #expect(recorder.tick(at: zero + .seconds(9)).isEmpty)
        recorder.connected(at: zero + .seconds(10))
        // The time of an Initialized is that of the change long ago; it is no clock.
        let again = take(motion(true, told: zero - .seconds(3_600), operation: "Initialized"), at: 11_000)
        #expect(events(again).allSatisfy { $0.id == opened.id && $0.end == nil })
        let ended = events(recorder.tick(at: zero + .seconds(26)))
        #expect(ended.map(\.id) == [other.id])
        #expect(ended.first?.end == zero + .seconds(5) && ended.first?.endReason == .streamLost)
        _ = take(motion(false, told: zero + .seconds(30)), at: 30_000)
        let closed = events(recorder.tick(at: zero + .seconds(36)))
        #expect(closed.first?.id == opened.id && closed.first?.endReason == .over)
    }

    @Test("a camera that comes and goes: each state ends when it was last known to hold")
    func flapping() throws {
        let moved = try #require(events(take(motion(true, told: zero), at: 0)).first)
        let darkened = try #require(events(take(dark(told: zero), at: 100)).first)
        recorder.connected(at: zero)
        _ = recorder.connectionLost(at: zero + .seconds(5))
        recorder.connected(at: zero + .seconds(8))
        _ = take(motion(true, told: zero + .seconds(9), operation: "Initialized"), at: 9_000)
        _ = recorder.connectionLost(at: zero + .seconds(15))
        var ended: [Event] = []
        for second in 16...40 { ended += events(recorder.tick(at: zero + .seconds(second))) }
        #expect(ended.map(\.id) == [darkened.id, moved.id])
        #expect(ended.map(\.end) == [zero + .seconds(5), zero + .seconds(15)])
        #expect(ended.allSatisfy { $0.endReason == .streamLost })
    }

    @Test("a camera that stays away ends what was in doubt")
    func away() {
        _ = take(motion(true, told: zero), at: 0)
        _ = recorder.connectionLost(at: zero + .seconds(5))
        #expect(recorder.tick(at: zero + .seconds(19)).isEmpty)
        let ended = events(recorder.tick(at: zero + .seconds(21)))
        #expect(ended.first?.end == zero + .seconds(5) && ended.first?.endReason == .streamLost)
    }

    @Test("a state that held before anybody listened begins with the arrival and says so")
    func initialised() throws {
        let event = try #require(
            events(take(motion(true, told: zero - .seconds(7_200), operation: "Initialized"), at: 0)).first)
        #expect(event.start == zero && event.clock == .arrival)
        #expect(event.reading?.camera == zero - .seconds(7_200) && event.reading?.offset == nil)
        #expect(event.detail.hasSuffix("it held already when the connection began"))
    }

    @Test("a pulse of a rule is an event of one moment")
    func pulse() throws {
        let crossed = stream(
            notification(
                "RuleEngine/LineDetector/Crossed", "<SimpleItem Name=\"ObjectId\" Value=\"17\"/>",
                told: zero.description, operation: ""))
        let event = try #require(events(take(crossed, at: 200)).first)
        #expect(event.kind == .rule && event.topic == "line" && event.end == event.start)
        #expect(event.detail == "RuleEngine/LineDetector/Crossed (Source=VS1)")
    }

    @Test("what both the track and the event service tell counts once")
    func bothPaths() {
        let pulse = stream(
            notification(
                "RuleEngine/LineDetector/Crossed", "<SimpleItem Name=\"ObjectId\" Value=\"17\"/>",
                told: zero.description, operation: ""))
        #expect(events(take(pulse, at: 200)).count == 1)
        #expect(take(pulse, at: 900, via: .pullPoint).isEmpty)
        #expect(recorder.status.duplicates == 1)
        #expect(events(take(motion(true, told: zero), at: 1_000, via: .pullPoint)).count == 1)
        #expect(take(motion(true, told: zero), at: 1_200).isEmpty)
    }

    // MARK: - Times

    @Test("times of 1970, of nonsense and far in the past are kept beside the arrival, never in its place")
    func absurdTimes() throws {
        for (index, told) in ["1970-01-01T00:01:40Z", "yesterday", "2261-01-01T00:00:00Z"].enumerated() {
            let document = stream(
                notification(
                    "RuleEngine/LineDetector/Crossed", "<SimpleItem Name=\"N\" Value=\"n\(index)\"/>", told: told,
                    operation: ""))
            let event = try #require(events(take(document, at: index * 1_000)).first)
            #expect(event.start == zero + .seconds(index))
            #expect(event.clock == .arrival && event.reading?.offset == nil)
            #expect(TimeCheck(offset: event.reading?.offset) == .unverified)
        }
    }

    @Test("a camera whose clock is wrong by days is placed by its promptest document")
    func wrongClock() throws {
        let wrong = Duration.seconds(-86_400 * 3)
        _ = take(frame("", told: zero + wrong + .milliseconds(1)), at: 50)
        let late = try #require(
            events(take(motion(true, told: zero + wrong + .milliseconds(10_001)), at: 11_550)).first)
        // Held back for 1.5 s longer than the frame: it began at 10.05 s of arrivals.
        #expect(late.start == zero + .milliseconds(10_050))
        #expect(late.clock == .camera)
        #expect(TimeCheck(offset: late.reading?.offset) == .unverified)
    }

    @Test("where sender reports tell the offset, they decide")
    func senderReports() throws {
        recorder.note(StreamMoment(media: .seconds(77), offset: .seconds(40), uncertainty: .milliseconds(300)))
        let event = try #require(events(take(motion(true, told: zero + .milliseconds(40_250)), at: 900)).first)
        #expect(event.start == zero + .milliseconds(250))
        #expect(event.uncertainty == .milliseconds(300))
        #expect(event.reading?.offset == .seconds(40) && event.reading?.media == .seconds(77))
    }

    // MARK: - Frames

    @Test("objects in ten frames a second are one presence: few entries, the first and last frame kept")
    func presence() throws {
        var records: [JournalRecord] = []
        for step in 0..<300 {
            records += take(frame(human(step / 40), told: zero + .milliseconds(step * 100)), at: step * 100 + 20)
        }
        for step in 300..<400 {
            records += take(frame("", told: zero + .milliseconds(step * 100)), at: step * 100 + 20)
        }
        let written = events(records)
        #expect(Set(written.map(\.id)).count == 1)
        #expect(written.count <= 5 && documents(records).count <= 5)
        let last = try #require(written.last)
        #expect(last.kind == .object && last.topic == "human" && last.endReason == .over)
        #expect(last.box == PictureBox(left: 0.25, top: 0.25, right: 0.5, bottom: 0.75))
        #expect(last.start == zero + .milliseconds(20))
        #expect(try #require(last.end) - last.start == .milliseconds(29_900))
    }

    @Test("a single frame is no presence")
    func blink() {
        #expect(take(frame(human(1), told: zero), at: 0).isEmpty)
        #expect(recorder.tick(at: zero + .seconds(20)).isEmpty)
        #expect(take(frame(human(1), told: zero + .seconds(20)), at: 20_000).isEmpty)
    }

    @Test("cells of frames are the place of the motion the camera tells of")
    func cells() throws {
        _ = take(motion(true, told: zero), at: 0)
        let cells = "<Extension><MotionInCells Columns=\"8\" Rows=\"8\" Cells=\"AID6AA==\"/></Extension>"
        _ = take(frame(cells, told: zero + .seconds(1)), at: 1_000)
        _ = take(motion(false, told: zero + .seconds(2)), at: 2_000)
        let closed = events(recorder.tick(at: zero + .seconds(8)))
        let grid = try #require(closed.first?.cells)
        #expect(closed.count == 1)
        #expect(grid.count == 4 && grid.contains(row: 0, column: 0) && grid.contains(row: 1, column: 1))
    }

    // MARK: - What is kept, and what is not

    @Test("face and plate data is in no entry, the rest byte for byte, the digest that of what was sent")
    func cut() throws {
        let face = "<fc:HumanFace xmlns:fc=\"urn:f\"><fc:Age>SECRET-33</fc:Age></fc:HumanFace>"
        let plate = "<LicensePlateInfo><PlateNumber>SECRET-1AB2345</PlateNumber></LicensePlateInfo>"
        let object = "<Object ObjectId=\"1\"><Appearance>\(face)\(plate)</Appearance></Object>"
        let content =
            notification(
                "VideoSource/MotionAlarm", "<SimpleItem Name=\"State\" Value=\"true\"/>", told: zero.description)
            + notification(
                "RuleEngine/Recognition/LicensePlate", "<SimpleItem Name=\"N\" Value=\"SECRET-PLATE\"/>",
                told: zero.description)
            + "<VideoAnalytics><Frame UtcTime=\"\(zero)\">\(object)</Frame></VideoAnalytics>"
        let sent = stream(content)
        let records = take(sent, at: 0)
        let document = try #require(documents(records).first)
        #expect(document.cutCount == 3)
        #expect(document.digest == SHA256Digest(of: sent.received)?.bytes)
        for record in records {
            var bytes: [UInt8] = []
            record.encode(into: &bytes)
            #expect(!String(decoding: bytes, as: UTF8.self).contains("SECRET"))
        }
        #expect(!"\(recorder.status)".contains("SECRET"))
        #expect(String(decoding: document.tail, as: UTF8.self).contains("MotionAlarm"))
        #expect(recorder.status.cut == 1)
    }

    @Test("unknown topics are counted and kept, but not each repetition; where a camera looks is kept with them")
    func unknown() throws {
        let position =
            "<PTZ><PTZStatus><Position><PanTilt x=\"0.5\" y=\"-0.25\"/><Zoom x=\"0.1\"/></Position></PTZStatus></PTZ>"
        let preset = notification(
            "PTZController/PTZPresets/Reached", "<SimpleItem Name=\"PresetToken\" Value=\"brána\"/>",
            told: zero.description, operation: "")
        var kept: [RawDocument] = []
        for second in 0..<50 { kept += documents(take(stream(preset + position), at: second * 1_000)) }
        #expect(kept.count == 1)
        let document = try #require(kept.first)
        #expect(document.preset == "brána")
        #expect(document.pan == 0.5 && document.tilt == -0.25 && document.zoom == 0.1)
        #expect(recorder.status.unknownTopics == ["PTZController/PTZPresets/Reached": 50])
    }

    @Test("a document that does not parse gives nothing and is counted")
    func malformed() {
        #expect(take(stream("<a></b>"), at: 0).isEmpty)
        #expect(take(AssembledDocument(xml: [0x24, 0x45, 0x58, 0x49], begun: .now), at: 0).isEmpty)
        #expect(recorder.status.refused == 2)
    }

    @Test("a camera that invents events and documents without end is bounded and told of once")
    func excess() {
        var records: [JournalRecord] = []
        let padding = String(repeating: "x", count: 100_000)
        for index in 0..<1_000 {
            let crossed = notification(
                "RuleEngine/LineDetector/Crossed", "<SimpleItem Name=\"N\" Value=\"n\(index)\"/>",
                told: zero.description, operation: "")
            records += take(stream(crossed + "<x>\(padding)</x>"), at: index)
        }
        let written = events(records).filter { $0.kind == .rule }
        #expect(written.count <= 260)
        #expect(recorder.status.refusedEvents >= 740)
        #expect(documents(records).reduce(0) { $0 + Int($1.byteCount) } < 9_000_000)
        #expect(events(records).filter { $0.topic == HealthTopic.metadataRefused.rawValue }.count == 1)
    }

    @Test("what began in a burst of events begins with its next word, and tampering at once")
    func burst() throws {
        let records = take(pulses(300), at: 0)
        #expect(recorder.status.refusedEvents == 44)
        #expect(events(records).contains { $0.topic == HealthTopic.metadataRefused.rawValue })
        #expect(events(take(motion(true, told: zero), at: 0)).isEmpty)
        #expect(events(take(dark(told: zero), at: 0)).map(\.topic) == ["too-dark"])
        let set = notification(
            "Monitoring/OperatingTime/LastClockSynchronization", "<SimpleItem Name=\"S\" Value=\"\(zero)\"/>",
            told: zero.description)
        #expect(events(take(stream(set), at: 0)).isEmpty)
        #expect(recorder.status.refusedEvents == 46)
        let event = try #require(events(take(motion(true, told: zero + .seconds(9)), at: 9_000)).first)
        #expect(event.kind == .motion && event.revision == 0 && event.start == zero + .seconds(9))
    }

    @Test("objects that came into view in a burst of events are an event once it is over")
    func burstOfFrames() {
        var records = take(pulses(300), at: 0)
        for step in 0..<40 {
            if step < 20 { records += take(pulses(3), at: step * 100) }
            records += take(frame(human(1), told: zero + .milliseconds(step * 100)), at: step * 100)
        }
        #expect(events(records).filter { $0.kind == .object }.count == 1)
    }

    @Test("states beyond the limit are counted as refused events")
    func states() {
        for index in 0..<1_100 {
            let state = notification(
                "VideoSource/MotionAlarm", "<SimpleItem Name=\"State\" Value=\"true\"/>", told: "",
                source: "VS\(index)")
            _ = take(stream(state), at: index * 1_000)
        }
        #expect(recorder.status.openEvents == PropertyTracker.openLimit)
        #expect(recorder.status.refusedEvents == 1_100 - PropertyTracker.openLimit)
    }

    @Test("that there was a face or plate alone is noted with the digest of what was sent, once a minute")
    func cutAlone() throws {
        var kept: [RawDocument] = []
        for second in 0..<61 {
            let sent = stream(
                notification(
                    "RuleEngine/Recognition/Face", "<SimpleItem Name=\"N\" Value=\"SECRET\"/>",
                    told: (zero + .seconds(second)).description))
            let documents = documents(take(sent, at: second * 1_000))
            #expect(documents.allSatisfy { $0.digest == SHA256Digest(of: sent.received)?.bytes })
            kept += documents
        }
        #expect(kept.count == 2 && kept.allSatisfy { $0.cutCount == 1 && $0.events.isEmpty })
        #expect(kept.first?.tail == Array("<MetadataStream><Event></Event></MetadataStream>".utf8))
        #expect(recorder.status.cut == 61)
    }

    @Test("what a camera puts into a text has no control characters and fits")
    func plainText() {
        #expect(CameraEvents.plain("a\u{1b}[2Jb\u{202e}c\n", limit: 100) == "a [2Jb c ")
        #expect(CameraEvents.plain(String(repeating: "č", count: 300), limit: 481).utf8.count == 480)
        #expect(CameraEvents.word("Human Face!") == "human-face")
        #expect(CameraEvents.word("  ") == "object")
    }
}

/// Pieces within a budget.
struct OnvifTrackTests {
    private let zero = UTCTime(seconds: 1_800_000_000)

    @Test("a flood costs documents until it is over, and says so once")
    func flood() {
        var track = OnvifTrack()
        let document = Array("<MetadataStream>\(String(repeating: "x", count: 60_000))</MetadataStream>".utf8)
        var count = 0
        var troubles: [MetadataTrouble] = []
        for _ in 0..<1_000 {
            count += document.withUnsafeBytes { track.append($0, at: .now, wall: zero) }.count
            troubles += track.takeTrouble()
        }
        #expect((100...150).contains(count))
        #expect(track.refusedPieceCount == 1_000 - count)
        #expect(troubles == [.flood])
        let later = document.withUnsafeBytes { track.append($0, at: .now, wall: zero + .seconds(60)) }
        #expect(later.count == 1)
    }

    @Test("what is unpacked counts even if no document comes of it")
    func damagedGzip() {
        var track = OnvifTrack()
        // 1 MiB in 7 KiB, with a check value of 0.
        let member = Self.member(matches: 4_100)
        #expect(member.count < 7_000)
        for _ in 0..<100 { #expect(member.withUnsafeBytes { track.append($0, at: .now, wall: zero) }.isEmpty) }
        #expect(track.counters.count(.damagedGzip) == 8)
        #expect(track.refusedPieceCount == 92)
    }

    /// A gzip member of one byte and copies of it by 258 (RFC 1951 § 3.2.6, fixed codes), with a wrong check value.
    private static func member(matches: Int) -> [UInt8] {
        var bits: [UInt8] = [1, 1, 0]
        // Literal 0, then length 258 and distance 1 again and again, then the end.
        bits += [0, 0, 1, 1, 0, 0, 0, 0]
        for _ in 0..<matches { bits += [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0] }
        bits += [UInt8](repeating: 0, count: 7)
        var member: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
        for start in stride(from: 0, to: bits.count, by: 8) {
            member.append(bits[start..<min(start + 8, bits.count)].enumerated().reduce(0) { $0 | $1.1 << $1.0 })
        }
        return member + [UInt8](repeating: 0, count: 8)
    }

    @Test(
        "EXI is told once in words an administrator can act on", arguments: [[0x24, 0x45, 0x58, 0x49], [0x80, 1, 2]])
    func exi(bytes: [UInt8]) {
        var track = OnvifTrack()
        for _ in 0..<5 { #expect(bytes.withUnsafeBytes { track.append($0, at: .now, wall: zero) }.isEmpty) }
        #expect(track.takeTrouble() == [.exi])
        #expect(track.takeTrouble().isEmpty)
    }
}
