import CLibxml2
import Glibc
import OnvifMetadata

/// Metadata documents of about 2 KB as cameras send them, and what it costs to take them in.
struct OnvifLoad {
    /// What one document passes through.
    enum Depth: CaseIterable {
        /// Payloads to whole documents.
        case assembled
        /// And to typed values.
        case read
        /// And hashed, ready to be stored.
        case storable
    }

    let document: [UInt8]
    /// The document cut as RTP payloads would be.
    private let pieces: [[UInt8]]

    init(_ text: String) {
        document = Array(text.utf8)
        pieces = stride(from: 0, to: document.count, by: 1_400).map { [document] start in
            Array(document[start..<min(start + 1_400, document.count)])
        }
    }

    /// Microseconds of CPU time of this thread per document.
    func cost(_ depth: Depth, documents count: Int) throws -> Double {
        var assembler = DocumentAssembler()
        var reader = DocumentReader()
        let now = ContinuousClock.now
        var taken = 0
        let start = Self.cpuMicroseconds
        for _ in 0..<count {
            for piece in pieces {
                let documents = piece.withUnsafeBytes { assembler.append($0, at: now) }
                for document in documents {
                    taken += 1
                    guard depth != .assembled else { continue }
                    let contents = try reader.read(document.xml)
                    guard depth == .storable else { continue }
                    _ = try BiometricFilter.storable(document, contents)
                }
            }
        }
        let spent = Self.cpuMicroseconds - start
        guard taken == count else { throw Lost() }
        return spent / Double(count)
    }

    /// Microseconds of CPU time of this thread for libxml2 to parse one whole document with callbacks that do nothing:
    /// what no reader on it can go below.
    func bareCost(documents count: Int) throws -> Double {
        var handler = xmlSAXHandler()
        handler.initialized = UInt32(XML_SAX2_MAGIC)
        handler.startElementNs = { _, _, _, _, _, _, _, _, _ in }
        handler.endElementNs = { _, _, _, _ in }
        guard let context = xmlCreatePushParserCtxt(&handler, nil, nil, 0, nil) else { throw Lost() }
        defer { xmlFreeParserCtxt(context) }
        xmlCtxtUseOptions(context, Int32(XML_PARSE_IGNORE_ENC.rawValue | XML_PARSE_NONET.rawValue))
        let start = Self.cpuMicroseconds
        for _ in 0..<count {
            xmlCtxtResetPush(context, nil, 0, nil, nil)
            document.withUnsafeBytes { bytes in
                _ = xmlParseChunk(context, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), 1)
            }
            guard context.pointee.wellFormed == 1 else { throw Lost() }
        }
        return (Self.cpuMicroseconds - start) / Double(count)
    }

    /// A document did not come out.
    struct Lost: Error {}

    private static var cpuMicroseconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }

    // MARK: - Documents

    /// A frame with four objects.
    static var frame: OnvifLoad {
        let objects = (1...4).map { number in
            """
            <tt:Object ObjectId="\(number)"><tt:Appearance><tt:Shape>\
            <tt:BoundingBox left="120.5" top="220.25" right="310.0" bottom="640.75"/>\
            <tt:CenterOfGravity x="215.25" y="430.5"/></tt:Shape><tt:Class><tt:ClassCandidate>\
            <tt:Type>Human</tt:Type><tt:Likelihood>0.86</tt:Likelihood></tt:ClassCandidate>\
            <tt:Type Likelihood="0.86">Human</tt:Type></tt:Class></tt:Appearance>\
            <tt:Behaviour><tt:Speed>1.5</tt:Speed></tt:Behaviour></tt:Object>
            """
        }
        return stream(
            """
            <tt:VideoAnalytics><tt:Frame UtcTime="2026-03-15T20:04:10.123Z" Source="AnalyticsEngine"><tt:Transformation>\
            <tt:Translate x="-1.0" y="1.0"/><tt:Scale x="0.0005208" y="-0.000926"/></tt:Transformation>\
            \(objects.joined())</tt:Frame></tt:VideoAnalytics>
            """)
    }

    /// Two property notifications.
    static var notifications: OnvifLoad {
        let topics = ["tns1:RuleEngine/CellMotionDetector/Motion", "tns1:VideoSource/ImageTooDark/ImagingService"]
        let notifications = topics.map { topic in
            """
            <wsnt:NotificationMessage xmlns:tns1="http://www.onvif.org/ver10/topics" \
            xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:wsa5="http://www.w3.org/2005/08/addressing">\
            <wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">\(topic)</wsnt:Topic>\
            <wsnt:ProducerReference><wsa5:Address>uri://94fbe18e-0af8-40d2-8539-67b6ea550c6e/ProducerReference\
            </wsa5:Address></wsnt:ProducerReference>\
            <wsnt:Message><tt:Message UtcTime="2026-03-15T20:04:10.256687Z" PropertyOperation="Changed"><tt:Source>\
            <tt:SimpleItem Name="VideoSourceConfigurationToken" Value="vsconf"/>\
            <tt:SimpleItem Name="VideoAnalyticsConfigurationToken" Value="VideoAnalyticsToken"/>\
            <tt:SimpleItem Name="Rule" Value="MyMotionDetectorRule"/></tt:Source><tt:Key/>\
            <tt:Data><tt:SimpleItem Name="IsMotion" Value="true"/></tt:Data></tt:Message></wsnt:Message>\
            </wsnt:NotificationMessage>
            """
        }
        return stream("<tt:Event>\(notifications.joined())</tt:Event>")
    }

    private static func stream(_ content: String) -> OnvifLoad {
        OnvifLoad(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema">\(content)</tt:MetadataStream>
            """)
    }
}
