internal import Glibc
internal import MKDSCore
internal import TestMedia
internal import Testing
internal import Tunnel

/// A plain connection to a tunnel's local end, as FFmpeg would make it; blocking.
private final class LocalConnection {
    private let descriptor: Int32

    init?(port: UInt16) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let own = descriptor
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(own, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(own)
            return nil
        }
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// What comes until the other end closes, or until `count` bytes.
    func receive(_ count: Int = .max) -> [UInt8] {
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while all.count < count {
            let received = recv(descriptor, &chunk, min(chunk.count, count - all.count), 0)
            guard received > 0 else { break }
            all += chunk[..<received]
        }
        return all
    }
}

@Suite("The tunnel to an encrypted camera", .timeLimit(.minutes(10)))
struct CameraTunnelTests {
    private let maker: CertificateMaker
    private let certificate: String
    private let trust: CameraTrust

    init() throws {
        maker = try CertificateMaker()
        let made = try maker.certificate("camera")
        certificate = made.withKey
        trust = try #require(CameraTrust(try maker.fingerprint(made.certificate)))
    }

    private func tunnel(
        _ port: UInt16, trust: CameraTrust? = nil, patience: Duration = .seconds(20)
    ) throws -> CameraTunnel {
        let tunnel = CameraTunnel(
            to: .init(host: "127.0.0.1", address: "127.0.0.1", port: port, trust: trust ?? self.trust),
            patience: patience)
        var watched = pollfd(fd: tunnel.readiness, events: Int16(POLLIN), revents: 0)
        try #require(poll(&watched, 1, 60_000) == 1)
        return tunnel
    }

    private func failure(_ port: UInt16, patience: Duration = .seconds(20)) throws -> TunnelError? {
        let tunnel = try tunnel(port, patience: patience)
        do throws(TunnelError) {
            _ = try tunnel.endpoint()
            return nil
        } catch {
            return error
        }
    }

    @Test("carries requests and answers")
    func carries() throws {
        let server = try CannedTLSServer(certificate: certificate, answers: ["first", "second"])
        let tunnel = try tunnel(server.port)
        let connection = try #require(LocalConnection(port: try tunnel.endpoint()))
        for text in ["first", "second"] {
            connection.send("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
            let expected = "\(text)\r\nCSeq: 1\r\n\r\n"
            #expect(String(decoding: connection.receive(expected.utf8.count), as: UTF8.self) == expected)
        }
        #expect(tunnel.failure == nil)
    }

    @Test("loses nothing when the reader is slow, and ends when the camera does")
    func floods() throws {
        let count = 24 << 20
        let server = try CannedTLSServer(certificate: certificate, answers: ["!flood \(count)", "!reset"])
        let tunnel = try tunnel(server.port)
        let connection = try #require(LocalConnection(port: try tunnel.endpoint()))
        connection.send("\r\n\r\n")
        #expect(connection.receive(count).count == count)
        connection.send("\r\n\r\n")
        #expect(connection.receive().isEmpty)
    }

    @Test("another process at the local end gets nothing, and our own connection still works")
    func stranger() throws {
        let server = try CannedTLSServer(certificate: certificate, answers: ["answer"])
        let tunnel = try tunnel(server.port)
        let port = try tunnel.endpoint()
        let script =
            "import socket\ns = socket.create_connection(('127.0.0.1', \(port)))\n"
            + "try:\n  s.sendall(b'\\r\\n\\r\\n'); print(len(s.recv(100)))\nexcept OSError:\n  print(0)"
        #expect(try Program.run(["/usr/bin/python3", "-c", script]) == "0\n")
        let connection = try #require(LocalConnection(port: port))
        connection.send("\r\n\r\n")
        #expect(String(decoding: connection.receive(6), as: UTF8.self) == "answer")
    }

    @Test("takes one connection only")
    func once() throws {
        let server = try CannedTLSServer(certificate: certificate, answers: ["answer"])
        let tunnel = try tunnel(server.port)
        let port = try tunnel.endpoint()
        let first = try #require(LocalConnection(port: port))
        first.send("\r\n\r\n")
        #expect(first.receive(6).count == 6)
        #expect(LocalConnection(port: port)?.receive(1).isEmpty != false)
    }

    @Test("releasing it closes both ends")
    func releases() throws {
        let server = try CannedTLSServer(certificate: certificate, answers: ["answer"])
        var held: CameraTunnel? = try tunnel(server.port)
        let port = try #require(try held?.endpoint())
        let connection = try #require(LocalConnection(port: port))
        connection.send("\r\n\r\n")
        #expect(connection.receive(6).count == 6)
        held = nil
        #expect(!connection.receive().contains { $0 == 0 })
    }

    @Test("bytes that are no TLS record break the connection with a reason")
    func garbage() throws {
        let server = try CannedTLSServer(certificate: certificate, answers: ["!garbage"])
        let tunnel = try tunnel(server.port)
        let connection = try #require(LocalConnection(port: try tunnel.endpoint()))
        connection.send("\r\n\r\n")
        #expect(connection.receive().isEmpty)
        #expect(tunnel.failure?.detail == "the encrypted connection broke")
    }

    @Test("each way a camera can fail to be one has its own reason")
    func faults() throws {
        let silent = try CannedServer(answers: [])
        defer { withExtendedLifetime(silent) {} }
        let hung = try failure(silent.port, patience: .seconds(1))
        #expect(hung?.detail == "the camera does not answer the TLS handshake")
        let refused = try failure(1)
        #expect(refused?.detail == "connection refused: nothing listens on this port")
        let server = try CannedTLSServer(certificate: certificate, old: true, answers: ["a"])
        let old = try failure(server.port)
        #expect(old?.detail == "the camera offers no TLS 1.2 or later, which is refused")
    }

    // The deadline of the handshake ran while the connection was not there yet, and was over first.
    @Test("a host that does not answer at all is unreachable, whatever TLS would have said")
    func deadHost() throws {
        let deaf = try DeafPort()
        let found = try failure(deaf.port, patience: .seconds(1))
        #expect(found?.topic == .unreachable)
        #expect(found?.detail == "the camera does not answer")
        withExtendedLifetime(deaf) {}
    }

    @Test(
        "what is no TLS is called by its name",
        arguments: [
            (
                "RTSP/1.0 400 Bad Request\r\n\r\n",
                "the camera speaks plain RTSP on this port, not TLS; use its port for rtsps"
            ),
            ("220 ready\r\n", "what answers on this port does not speak TLS"),
            ("", "the camera closed the connection during the TLS handshake"),
        ])
    func noTLS(says: String, reason: String) throws {
        let speaker = try PlainSpeaker(says: says)
        let found = try failure(speaker.port)
        #expect(found?.detail == reason)
    }

    @Test("an untrusted camera never gets a byte of ours")
    func untrusted() throws {
        let server = try CannedTLSServer(certificate: certificate, answers: ["answer"])
        let other = try #require(CameraTrust(String(repeating: "00", count: 32)))
        let tunnel = try tunnel(server.port, trust: other)
        let error = #expect(throws: TunnelError.self) { _ = try tunnel.endpoint() }
        #expect(error?.topic == .untrusted)
    }
}

/// Says a text to whoever connects and closes.
private final class PlainSpeaker {
    let port: UInt16
    private let program: Program

    init(says text: String) throws {
        program = try Program([
            "/usr/bin/python3", "-c",
            "import socket, sys\nl = socket.create_server(('127.0.0.1', 0))\nprint(l.getsockname()[1], flush=True)\n"
                + "while True:\n  c = l.accept()[0]\n  c.recv(4096)\n  c.sendall(sys.argv[1].encode())\n  c.close()",
            text,
        ])
        port = try #require(program.readLine().flatMap { UInt16($0) })
    }
}

/// A port whose queue is full, so that the kernel answers nobody any more.
private final class DeafPort {
    private let listener: Int32
    let port: UInt16
    private let first: LocalConnection?

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let own = listener
        let listens = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(own, $0, length) == 0 && listen(own, 0) == 0 && getsockname(own, $0, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        first = LocalConnection(port: port)
        try #require(listens && first != nil)
    }

    deinit { close(listener) }
}
