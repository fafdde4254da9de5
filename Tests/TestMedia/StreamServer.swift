internal import Glibc

/// The ffmpeg program as a server that sends a file over and over in real time: RTMP, SRT, or HLS into a directory.
///
/// RTMP and SRT take one caller; the server ends when it has left.
package final class StreamServer: Sendable {
    /// What to serve; the file must hold H.264 without reordered pictures.
    package enum Kind: Sendable {
        case rtmp
        case srt(passphrase: String?)
        /// `live.m3u8` and its segments of two seconds.
        case hls(directory: String)
    }

    /// 0 for HLS, which is files only.
    package let port: UInt16
    private let program: Program

    package init(_ kind: Kind, file: String) throws {
        var arguments = ["ffmpeg", "-nostdin", "-v", "quiet", "-re", "-stream_loop", "-1", "-i", file, "-c", "copy"]
        switch kind {
        case .rtmp:
            port = try Self.freePort(SOCK_STREAM)
            arguments += ["-f", "flv", "-listen", "1", "rtmp://127.0.0.1:\(port)/live/cam"]
        case .srt(let passphrase):
            port = try Self.freePort(SOCK_DGRAM)
            let secret = passphrase.map { "&passphrase=\($0)" } ?? ""
            arguments += ["-f", "mpegts", "srt://127.0.0.1:\(port)?mode=listener\(secret)"]
        case .hls(let directory):
            port = 0
            arguments += ["-f", "hls", "-hls_time", "2", "-hls_flags", "delete_segments+temp_file"]
            arguments += ["\(directory)/live.m3u8"]
        }
        program = try Program(arguments)
    }

    /// The server stops in its tracks: it sends nothing any more and closes nothing.
    package func freeze() { kill(program.processID, SIGSTOP) }

    /// The server dies in the middle.
    package func stop() { kill(program.processID, SIGKILL) }

    /// A port nobody has at the moment; ffmpeg cannot be asked to choose one and tell it.
    private static func freePort(_ kind: __socket_type) throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(kind.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard isBound else { throw ProgramError("no free port") }
        return UInt16(bigEndian: address.sin_port)
    }
}

/// The files of a directory over HTTP.
package final class FileServer: Sendable {
    package let port: UInt16
    private let program: Program

    private static let script = """
        import functools, http.server, sys
        handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
        handler.func.log_message = lambda *arguments: None
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    package init(_ directory: String) throws {
        program = try Program(["/usr/bin/python3", "-c", Self.script, directory])
        guard let port = program.readLine().flatMap({ UInt16($0) }) else {
            throw ProgramError("the file server did not come up")
        }
        self.port = port
    }
}
