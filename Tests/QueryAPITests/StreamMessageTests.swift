import Testing

@testable import QueryAPI

@Suite struct StreamMessageTests {
    private let messages = [
        StreamMessage(name: "event", id: "5", data: "{\"detail\":\"žluťoučký\"}"),
        StreamMessage(name: "heartbeat", id: "6", data: "{\"change\":6}"),
    ]

    @Test func messagesAreFoundWhateverPiecesTheyComeIn() {
        let bytes = Array((": alive\n" + messages.map(\.text).joined(separator: ": comment\n")).utf8)
        for size in 1...bytes.count {
            var parser = StreamMessageParser()
            var found: [StreamMessage] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                found += parser.append(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(found == messages, "pieces of \(size)")
        }
    }

    @Test func foreignLineEndsAndFieldsDoNoHarm() {
        var parser = StreamMessageParser()
        let found = parser.append("retry: 10\r\nid:7\r\ndata: a\r\ndata:b\r\nnonsense\r\n\r\n\r\n".utf8)
        #expect(found == [StreamMessage(name: "message", id: "7", data: "a\nb")])
    }

    @Test func anEndlessLineIsDroppedAndTheNextMessageRead() {
        var parser = StreamMessageParser()
        let long = [UInt8](repeating: 97, count: StreamMessageParser.lineByteLimit + 10)
        #expect(parser.append(Array("data: ".utf8) + long).isEmpty)
        #expect(parser.append("\n\ndata: x\n\n".utf8).map(\.data) == ["x"])
    }
}
