@testable import OnvifMetadata

/// A moment that tests count from.
let origin = ContinuousClock.now

/// Documents as a camera would send them.
enum Document {
    static func event(_ topic: String, _ name: String = "State", _ value: String = "true") -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema"><tt:Event>\
        \(notification(topic, data: [(name, value)]))</tt:Event></tt:MetadataStream>
        """
    }

    static func notification(
        _ topic: String, time: String = "2026-03-15T20:04:10Z", operation: String? = "Changed",
        source: [(String, String)] = [("VideoSourceConfigurationToken", "vs1")], data: [(String, String)]
    ) -> String {
        let operation = operation.map { " PropertyOperation=\"\($0)\"" } ?? ""
        return """
            <wsnt:NotificationMessage xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2"><wsnt:Topic>\(topic)</wsnt:Topic>\
            <wsnt:Message><tt:Message UtcTime="\(time)"\(operation)><tt:Source>\(items(source))</tt:Source>\
            <tt:Data>\(items(data))</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>
            """
    }

    private static func items(_ items: [(String, String)]) -> String {
        items.map { "<tt:SimpleItem Name=\"\($0.0)\" Value=\"\($0.1)\"/>" }.joined()
    }

    static func stream(_ content: String) -> String {
        "<tt:MetadataStream xmlns:tt=\"http://www.onvif.org/ver10/schema\">\(content)</tt:MetadataStream>"
    }
}

extension DocumentAssembler {
    mutating func append(_ bytes: some Sequence<UInt8>, after seconds: Double = 0) -> [AssembledDocument] {
        Array(bytes).withUnsafeBytes { append($0, at: origin + .seconds(seconds)) }
    }

    mutating func append(_ text: String, after seconds: Double = 0) -> [AssembledDocument] {
        append(text.utf8, after: seconds)
    }
}

extension AssembledDocument {
    var text: String { String(decoding: xml, as: UTF8.self) }
}
