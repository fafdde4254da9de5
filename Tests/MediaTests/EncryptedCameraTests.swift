internal import MKDSCore
internal import Media
internal import TestMedia
internal import Testing

@Suite(
    "Encrypted cameras", .timeLimit(.minutes(10)),
    .enabled(if: CameraServer.isAvailable, "gst-rtsp-server for Python or ffmpeg is missing"))
struct EncryptedCameraTests {
    private let directory: TemporaryDirectory
    private let maker: CertificateMaker
    private let camera: (certificate: String, withKey: String)
    private let pin: CameraTrust
    /// Ample for streams that go on, on however busy a machine.
    private let patience = DemuxerDeadlines(open: .seconds(20), stall: .seconds(300))

    init() throws {
        directory = try TemporaryDirectory()
        maker = try CertificateMaker()
        camera = try maker.certificate("camera")
        pin = try #require(CameraTrust(try maker.fingerprint(camera.certificate)))
    }

    private func clip() throws -> String {
        let path = directory.file("a.mp4")
        try Clip(seconds: 2, movement: 0...1).write(.h264, to: path)
        return path
    }

    private func failure(_ port: UInt16, trust: CameraTrust?, password: String? = nil) -> MediaError? {
        do throws(MediaError) {
            let input = try MediaInput(
                url: "rtsps://127.0.0.1:\(port)/cam", user: password.map { _ in "operator" }, password: password,
                trust: trust)
            _ = try Demuxer(input, deadlines: patience)
            return nil
        } catch {
            return error
        }
    }

    /// Reads until that many pictures are decoded.
    private func decode(_ demuxer: Demuxer, pictures: Int) throws -> Int {
        let decoder = try PictureDecoder(demuxer, picturesPerSecond: nil)
        while decoder.decodedCount < pictures, let facts = try demuxer.readVideo() {
            try decoder.decode(facts, of: demuxer) { _ in }
        }
        return decoder.damagedCount
    }

    @Test("pictures come through TLS, behind a password too, by pin and by authority")
    func pictures() throws {
        let password = try directory.write("right\n".utf8, to: "password")
        let clip = try clip()
        let authority = try #require(CameraTrust(try maker.text(try maker.authority("town"))))
        let signed = try maker.certificate("signed", by: "town")
        for (certificate, trust) in [(camera.withKey, pin), (signed.withKey, authority)] {
            let server = try CameraServer(mounts: ["cam": clip], login: ("operator", password), tls: certificate)
            let input = try MediaInput(
                url: "rtsps://127.0.0.1:\(server.port)/cam", user: "operator", password: "right", trust: trust)
            let demuxer = try Demuxer(input, deadlines: patience)
            #expect(demuxer.leftoverOptions.isEmpty)
            #expect(try decode(demuxer, pictures: 60) == 0)
            #expect(failure(server.port, trust: trust, password: "wrong")?.topic == .credentialsRefused)
        }
    }

    @Test("a camera that is not the one meant is refused before it hears anything")
    func refuses() throws {
        let server = try CameraServer(mounts: ["cam": try clip()], tls: camera.withKey)
        let unknown = try #require(failure(server.port, trust: nil))
        #expect(unknown.topic == .untrusted)
        #expect(unknown.detail.hasSuffix(pin.text))
        let other = CameraTrust(String(repeating: "00", count: 32))
        #expect(failure(server.port, trust: other)?.detail.contains("another certificate") == true)
        let stranger = CameraTrust(try maker.text(try maker.authority("stranger")))
        #expect(failure(server.port, trust: stranger)?.topic == .untrusted)
    }

    @Test("a plain camera is not one for rtsps, and an encrypted one none for rtsp")
    func mixedUp() throws {
        let plain = try CameraServer(mounts: ["cam": try clip()])
        let error = try #require(failure(plain.port, trust: pin))
        #expect([.unsupported, .unreachable].contains(error.topic), "\(error)")
        let encrypted = try CameraServer(mounts: ["cam": try clip()], tls: camera.withKey)
        #expect(throws: MediaError.self) {
            try Demuxer(MediaInput(url: "rtsp://127.0.0.1:\(encrypted.port)/cam"), deadlines: patience)
        }
    }

    @Test("a stream that freezes inside TLS is a stall, one that ends is lost")
    func stalls() throws {
        let input = { (port: UInt16) throws(MediaError) in
            try MediaInput(url: "rtsps://127.0.0.1:\(port)/cam", trust: pin)
        }
        var server: CameraServer? = try CameraServer(mounts: ["cam": try clip()], tls: camera.withKey)
        let frozen = try Demuxer(
            try input(try #require(server?.port)), deadlines: DemuxerDeadlines(open: .seconds(20), stall: .seconds(5)))
        _ = try decode(frozen, pictures: 10)
        server?.freeze()
        let stall = #expect(throws: MediaError.self) { _ = try decode(frozen, pictures: 10_000) }
        #expect(stall?.topic == .stalled)

        server = try CameraServer(mounts: ["cam": try clip()], tls: camera.withKey)
        let gone = try Demuxer(try input(try #require(server?.port)), deadlines: patience)
        _ = try decode(gone, pictures: 10)
        server = nil
        let lost = #expect(throws: MediaError.self) { _ = try decode(gone, pictures: 10_000) }
        #expect(lost?.topic == .lost)
    }

    @Test("no redirect leads out of the tunnel")
    func redirects() throws {
        let options = "RTSP/1.0 200 OK\nPublic: DESCRIBE"
        let elsewhere = "the camera redirects to another host, which is refused"
        let within = "the camera redirects to another of its addresses; set that one as its URL instead"
        let targets = [
            ("rtsp://127.0.0.2/cam", elsewhere), ("rtsps://camera.example/cam", elsewhere),
            ("rtsp://127.0.0.1/cam", within), ("/cam", within),
        ]
        for (location, reason) in targets {
            let answers = [options, "RTSP/1.0 302 Moved\nLocation: \(location)"]
            let server = try CannedTLSServer(certificate: camera.withKey, answers: answers)
            #expect(failure(server.port, trust: pin, password: "hunter2")?.detail == reason, "\(location)")
        }
    }

    @Test("a connection that turns to garbage while it is opened says so")
    func garbage() throws {
        let server = try CannedTLSServer(certificate: camera.withKey, answers: ["!garbage"])
        #expect(failure(server.port, trust: pin)?.detail == "the encrypted connection broke")
    }
}
