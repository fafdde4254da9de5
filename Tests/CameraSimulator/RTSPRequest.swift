internal import NIOCore

/// One RTSP request (RFC 2326 § 6) with what the simulator needs of it.
struct RTSPRequest {
    var method: Substring
    var url: Substring
    var sequence = "0"
    var transport = ""

    private static let byteLimit = 16_384

    /// Takes the next request off the buffer; nil when it is not whole yet. Interleaved packets of the client (its
    /// receiver reports) are skipped.
    ///
    /// - Throws: ``SimulatorError`` when the bytes are no RTSP.
    init?(_ buffer: inout ByteBuffer) throws {
        while buffer.readableBytesView.first == UInt8(ascii: "$") {
            guard let length: UInt16 = buffer.getInteger(at: buffer.readerIndex + 2),
                buffer.readableBytes >= 4 + Int(length)
            else { return nil }
            buffer.moveReaderIndex(forwardBy: 4 + Int(length))
        }
        guard buffer.readableBytes > 0 else { return nil }
        let text = String(decoding: buffer.readableBytesView.prefix(Self.byteLimit), as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else {
            guard buffer.readableBytes < Self.byteLimit else { throw SimulatorError("a request without an end") }
            return nil
        }
        let head = text[..<end.lowerBound]
        buffer.moveReaderIndex(forwardBy: head.utf8.count + 4)
        let lines = head.split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3, words[2] == "RTSP/1.0" else { throw SimulatorError("not an RTSP request") }
        (method, url) = (words[0], words[1])
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = String(line[line.index(after: colon)...].drop { $0 == " " })
            switch line[..<colon].lowercased() {
            case "cseq": sequence = value
            case "transport": transport = value
            default: break
            }
        }
    }

    /// The first part of the URL's path: the camera's name.
    var cameraName: Substring {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url
        return rest.split(separator: "/").dropFirst().first ?? ""
    }
}
