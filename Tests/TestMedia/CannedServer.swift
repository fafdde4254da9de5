internal import Glibc
internal import Synchronization

/// A TCP server on 127.0.0.1 that answers every request with the next of some prepared texts, the last one for ever.
///
/// With no texts it accepts connections and never says a word. Its port is another's as soon as nobody holds it.
package final class CannedServer: Sendable {
    package let port: UInt16
    private let listener: Int32
    private let calls = Calls()
    /// Nobody answers.
    private let isSilent: Bool

    package init(answers: [String]) throws {
        isSilent = answers.isEmpty
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard listener >= 0, bound else { throw ProgramError("cannot listen") }
        port = UInt16(bigEndian: address.sin_port)
        guard !answers.isEmpty else { return }
        var thread = pthread_t()
        let passed = Unmanaged.passRetained(Script(listener: descriptor, answers: answers, calls: calls))
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Script>.fromOpaque(context).takeRetainedValue().serve()
                return nil
            }, passed.toOpaque())
        pthread_detach(thread)
    }

    deinit {
        // Wakes the serving thread, which closes what it has open, this too: closed here, its number could be another
        // server's by the time that thread comes back to it.
        shutdown(listener, Int32(SHUT_RDWR))
        if isSilent { close(listener) }
    }

    /// Whether anybody has connected to a server without texts.
    package var wasCalled: Bool {
        var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// Connections a server with texts has taken.
    package var callCount: Int { calls.count.load(ordering: .relaxed) }

    private final class Calls: Sendable {
        let count = Atomic(0)
    }

    private final class Script {
        let listener: Int32
        let answers: [String]
        let calls: Calls

        init(listener: Int32, answers: [String], calls: Calls) {
            self.calls = calls
            self.listener = listener
            self.answers = answers
        }

        func serve() {
            defer { close(listener) }
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                calls.count.add(1, ordering: .relaxed)
                converse(connection)
                close(connection)
            }
        }

        /// One request ends with an empty line; `CSeq` is given back where a text says so.
        private func converse(_ connection: Int32) {
            var index = 0
            var request = ""
            var chunk = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(connection, &chunk, chunk.count, 0)
                guard count > 0 else { return }
                request += String(decoding: chunk[..<count], as: UTF8.self)
                guard request.hasSuffix("\r\n\r\n") else { continue }
                let sequence = request.split(separator: "\r\n").first { $0.hasPrefix("CSeq:") } ?? "CSeq: 1"
                let lines = answers[min(index, answers.count - 1)].split(separator: "\n") + [sequence]
                let answer = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
                guard send(connection, answer, answer.count, Int32(MSG_NOSIGNAL)) == answer.count else { return }
                request = ""
                index += 1
            }
        }
    }
}
