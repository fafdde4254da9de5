internal import Dispatch
internal import Glibc
internal import Synchronization

/// A server on a Unix socket that sends exactly the bytes a test wrote down, at the moments it chose.
///
/// It knows no HTTP on purpose: what is tried is how the client copes with framing, pauses and broken connections.
final class ScriptedServer: Sendable {
    struct Failed: Error { var call: String }

    /// One accepted connection; its calls block.
    struct Connection: Sendable {
        let descriptor: Int32

        /// Head and body of the request, the body by its `Content-Length`.
        func readRequest() -> String {
            var bytes: [UInt8] = []
            var needed = Int.max
            while bytes.count < needed, let piece = read(1 << 16) {
                bytes += piece
                let text = String(decoding: bytes, as: UTF8.self)
                if needed == .max, let end = text.firstRange(of: "\r\n\r\n") {
                    let head = text[..<end.lowerBound].lowercased()
                    let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }
                    let count = length.flatMap { Int($0.dropFirst("content-length: ".count)) } ?? 0
                    needed = text[..<end.upperBound].utf8.count + count
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        /// Nil at the end.
        func read(_ count: Int) -> [UInt8]? {
            var buffer = [UInt8](repeating: 0, count: count)
            let got = recv(descriptor, &buffer, count, 0)
            return got > 0 ? Array(buffer[..<got]) : nil
        }

        /// False when the client is gone.
        @discardableResult
        func send(_ text: String) -> Bool {
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let sent = rest.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard sent > 0 else { return false }
                rest = rest.dropFirst(sent)
            }
            return true
        }

        func answer(_ body: String, status: String = "200 OK", type: String = "application/json") {
            send("HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }

        /// One chunk of a chunked body; the empty one ends it.
        @discardableResult
        func chunk(_ text: String) -> Bool {
            send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
        }
    }

    let path: String
    private let directory: String
    private let listener: Int32
    private let requestLog = Mutex<[String]>([])

    /// Serves each connection on a thread of its own: the handler gets its number, from 0.
    init(_ handle: @escaping @Sendable (Int, Connection, ScriptedServer) -> Void) throws {
        var template = Array("/tmp/mkdsctl-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failed(call: "mkdtemp") }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = directory + "/query.sock"
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw Failed(call: "socket") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0, listen(listener, 16) == 0 else { throw Failed(call: "bind") }
        let descriptor = listener
        DispatchQueue(label: "accept").async { [weak self] in
            var number = 0
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0, let server = self else { break }
                let current = number
                number += 1
                DispatchQueue(label: "connection").async {
                    handle(current, Connection(descriptor: client), server)
                    close(client)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        unlink(path)
        rmdir(directory)
    }

    func log(_ request: String) { requestLog.withLock { $0.append(request) } }

    var requests: [String] { requestLog.withLock { $0 } }

    /// A server that logs each request and gives every one the same answer.
    convenience init(status: String = "200 OK", type: String = "application/json", body: String) throws {
        try self.init { _, connection, server in
            server.log(connection.readRequest())
            connection.answer(body, status: status, type: type)
        }
    }
}
