/// A TLS server on 127.0.0.1 that answers every request with the next of some prepared texts, the last one for ever.
///
/// Instead of a text: `!garbage` sends bytes that are no TLS record, `!reset` ends the connection without a goodbye, and
/// `!flood N` sends N bytes.
package final class CannedTLSServer: Sendable {
    package let port: UInt16
    private let program: Program

    private static let script = #"""
        import os, socket, ssl, struct, sys, threading
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if sys.argv[2] == "old":
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.load_cert_chain(sys.argv[1])
        answers = sys.argv[3:]
        listener = socket.create_server(("127.0.0.1", 0))
        print(listener.getsockname()[1], flush=True)

        def converse(plain):
            connection = context.wrap_socket(plain, server_side=True)
            request, count = b"", 0
            while True:
                piece = connection.recv(4096)
                if not piece:
                    return
                request += piece
                if not request.endswith(b"\r\n\r\n"):
                    continue
                sequence = [line for line in request.split(b"\r\n") if line.startswith(b"CSeq:")][:1]
                answer = answers[min(count, len(answers) - 1)]
                if answer == "!garbage":
                    os.write(connection.fileno(), b"garbage" * 100)
                elif answer == "!reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    os.close(connection.detach())
                    return
                elif answer.startswith("!flood "):
                    connection.sendall(b"x" * int(answer.split()[1]))
                else:
                    lines = [line.encode() for line in answer.split("\n")] + sequence
                    connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
                request, count = b"", count + 1

        def serve(plain):
            try:
                converse(plain)
            except OSError:
                pass

        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
        """#

    /// - Parameters:
    ///   - certificate: Path of a file with certificate and key, PEM.
    ///   - old: Speak nothing newer than TLS 1.1.
    ///   - answers: At least one.
    /// - Throws: ``ProgramError`` when it does not come up.
    package init(certificate: String, old: Bool = false, answers: [String]) throws {
        let command = ["/usr/bin/python3", "-W", "ignore", "-c", Self.script]
        program = try Program(command + [certificate, old ? "old" : "new"] + answers)
        guard let port = program.readLine().flatMap({ UInt16($0) }) else {
            throw ProgramError("the TLS server did not come up")
        }
        self.port = port
    }
}
