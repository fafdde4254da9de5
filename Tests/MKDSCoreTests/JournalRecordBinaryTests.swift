import Testing

@testable import MKDSCore

/// The bytes of a journal record: exact, bounded, and never a trap whatever they hold.
@Suite(.timeLimit(.minutes(5)))
struct JournalRecordBinaryTests {
    private func encoded(_ record: JournalRecord) -> [UInt8] {
        var bytes: [UInt8] = []
        record.encode(into: &bytes)
        return bytes
    }

    @Test func everyRecordComesBackAsItWas() throws {
        var random = SeededGenerator(seed: 42)
        for _ in 0..<5000 {
            let record = RandomRecord.record(&random)
            let bytes = encoded(record)
            #expect(bytes.count <= JournalRecord.byteLimit)
            #expect(try JournalRecord(decoding: bytes) == record)
        }
    }

    @Test func encodingAppendsToWhatIsThere() throws {
        var random = SeededGenerator(seed: 1)
        let record = RandomRecord.record(&random)
        var bytes: [UInt8] = [9, 9, 9]
        record.encode(into: &bytes)
        #expect(Array(bytes[3...]) == encoded(record))
    }

    @Test func everyTruncationAndEveryExtraByteIsAnError() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let bytes = encoded(RandomRecord.record(&random))
            for length in 0..<bytes.count {
                let error = #expect(throws: JournalRecordError.self) {
                    try JournalRecord(decoding: Array(bytes[..<length]))
                }
                #expect(error?.code == .truncated)
            }
            let error = #expect(throws: JournalRecordError.self) { try JournalRecord(decoding: bytes + [0]) }
            #expect(error?.code == .trailingBytes)
        }
    }

    /// What decodes after all must encode to a record that decodes to the same: nothing half-valid gets through.
    @Test func aHundredAndFiftyThousandSpoiledRecordsNeverTrap() throws {
        var random = SeededGenerator(seed: 99)
        var refused = 0
        let seeds = (0..<300).map { _ in encoded(RandomRecord.record(&random)) }
        for round in 0..<150_000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: bytes[index] = [0, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
                case 2: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
                default: if bytes.count > 1 { bytes.remove(at: index) }
                }
            }
            do throws(JournalRecordError) {
                let record = try JournalRecord(decoding: bytes)
                #expect(encoded(record) == bytes)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 50_000)
        #expect(refused < 150_000)
    }

    @Test func rubbishOfEveryLengthIsAnError() {
        var random = SeededGenerator(seed: 3)
        for length in 0..<2000 {
            var bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            // A right beginning, so that more than the first byte is looked at.
            if length > 2 { (bytes[0], bytes[1]) = (1, UInt8.random(in: 1...4, using: &random)) }
            #expect(throws: JournalRecordError.self) { try JournalRecord(decoding: bytes) }
        }
    }

    @Test func laterVersionsAndKindsAreNamedAsSuch() {
        let version = #expect(throws: JournalRecordError.self) { try JournalRecord(decoding: [2, 1, 0]) }
        #expect(version?.code == .unknownVersion(2))
        #expect(version?.description.contains("newer program") == true)
        let kind = #expect(throws: JournalRecordError.self) { try JournalRecord(decoding: [1, 77, 0]) }
        #expect(kind?.code == .unknownKind(77))
        #expect(kind?.description.contains("newer program") == true)
    }

    @Test func whatTheFormatCannotHoldIsMadeToFit() throws {
        var random = SeededGenerator(seed: 5)
        guard case .event(var event) = RandomRecord.event(&random) else { return }
        event.detail = String(repeating: "ž", count: 400)
        event.topic = String(repeating: "a", count: 63) + "čz"
        event.peak = .nan
        event.start = UTCTime(microseconds: .max)
        event.lastSeen = UTCTime(microseconds: .min)
        event.uncertainty = .seconds(Int64.max)
        guard case .event(let back) = try JournalRecord(decoding: encoded(.event(event))) else { return }
        #expect(back.detail == String(repeating: "ž", count: 250))
        #expect(back.topic == String(repeating: "a", count: 63))
        #expect(back.peak == 0)
        #expect(back.start == UTCTime.storable.upperBound)
        #expect(back.lastSeen == UTCTime.storable.lowerBound)
        #expect(back.uncertainty == .seconds(1_000_000_000_000))
        event.detail = "a\u{0}b"
        guard case .event(let clean) = try JournalRecord(decoding: encoded(.event(event))) else { return }
        #expect(clean.detail == "a b")
    }

    @Test(arguments: 495...505)
    func longTextsAreCutBetweenCharacters(length: Int) throws {
        for filler in ["a", "é", "€", "🚨"] {
            let start = CaptureStart(time: UTCTime(seconds: 0), version: "")
            #expect(try JournalRecord(decoding: encoded(.captureStarted(start))) == .captureStarted(start))
            var random = SeededGenerator(seed: 5)
            guard case .event(var event) = RandomRecord.event(&random) else { return }
            let head = String(repeating: "x", count: length % 4)
            event.detail = head + String(repeating: filler, count: length)
            guard case .event(let back) = try JournalRecord(decoding: encoded(.event(event))) else { return }
            #expect(event.detail.hasPrefix(back.detail))
            #expect((497...500).contains(back.detail.utf8.count) || back.detail == event.detail)
        }
    }
}

/// Records with every combination of present and absent fields.
enum RandomRecord {
    static func record(_ random: inout some RandomNumberGenerator) -> JournalRecord {
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            .captureStarted(CaptureStart(time: time(&random), version: text(64, &random)))
        case 1: run(&random)
        case 2: gap(&random)
        default: event(&random)
        }
    }

    static func event(_ random: inout some RandomNumberGenerator) -> JournalRecord {
        var event = Event(
            id: id(&random), revision: .random(in: 0 ... .max, using: &random), camera: camera(&random),
            kind: EventKind.allCases.randomElement(using: &random) ?? .motion,
            source: EventSource.allCases.randomElement(using: &random) ?? .server, topic: text(64, &random),
            start: time(&random), lastSeen: time(&random),
            clock: ClockSource.allCases.randomElement(using: &random) ?? .arrival,
            peak: .random(in: 0...1, using: &random), detail: text(500, &random))
        if Bool.random(using: &random) { event.end = time(&random) }
        if Bool.random(using: &random) { event.endReason = EndReason.allCases.randomElement(using: &random) }
        if Bool.random(using: &random) { event.uncertainty = duration(&random) }
        if Bool.random(using: &random) { event.peakTime = time(&random) }
        if Bool.random(using: &random) {
            event.box = PictureBox(left: 0, top: .random(in: 0...1, using: &random), right: 1, bottom: 0.5)
        }
        if Bool.random(using: &random) { event.cells = CellGrid(bytes: (0..<32).map { _ in byte(&random) }) }
        return .event(event)
    }

    private static func run(_ random: inout some RandomNumberGenerator) -> JournalRecord {
        var run = StreamRun(
            id: id(&random), revision: 3, camera: camera(&random), codec: text(64, &random),
            profile: text(64, &random), width: .random(in: .min ... .max, using: &random), height: 1080,
            frameRate: .random(in: 0...100, using: &random), bitRate: .random(in: 0...1e9, using: &random),
            firstPacket: time(&random), lastPacket: time(&random), packets: random.next(), bytes: random.next(),
            clock: .rtcp)
        if Bool.random(using: &random) { run.groupOfPictures = duration(&random) }
        if Bool.random(using: &random) { run.endReason = .streamLost }
        return .run(run)
    }

    private static func gap(_ random: inout some RandomNumberGenerator) -> JournalRecord {
        .gap(
            Gap(
                id: id(&random), revision: 1, camera: camera(&random), start: time(&random),
                end: Bool.random(using: &random) ? time(&random) : nil,
                reason: HealthTopic.allCases.randomElement(using: &random) ?? .lost, detail: text(500, &random)))
    }

    private static func id(_ random: inout some RandomNumberGenerator) -> UUIDv7 {
        UUIDv7(at: time(&random), using: &random)
    }

    private static func time(_ random: inout some RandomNumberGenerator) -> UTCTime {
        let range = UTCTime.storable.lowerBound.microseconds...UTCTime.storable.upperBound.microseconds
        return UTCTime(microseconds: .random(in: range, using: &random))
    }

    private static func duration(_ random: inout some RandomNumberGenerator) -> Duration {
        Duration(
            secondsComponent: .random(in: -1_000_000...1_000_000, using: &random),
            attosecondsComponent: .random(in: 0..<1_000_000_000_000_000_000, using: &random))
    }

    private static func camera(_ random: inout some RandomNumberGenerator) -> CameraID {
        let letters = Array("abcXYZ019-_.")
        let count = Int.random(in: 0..<64, using: &random)
        let text = "k" + String((0..<count).map { _ in letters.randomElement(using: &random) ?? "a" })
        guard let id = CameraID(text) else { preconditionFailure("not a camera id: \(text)") }
        return id
    }

    private static func text(_ limit: Int, _ random: inout some RandomNumberGenerator) -> String {
        var text = ""
        let aim = Int.random(in: 0...limit, using: &random)
        while let letter = ["a", "Ř", "€", "🚨", " "].randomElement(using: &random),
            text.utf8.count + letter.utf8.count <= aim
        {
            text += letter
        }
        return text
    }

    private static func byte(_ random: inout some RandomNumberGenerator) -> UInt8 {
        .random(in: 0...255, using: &random)
    }
}
