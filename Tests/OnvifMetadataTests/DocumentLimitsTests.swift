import MKDSCore
import Testing

@testable import OnvifMetadata

struct DocumentLimitsTests {
    private func refusal(_ content: String, _ change: (inout DocumentLimits) -> Void = { _ in }) -> DocumentError.Code?
    {
        var limits = DocumentLimits()
        change(&limits)
        var reader = DocumentReader(limits: limits)
        do {
            _ = try reader.read(Array("<MetadataStream>\(content)</MetadataStream>".utf8))
            return nil
        } catch {
            // A refusal must not spoil the reader for the next document.
            #expect((try? reader.read(Array("<MetadataStream/>".utf8)))?.elementCount == 1)
            return error.code
        }
    }

    @Test func refusesWhatExceedsItsLimits() {
        let deep = String(repeating: "<a>", count: 64) + String(repeating: "</a>", count: 64)
        #expect(refusal(deep) == .tooDeep)
        #expect(refusal(String(deep.dropFirst(3).dropLast(4))) == nil)
        #expect(refusal(String(repeating: "<a/>", count: 65_536)) == .tooManyElements)
        let attributes = (0..<65).map { " a\($0)=''" }.joined()
        #expect(refusal("<a\(attributes)/>") == .tooManyAttributes)
        let namespaces = (0..<257).map { " xmlns:a\($0)='b'" }.joined()
        #expect(refusal("<a\(namespaces)/>") == .tooManyNamespaces)
        #expect(refusal("<a b='\(String(repeating: "x", count: 16_384))'/>") == .tagTooLong)
        #expect(refusal("<a b='\(String(repeating: "x", count: 99))'/>") { $0.valueByteCount = 98 } == .valueTooLong)
        #expect(refusal(String(repeating: "<NotificationMessage/>", count: 4_097)) == .tooManyItems)
        let cells = { (count: Int, attributes: String) in
            String(
                repeating: "<VideoAnalytics><Frame><MotionInCells \(attributes)/></Frame></VideoAnalytics>",
                count: count)
        }
        #expect(refusal(cells(2_049, "Columns='8'")) == .tooManyItems)
        // 16 384 cells of which none moves: PackBits of 2 048 zeros.
        let zeros = String(repeating: "gQCBAIEA", count: 5) + "gQA="
        let large = "Columns='128' Rows='128' Cells='\(zeros)'"
        #expect(refusal(cells(16, large)) == nil && refusal(cells(17, large)) == .tooManyItems)
        #expect(refusal(String(repeating: "x", count: 5 << 20)) == .tooLarge)
        let topic = String(repeating: "x", count: 1_025)
        #expect(refusal("<NotificationMessage><Topic>\(topic)</Topic></NotificationMessage>") == .valueTooLong)
    }

    @Test(arguments: [
        "<!DOCTYPE MetadataStream SYSTEM 'file:///etc/passwd'><MetadataStream/>",
        "<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;&b;'>]><MetadataStream>&d;</MetadataStream>",
        "<?xml version='1.0' standalone='no'?><!DOCTYPE a PUBLIC 'b' 'http://127.0.0.1:9/'><MetadataStream/>",
    ])
    func refusesEveryDocumentType(_ text: String) {
        var reader = DocumentReader()
        #expect(throws: DocumentError(.documentType, line: 1)) { try reader.read(Array(text.utf8)) }
    }

    @Test(arguments: [
        (
            "<?xml version='1.0' encoding='windows-1250'?><MetadataStream>\u{e9}</MetadataStream>",
            DocumentError.Code.encoding
        ),
        ("<?xml version='1.0' encoding='UTF-16'?><MetadataStream>\u{e9}</MetadataStream>", .encoding),
        ("<\0M\0", .wideCharacters),
    ])
    func refusesEncodingsItDoesNotKnow(_ text: String, _ code: DocumentError.Code) {
        var reader = DocumentReader()
        #expect(throws: DocumentError(code)) { try reader.read(Array(text.utf8)) }
    }

    /// libxml2 compares all attributes of a tag with each other; without our limit this takes minutes.
    @Test(.timeLimit(.minutes(10))) func isNotSlowedByAttributesWithoutNumber() {
        let attributes = (0..<400_000).map { " a\($0)=''" }.joined()
        #expect(refusal("<a\(attributes)/>") { $0.inflatedByteCount = 64 << 20 } == .tagTooLong)
    }

    /// libxml2's dictionary never forgets a name, so its context must go before it has learnt too many.
    @Test func forgetsTheNamesACameraInvents() throws {
        var reader = DocumentReader()
        for round in 0..<30 {
            let names = (0..<1_000).map { "<n\(round)_\($0)/>" }.joined()
            #expect(try reader.read(Array(Document.stream(names).utf8)).extensionElementCount == 1_000)
            #expect(try reader.read(Array(Document.event("VideoSource/MotionAlarm").utf8)).notifications.count == 1)
            #expect(reader.nameCount < NameTable.nameLimit + 1_100)
        }
    }

    /// Namespaces and prefixes go into the same dictionary; once it was full, libxml2 refused whatever held a new one.
    @Test func forgetsTheNamespacesACameraInvents() throws {
        var reader = DocumentReader()
        let filling = String(repeating: "x", count: 15_000)
        for round in 0..<50 {
            let elements = (0..<40).map { "<a xmlns='urn:\(round):\($0):\(filling)'/>" }.joined()
            #expect(
                try reader.read(Array(Document.stream(elements).utf8)).extensionElementCount == 40, "round \(round)")
        }
    }
}

struct XMLValueTests {
    private func time(_ text: String) -> UTCTime? { Array(text.utf8).withUnsafeBufferPointer { $0.dateTime } }
    private func float(_ text: String) -> Float? { Array(text.utf8).withUnsafeBufferPointer { $0.float } }
    private func integer(_ text: String) -> Int64? { Array(text.utf8).withUnsafeBufferPointer { $0.integer } }

    @Test(arguments: [
        ("2026-03-15T20:04:10Z", "2026-03-15T20:04:10Z"), ("2026-03-15T20:04:10", "2026-03-15T20:04:10Z"),
        (" 2026-03-15 20:04:10.5 ", "2026-03-15T20:04:10.5Z"), ("2026-03-15T20:04:10.Z", "2026-03-15T20:04:10Z"),
        ("2026-03-15T20:04:10.1234567890123456789Z", "2026-03-15T20:04:10.123456Z"),
        ("2026-03-15T22:04:10+02:00", "2026-03-15T20:04:10Z"), ("2026-03-15T18:04:10-0200", "2026-03-15T20:04:10Z"),
        ("1970-01-01T00:00:00", "1970-01-01T00:00:00Z"), ("2026-03-14T24:00:00Z", "2026-03-15T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
    ])
    func readsTimesAsCamerasWriteThem(_ text: String, _ expected: String) {
        #expect(time(text) == UTCTime(expected))
        #expect(time(text) != nil)
    }

    @Test(arguments: [
        "", "2026-03-15", "2026-02-30T20:04:10Z", "2026-03-15T25:00:00Z", "2026-03-15T24:00:01Z",
        "2026-03-15T20:60:00Z",
        "2026-03-15T20:04:10+2", "2026-03-15T20:04:10Zz", "20260315T200410Z", "2026-03-15T20:04:1Z",
    ])
    func readsNoTimeWhereThereIsNone(_ text: String) {
        #expect(time(text) == nil)
    }

    @Test func readsNumbers() {
        for text in [
            "0", "-1", "+0.5", ".25", "5.", "-0.000926", "1e3", "1.5E-3", "123456789", "0.1", " 7 ", "3.4e38", "1e-50",
        ] {
            #expect(float(text) == Float(text.filter { $0 != " " && $0 != "+" }), "\(text)")
        }
        // More digits than a float tells apart, as a camera that prints doubles sends them.
        for text in [
            "0.009999999776482582", "-12345678901234567890123", "0.00000000000000000000000125", "100000000000000000000",
            "1.000000000000000000000000", "000000000000000000000000.5", "123456789012345678.9e-3",
        ] {
            #expect(float(text) == Float(text), "\(text)")
        }
        for text in ["", "-", ".", "NaN", "INF", "1e999", "0x10", "1,5", "1e", "--1"] {
            #expect(float(text) == nil, "\(text)")
        }
        #expect(integer("-9223372036854775807") == -9_223_372_036_854_775_807)
        #expect(integer("9223372036854775808") == nil && integer("1.0") == nil && integer("") == nil)
    }

    /// The two examples of the ONVIF Analytics Service Specification, and what is cut or wrong.
    @Test func unpacksMotionInCells() {
        #expect(MotionInCells(columns: 8, rows: 6, cells: "/v/+8A==")?.bitmap == [0xff, 0xff, 0xff, 0xf0, 0xf0, 0xf0])
        #expect(MotionInCells(columns: 8, rows: 6, cells: "AAD8AA==")?.bitmap == [0, 0, 0, 0, 0, 0])
        #expect(MotionInCells(columns: 22, rows: 18, cells: "/v/+8A==") == nil)
        let zeros = String(repeating: "gQCBAIEA", count: 5) + "gQA="
        #expect(MotionInCells(columns: 128, rows: 128, cells: zeros)?.count == 0)
        #expect(MotionInCells(columns: 129, rows: 128, cells: zeros) == nil)
        #expect(MotionInCells(columns: 0, rows: 6, cells: "/v/+8A==") == nil)
        #expect(MotionInCells(columns: 8, rows: 6, cells: "%%%%") == nil)
        #expect(
            MotionInCells.unpack([0x05, 1, 2], limit: 100) == nil && MotionInCells.unpack([0xff], limit: 100) == nil)
        #expect(MotionInCells.unpack([0x80, 0x00, 7, 0x81, 9], limit: 200)?.count == 129)
        #expect(MotionInCells.unpack([UInt8](repeating: 0x81, count: 100), limit: 1_000) == nil)
    }

    @Test func tellsPixelsFromGridsByTheLargestNumberSeen() {
        var scale = CoordinateScale(pictureWidth: 1_920, pictureHeight: 1_080)
        func box(_ right: Float, _ bottom: Float, _ system: CoordinateSystem = .unscaled) -> BoundingBox {
            BoundingBox(left: 0, top: 0, right: right, bottom: bottom, system: system)
        }
        #expect(scale.pictureBox(box(960, 540)) == PictureBox(left: 0, top: 0, right: 0.5, bottom: 0.5))
        #expect(scale.unit == .pixel)
        #expect(scale.pictureBox(box(4_096, 8_192)) == PictureBox(left: 0, top: 0, right: 0.5, bottom: 1))
        #expect(scale.unit == .grid(8_192))
        #expect(scale.pictureBox(box(2_048, 2_048)) == PictureBox(left: 0, top: 0, right: 0.25, bottom: 0.25))
        let normalised = BoundingBox(left: -1, top: 1, right: 0, bottom: -2, system: .normalised)
        #expect(scale.pictureBox(normalised) == PictureBox(left: 0, top: 0, right: 0.5, bottom: 1))
    }

    /// A camera that sends a small stream may speak in pixels of the large picture it analyses.
    @Test(arguments: [
        ((640, 360), (1_850, 1_000), CoordinateScale.Unit.largerPicture(width: 1_920, height: 1_080)),
        ((640, 360), (1_200, 300), .largerPicture(width: 1_280, height: 720)),
        ((640, 360), (3_800, 2_100), .largerPicture(width: 3_840, height: 2_160)),
        ((640, 368), (1_850, 1_000), .largerPicture(width: 1_920, height: 1_080)),
        ((352, 288), (700, 500), .largerPicture(width: 704, height: 576)),
        ((640, 480), (1_250, 950), .largerPicture(width: 1_280, height: 960)), ((640, 360), (900, 990), .grid(1_000)),
        ((640, 360), (4_000, 4_000), .grid(4_096)), ((640, 360), (8_000, 3_000), .grid(8_192)),
        ((704, 576), (1_850, 1_000), .grid(4_096)), ((640, 360), (640, 362), .pixel),
    ])
    func takesTheSmallestThatHoldsAllNumbers(
        _ stream: (Int, Int), _ corner: (Float, Float), _ unit: CoordinateScale.Unit
    ) {
        var scale = CoordinateScale(pictureWidth: stream.0, pictureHeight: stream.1)
        let box = scale.pictureBox(
            BoundingBox(left: 0, top: 0, right: corner.0, bottom: corner.1, system: .unscaled))
        #expect(scale.unit == unit)
        if case .largerPicture(let width, _) = unit { #expect(abs(box.right - corner.0 / Float(width)) < 1e-6) }
    }

    @Test func countsUnknownTopicsWithoutGrowing() {
        var topics = UnknownTopics()
        for number in 0..<UnknownTopics.topicLimit + 10 {
            var notification = OnvifMetadata.Notification()
            notification.topic = "Device/Vendor\(number)"
            topics.note(notification)
            topics.note(notification)
        }
        #expect(topics.counts.count == UnknownTopics.topicLimit && topics.counts["Device/Vendor3"] == 2)
        #expect(topics.otherCount == 20)
    }
}
