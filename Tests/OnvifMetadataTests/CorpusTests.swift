import FoundationEssentials
import MKDSCore
import Testing

@testable import OnvifMetadata

/// Every document of `Corpus`, each named by how its maker deviates, and what must be read out of it.
struct CorpusTests {
    private static let directory =
        String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex))
        + "/Corpus/"

    /// Documents whose one notification must be this; all but those named below must equal a plain motion alarm.
    private static let meanings: [String: NotificationMeaning] = [
        "scene-change": .tamper(.globalSceneChange), "too-dark": .tamper(.imageTooDark),
        "too-bright": .tamper(.imageTooBright), "too-blurry": .tamper(.imageTooBlurry),
        "signal-loss": .tamper(.signalLoss), "line-crossed-pulse": .rule(.line), "field-inside": .rule(.field),
        "loitering": .rule(.loitering), "object-detection-cleared": .object(name: ""),
        "clock-synchronised": .clockSynchronised(UTCTime("2026-03-15T19:58:03Z")), "unknown-topic": .unknown,
        "face-detected-yes-or-no": .object(name: "Face"),
    ]
    private static let states: [String: Bool?] = [
        "cell-motion-initialized": false, "deleted": nil, "line-crossed-pulse": nil,
        "object-detection-cleared": false, "clock-synchronised": nil,
    ]
    private static let times: [String: UTCTime?] = [
        "time-of-1970": UTCTime("1970-01-01T00:00:12Z"), "time-with-offset": UTCTime("2026-03-15T20:04:10.500Z"),
        "time-with-long-fraction": UTCTime("2026-03-15T20:04:10.123456Z"), "time-missing": nil,
        "time-nonsense": nil,
    ]
    private static let operations: [String: PropertyOperation?] = [
        "cell-motion-initialized": .initialized, "no-operation": nil, "line-crossed-pulse": nil,
        "object-detection-cleared": nil, "deleted": .deleted,
    ]
    private static let withoutNotification: Set<String> = [
        "empty-stream", "face-recognised", "picture-as-item", "plate-as-element-item", "plate-as-item",
        "plate-as-parameter", "plate-in-small-letters", "ptz-status",
    ]

    private static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".xml") }
            .map { String($0.dropLast(4)) }.sorted()
    }

    private func load(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: Self.directory + name + ".xml")))
    }

    private func read(_ name: String) throws -> DocumentContents {
        var reader = DocumentReader()
        return try reader.read(try load(name))
    }

    @Test func readsTheRightNotificationOutOfEachDocument() throws {
        let names = try Self.names()
        #expect(names.count > 55)
        for name in names {
            guard let contents = try? read(name) else {
                Issue.record("\(name) was refused")
                continue
            }
            guard contents.frames.isEmpty, !Self.withoutNotification.contains(name) else {
                #expect(contents.notifications.isEmpty, "\(name)")
                continue
            }
            #expect(contents.notifications.count == 1, "\(name)")
            let notification = try #require(contents.notifications.first, "\(name)")
            #expect(notification.meaning == Self.meanings[name] ?? .motion, "\(name)")
            #expect(notification.state == (Self.states[name] ?? true), "\(name)")
            #expect(notification.time == (Self.times[name] ?? UTCTime("2026-03-15T20:04:10Z")), "\(name)")
            #expect(notification.operation == (Self.operations[name] ?? .changed), "\(name)")
            #expect(notification.hasUnsetClock == (name == "time-of-1970"), "\(name)")
            #expect(!notification.topic.contains { $0 == ":" || $0.isWhitespace }, "\(name)")
        }
    }

    @Test func survivesEveryTruncationOfEachDocument() throws {
        var reader = DocumentReader()
        for name in try Self.names() {
            let bytes = try load(name)
            for length in 0..<bytes.count - 1 {
                // A document without its trailing white space is whole.
                if let contents = try? reader.read(Array(bytes[..<length])) {
                    #expect(contents.elementCount == (try reader.read(bytes).elementCount), "\(name) at \(length)")
                }
            }
        }
    }

    @Test func assemblesTheWholeCorpusInPieces() throws {
        let documents = try Self.names().filter { $0 != "soap-pull-messages" }.map(load)
        for size in [1, 7, 188, 1_400, 65_536] {
            var assembler = DocumentAssembler()
            let stream = Array(documents.joined())
            var found: [AssembledDocument] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                found += assembler.append(stream[start..<min(start + size, stream.count)])
            }
            #expect(found.count == documents.count, "pieces of \(size)")
            #expect(assembler.counters.droppedDocuments == 0 && assembler.counters.skippedByteCount == 0)
        }
    }

    @Test(arguments: [
        ("box-normalised", BoundingBox(left: -0.5, top: 0.75, right: 0.25, bottom: -0.25, system: .normalised)),
        ("box-edges-swapped", BoundingBox(left: -0.5, top: 0.75, right: 0.25, bottom: -0.25, system: .normalised)),
        ("box-in-pixels", BoundingBox(left: 320, top: 180, right: 640, bottom: 360, system: .unscaled)),
        ("box-in-a-grid-of-8192", BoundingBox(left: 2048, top: 4096, right: 6144, bottom: 8191, system: .unscaled)),
        ("box-of-unit-square", BoundingBox(left: 0.25, top: 0.25, right: 0.75, bottom: 0.5, system: .unit)),
    ])
    func saysInWhichSystemABoxIs(_ name: String, _ box: BoundingBox) throws {
        let object = try #require(try read(name).frames.first?.objects.first)
        #expect(object.box == box)
        #expect(object.objectClass == ObjectClass(name: "Human", likelihood: 0.9))
    }

    @Test func normalisesPixelsThatCameWithATransformation() throws {
        let box = try #require(try read("box-in-pixels-transformed").frames.first?.objects.first?.box)
        #expect(box.system == .normalised)
        for (edge, expected) in [(box.left, -0.5), (box.top, 0.5), (box.right, 0.5), (box.bottom, -0.5)] {
            #expect(abs(edge - Float(expected)) < 1e-5)
        }
    }

    @Test func takesTheLikeliestClass() throws {
        let object = try read("class-candidates").frames.first?.objects.first
        #expect(object?.objectClass == ObjectClass(name: "Vehical", likelihood: 0.8))
    }

    @Test func keepsAnObjectWhoseNumbersAreNone() throws {
        #expect(try read("box-without-numbers").frames.first?.objects == [SceneObject()])
    }

    @Test func readsCellsAndPTZ() throws {
        let cells = try #require(try read("motion-in-cells").frames.first?.motionInCells)
        #expect(cells.bitmap == [0xff, 0xff, 0xff, 0xf0, 0xf0, 0xf0] && cells.count == 36)
        #expect(cells.contains(row: 3, column: 3) && !cells.contains(row: 3, column: 4))
        #expect(try read("ptz-status").ptzPositions == [PTZPosition(pan: 0.5, tilt: -0.25, zoom: 0.125)])
    }

    @Test(arguments: [
        ("face-recognised", ["NotificationMessage"]), ("plate-as-item", ["NotificationMessage"]),
        ("plate-as-element-item", ["NotificationMessage"]), ("plate-in-small-letters", ["NotificationMessage"]),
        ("picture-as-item", ["NotificationMessage"]), ("plate-as-parameter", ["Param"]),
        ("face-and-plate-in-frame", ["HumanFace", "LicensePlateInfo", "Image"]),
        ("face-in-a-vendor-nest", ["faceFeature"]), ("face-detected-yes-or-no", []),
    ])
    func cutsFaceAndPlateData(_ name: String, _ cuts: [String]) throws {
        #expect(try read(name).biometricCuts.map(\.name) == cuts)
        var keeping = DocumentReader(keepsBiometrics: true)
        #expect(try keeping.read(try load(name)).biometricCuts.isEmpty)
    }

    @Test func readsLatin1() throws {
        var reader = DocumentReader()
        let document = try load("latin-1-declared")
        // Twice: a parser that is used again must not fall back to the declared encoding.
        for _ in 0..<2 {
            #expect(try reader.read(document).notifications.first?.source == [SimpleItem("Rule", "Türe")])
        }
    }
}
