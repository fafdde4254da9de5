/// One message of the live feed (Server-Sent Events, WHATWG HTML § 9.2).
package struct StreamMessage: Hashable, Sendable {
    /// `event:` of the two messages the server sends.
    package static let event = "event"
    package static let heartbeat = "heartbeat"

    /// `event`, `heartbeat` or one a later server knows.
    package var name: String
    /// The change it stands for; hand it back as `Last-Event-ID` to go on after it.
    package var id: String
    /// JSON: an ``EventResource`` or a ``StreamHeartbeat``.
    package var data: String

    package init(name: String, id: String, data: String) {
        self.name = name
        self.id = id
        self.data = data
    }

    /// The message as bytes of the stream. `data` must hold no line break; JSON does not.
    package var text: String { "event: \(name)\nid: \(id)\ndata: \(data)\n\n" }
}

/// What the live feed says when nothing happened: it is alive, and how far it has looked.
package struct StreamHeartbeat: Hashable, Codable, Sendable {
    package var change: Int64

    package init(change: Int64) {
        self.change = change
    }
}

/// Cuts the bytes of a live feed into messages, whatever pieces they arrive in.
package struct StreamMessageParser: Sendable {
    /// A line longer than this is dropped whole.
    package static let lineByteLimit = 1 << 20

    private var line: [UInt8] = []
    private var isOverlong = false
    private var name = ""
    private var id = ""
    private var data: [String] = []

    package init() {}

    /// Takes the next bytes and returns the messages they complete.
    package mutating func append(_ bytes: some Sequence<UInt8>) -> [StreamMessage] {
        var messages: [StreamMessage] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                if let message = endLine() { messages.append(message) }
                line.removeAll(keepingCapacity: true)
                isOverlong = false
            } else if line.count < Self.lineByteLimit {
                line.append(byte)
            } else {
                isOverlong = true
            }
        }
        return messages
    }

    private mutating func endLine() -> StreamMessage? {
        guard !isOverlong else { return nil }
        guard !line.isEmpty else {
            defer { (name, data) = ("", []) }
            return data.isEmpty
                ? nil : StreamMessage(name: name.isEmpty ? "message" : name, id: id, data: data.joined(separator: "\n"))
        }
        let text = String(decoding: line, as: UTF8.self)
        let colon = text.firstIndex(of: ":") ?? text.endIndex
        var value = colon == text.endIndex ? Substring() : text[text.index(after: colon)...]
        if value.first == " " { value.removeFirst() }
        switch text[..<colon] {
        case "event": name = String(value)
        case "id": id = String(value)
        case "data": data.append(String(value))
        default: break
        }
        return nil
    }
}
