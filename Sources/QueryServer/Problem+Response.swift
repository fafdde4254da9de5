internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import QueryAPI

extension Problem {
    /// The problem as an answer; a 503 and a 429 say when to come again.
    var response: Response {
        var headers: HTTPFields = [.contentType: MediaTypeName.problem]
        switch status {
        case 503: headers[.retryAfter] = "5"
        case 429: headers[.retryAfter] = "1"
        default: break
        }
        // A value of strings and numbers is always encodable; an empty body with the right status is the net.
        let body = (try? WireJSON.encode(self)).map { ByteBuffer(bytes: $0) } ?? ByteBuffer()
        return Response(status: .init(code: status), headers: headers, body: .init(byteBuffer: body))
    }
}

extension Response {
    /// A JSON answer.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let body = ByteBuffer(bytes: try WireJSON.encode(value))
        return Response(status: status, headers: [.contentType: MediaTypeName.json], body: .init(byteBuffer: body))
    }
}
