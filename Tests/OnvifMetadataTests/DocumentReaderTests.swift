import MKDSCore
import Testing

@testable import OnvifMetadata

struct DocumentReaderTests {
    private func read(_ text: String, limits: DocumentLimits = DocumentLimits()) throws -> DocumentContents {
        var reader = DocumentReader(limits: limits)
        return try reader.read(Array(text.utf8))
    }

    @Test func readsANotification() throws {
        let notification = try #require(
            try read(Document.event("tns1:RuleEngine/CellMotionDetector/Motion", "IsMotion")).notifications.first)
        #expect(notification.topic == "RuleEngine/CellMotionDetector/Motion")
        #expect(notification.time == UTCTime("2026-03-15T20:04:10Z"))
        #expect(notification.rawTime == "2026-03-15T20:04:10Z")
        #expect(notification.operation == .changed)
        #expect(notification.source == [SimpleItem("VideoSourceConfigurationToken", "vs1")])
        #expect(notification.data == [SimpleItem("IsMotion", "true")])
    }

    @Test func appliesTheTransformationsOfFrameAndObject() throws {
        let frame = try #require(
            try read(
                Document.stream(
                    """
                    <tt:VideoAnalytics><tt:Frame UtcTime="2026-03-15T20:04:10.5"><tt:Transformation>
                    <tt:Translate x="-1.0" y="1.0"/><tt:Scale x="0.0078125" y="-0.015625"/></tt:Transformation>
                    <tt:Object ObjectId="12"><tt:Appearance><tt:Shape>
                    <tt:BoundingBox left="64" top="32.0" right="1.28e2" bottom="96"/>
                    <tt:CenterOfGravity x="96" y="64"/></tt:Shape>
                    <tt:Class><tt:ClassCandidate><tt:Type>Vehicle</tt:Type><tt:Likelihood>0.25</tt:Likelihood>
                    </tt:ClassCandidate><tt:Type Likelihood="0.75">Human</tt:Type></tt:Class>
                    </tt:Appearance></tt:Object></tt:Frame></tt:VideoAnalytics>
                    """)
            ).frames.first)
        #expect(frame.time == UTCTime("2026-03-15T20:04:10.500Z"))
        let object = try #require(frame.objects.first)
        #expect(object.id == 12)
        #expect(object.objectClass == ObjectClass(name: "Human", likelihood: 0.75))
        #expect(object.box == BoundingBox(left: -0.5, top: 0.5, right: 0, bottom: -0.5, system: .normalised))
        #expect(object.centerOfGravity == CenterOfGravity(x: -0.25, y: 0))
    }

    @Test(arguments: [
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><MetadataStream/>", DocumentError.Code.documentType),
        ("<MetadataStream>&b;</MetadataStream>", .notWellFormed),
        ("<MetadataStream><a></MetadataStream>", .notWellFormed),
        ("<html/>", .foreignRoot), ("", .notXML), ("GET / HTTP/1.1", .notXML),
    ])
    func refusesWhatIsNoDocument(_ text: String, _ code: DocumentError.Code) {
        #expect(throws: DocumentError.self) { try read(text) }
        do {
            _ = try read(text)
        } catch {
            #expect((error as? DocumentError)?.code == code)
        }
    }
}
