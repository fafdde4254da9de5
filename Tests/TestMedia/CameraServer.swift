internal import Glibc

/// `deploy/camera-server` with some mounts: real RTSP and HTTP-MJPEG cameras for a test.
package final class CameraServer: Sendable {
    package let port: UInt16
    package let httpPort: UInt16?
    private let program: Program

    /// Whether GStreamer's RTSP server and ffmpeg are installed.
    package static let isAvailable: Bool =
        Clip.isAvailable
        && (try? Program.run([
            "/usr/bin/python3", "-c",
            "import gi; gi.require_version('Gst', '1.0'); gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer;"
                + "Gst.init(None); assert Gst.ElementFactory.find('h265parse') and Gst.ElementFactory.find('rtpjpegpay')",
        ])) != nil

    /// - Parameters:
    ///   - mounts: Names and files to serve over RTSP.
    ///   - http: Names and MJPEG files to serve over HTTP.
    ///   - port: RTSP port; nil for any.
    ///   - login: User name and the path of a file with the password.
    ///   - tls: Path of a file with certificate and key, PEM: RTSP goes inside TLS only.
    /// - Throws: ``ProgramError`` when it does not come up.
    package init(
        mounts: [String: String] = [:], http: [String: String] = [:], port: UInt16? = nil,
        login: (user: String, passwordFile: String)? = nil, tls: String? = nil
    ) throws {
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
        var arguments = ["/usr/bin/python3", "\(root)/deploy/camera-server", "--port", "\(port ?? 0)"]
        for (name, file) in mounts { arguments += ["--mount", "\(name)=\(file)"] }
        for (name, file) in http { arguments += ["--http-mjpeg", "\(name)=\(file)"] }
        if let login { arguments += ["--user", login.user, "--password-file", login.passwordFile] }
        if let tls { arguments += ["--tls", tls] }
        program = try Program(arguments)
        var httpPort: UInt16?
        while true {
            guard let line = program.readLine() else { throw ProgramError("camera-server did not come up") }
            let words = line.split(separator: " ")
            guard words.count == 2, let number = UInt16(words[1]) else { continue }
            if words[0] == "ready-http" { httpPort = number }
            if words[0] == "ready" {
                self.port = number
                break
            }
        }
        self.httpPort = httpPort
    }

    /// The camera stops in its tracks: it sends nothing any more and closes nothing.
    package func freeze() { kill(program.processID, SIGSTOP) }
}
