import Testing

@testable import MKDSCore

/// The bytes of a journal record: exact, bounded, and never a trap whatever they hold.
@Suite(.timeLimit(.minutes(10)))
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

    @Test func aDocumentOfAnyLengthComesBackFromItsPieces() {
        for count in [0, 1, RawDocument.pieceByteLimit, RawDocument.pieceByteLimit + 1, 100_000] {
            let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let id = UUIDv7(at: UTCTime(seconds: 1_795_250_000))
            guard let camera = CameraID("cam1") else { return }
            let draft = RawDocument(
                id: id, camera: camera, received: UTCTime(seconds: 1_795_250_000), path: .track,
                digest: [UInt8](repeating: 7, count: 32), byteCount: 0, events: [UUIDv7](repeating: id, count: 100),
                tail: [])
            let records = RawDocument.records(of: content, draft)
            var bytes: [UInt8] = []
            for (number, record) in records.enumerated() {
                if case .documentPart(let part) = record {
                    #expect(part.number == number && part.document == id)
                    bytes += part.bytes
                } else if case .document(let document) = record {
                    #expect(number == records.count - 1 && Int(document.partCount) == number)
                    #expect(document.byteCount == count && document.events.count == RawDocument.eventLimit)
                    bytes += document.tail
                }
                #expect(encoded(record).count <= JournalRecord.byteLimit)
            }
            #expect(bytes == content)
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
            if length > 2 { (bytes[0], bytes[1]) = (1, [1, 2, 3, 4, 7].randomElement(using: &random) ?? 1) }
            #expect(throws: JournalRecordError.self) { try JournalRecord(decoding: bytes) }
        }
    }

    /// Written by the program before journals held clock readings.
    @Test func entriesWithoutClockReadingsStillDecode() throws {
        let event = try JournalRecord(decoding: Self.bytes(Self.eventOfFirstFormat))
        guard case .event(let event) = event else { throw JournalRecordError(code: .unknownKind(0), offset: 0) }
        #expect(event.camera.rawValue == "cam-1" && event.detail == "old" && event.uncertainty == .milliseconds(680))
        #expect(event.reading == nil)
        let run = try JournalRecord(decoding: Self.bytes(Self.runOfFirstFormat))
        guard case .run(let run) = run else { throw JournalRecordError(code: .unknownKind(0), offset: 0) }
        #expect(run.camera.rawValue == "cam-1" && run.codec == "h264" && run.packets == 1500)
        #expect(run.reading == nil && run.uncertainty == nil && run.details == nil)
    }

    private static let eventOfFirstFormat = """
        010204bc7a1b1fb3a69a01efcdab896745238104000000010201900063018b600600901b1a028b6006000000003e0000\
        000000000000000044af65d86f090563616d2d310003006f6c64
        """
    private static let runOfFirstFormat = """
        010301bc7a1b1fb3a69a01efcdab89674523810200000040010000f00000000000c84100247449900063018b60060090\
        87f6048b600600dc05000000000000e07072000000000001020000000000000000000000000000000563616d2d310468\
        3236340448696768
        """

    private static func bytes(_ text: String) -> [UInt8] {
        let digits = text.compactMap { $0.hexDigitValue.map { UInt8($0) } }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
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
        switch Int.random(in: 0..<18, using: &random) {
        case 0:
            .captureStarted(CaptureStart(time: time(&random), version: text(64, &random)))
        case 1...3: run(&random)
        case 4...6: gap(&random)
        case 7: document(&random)
        case 8:
            .documentPart(
                DocumentPart(
                    document: id(&random), number: .random(in: 0 ... .max, using: &random),
                    bytes: bytes(RawDocument.pieceByteLimit, &random)))
        case 9...11: sample(&random)
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
        if Bool.random(using: &random) { event.reading = reading(&random) }
        return .event(event)
    }

    private static func document(_ random: inout some RandomNumberGenerator) -> JournalRecord {
        let tail = bytes(.random(in: 0...RawDocument.pieceByteLimit, using: &random), &random)
        let parts = UInt16.random(in: 0...1_500, using: &random)
        return .document(
            RawDocument(
                id: id(&random), camera: camera(&random), received: time(&random),
                path: DocumentPath.allCases.randomElement(using: &random) ?? .track, digest: bytes(32, &random),
                byteCount: UInt32(parts) * UInt32(RawDocument.pieceByteLimit) + UInt32(tail.count),
                isCompressed: .random(using: &random), cutCount: .random(in: 0 ... .max, using: &random),
                pan: Bool.random(using: &random) ? .random(in: -1...1, using: &random) : nil,
                tilt: Bool.random(using: &random) ? .random(in: -1...1, using: &random) : nil,
                zoom: Bool.random(using: &random) ? .random(in: 0...1, using: &random) : nil,
                preset: text(64, &random),
                events: (0..<Int.random(in: 0...RawDocument.eventLimit, using: &random)).map { _ in id(&random) },
                partCount: parts, tail: tail))
    }

    private static func bytes(_ count: Int, _ random: inout some RandomNumberGenerator) -> [UInt8] {
        (0..<count).map { _ in byte(&random) }
    }

    private static func reading(_ random: inout some RandomNumberGenerator) -> ClockReading {
        var reading = ClockReading(arrival: time(&random), media: duration(&random))
        if Bool.random(using: &random) { reading.camera = time(&random) }
        if Bool.random(using: &random) { reading.offset = duration(&random) }
        if Bool.random(using: &random) { reading.offsetAge = duration(&random) }
        return reading
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
        if Bool.random(using: &random) { run.reading = reading(&random) }
        if Bool.random(using: &random) { run.uncertainty = duration(&random) }
        if Bool.random(using: &random) { run.details = details(&random) }
        return .run(run)
    }

    private static func details(_ random: inout some RandomNumberGenerator) -> StreamDetails {
        var details = StreamDetails(
            level: text(64, &random),
            userData: (0..<Int.random(in: 0...StreamDetails.userDataLimit, using: &random)).map { _ in
                StreamIdentifier(high: random.next(), low: random.next())
            },
            hasRegisteredUserData: .random(using: &random), hasPictureTiming: .random(using: &random),
            metadata: MetadataFormat.allCases.filter { _ in .random(using: &random) })
        if Bool.random(using: &random) { details.announcedFrameRate = .random(in: 0...100, using: &random) }
        if Bool.random(using: &random) { details.signing = MediaSigning.allCases.randomElement(using: &random) }
        if Bool.random(using: &random) {
            details.klv = KLVFacts(
                label: StreamIdentifier(high: random.next(), low: 1), rate: .random(in: 0...100, using: &random),
                timestamp: Bool.random(using: &random) ? time(&random) : nil)
        }
        return details
    }

    private static func sample(_ random: inout some RandomNumberGenerator) -> JournalRecord {
        var sample = StreamSample(
            camera: camera(&random), run: id(&random), minute: time(&random), duration: duration(&random),
            packets: .random(in: 0 ... .max, using: &random), bytes: random.next(),
            keyframes: .random(in: 0 ... .max, using: &random), missed: .random(in: 0 ... .max, using: &random))
        if Bool.random(using: &random) { sample.longestPause = duration(&random) }
        if Bool.random(using: &random) { sample.meanGroup = duration(&random) }
        if Bool.random(using: &random) { sample.longestGroup = duration(&random) }
        return .sample(sample)
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
