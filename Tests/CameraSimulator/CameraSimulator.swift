package import MKDSCore
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Many cameras in one process on 127.0.0.1: `rtsp://127.0.0.1:PORT/NAME` each, the encrypted ones on ports of their own.
package final class CameraSimulator: Sendable {
    /// When its cameras began, which is what films and episodes count from.
    package var started: UTCTime { time.utc }
    package let counts = PictureCounts()
    private let time = SimulatorTime()
    private let board: TroubleBoard
    private let channel: any Channel
    private let group: MultiThreadedEventLoopGroup
    private let encrypted: [String: any Channel]

    /// - Parameters:
    ///   - cameras: Each under its name.
    ///   - clip: What those show that have no film of their own.
    ///   - port: 0 takes any free one.
    ///   - certificate: Path of a file with certificate and key, PEM, for encrypted cameras.
    /// - Throws: NIO's error when it cannot listen; ``SimulatorError`` for an encrypted camera without a certificate.
    package init(
        _ cameras: [SimulatedCamera], clip: SimulatedClip, port: Int = 0, certificate: String? = nil
    ) async throws {
        let plain = Dictionary(cameras.filter { !$0.isEncrypted }.map { ($0.name, $0) }) { first, _ in first }
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        board = TroubleBoard(cameras, time: time)
        let (time, board, counts) = (time, board, counts)
        channel = try await Self.listen(group, port: port) { channel in
            try channel.pipeline.syncOperations.addHandler(
                CameraSession(cameras: plain, clip: clip, time: time, board: board, counts: counts))
        }
        var encrypted: [String: any Channel] = [:]
        for camera in cameras where camera.isEncrypted {
            guard let certificate else { throw SimulatorError("an encrypted camera needs a certificate") }
            let context = try Self.context(certificate)
            encrypted[camera.name] = try await Self.listen(group, port: 0) { channel in
                let session = CameraSession(
                    cameras: [camera.name: camera], clip: clip, time: time, board: board, counts: counts)
                try Self.encrypt(channel, context, session) {
                    if case .handshakeStall = board.episode(of: camera)?.trouble { true } else { false }
                }
            }
        }
        self.encrypted = encrypted
    }

    package var port: UInt16 { UInt16(channel.localAddress?.port ?? 0) }

    package func url(of camera: SimulatedCamera) -> String {
        let own = encrypted[camera.name]?.localAddress?.port
        return own.map { "rtsps://127.0.0.1:\($0)/\(camera.name)" } ?? "rtsp://127.0.0.1:\(port)/\(camera.name)"
    }

    /// Something begins to be wrong with a camera of this name, until ``end(of:)``.
    package func begin(_ trouble: Trouble, of camera: String) { board.begin(trouble, of: camera) }

    /// The camera is well again.
    package func end(of camera: String) { board.end(of: camera) }

    /// Closes the listeners and every session.
    package func stop() async throws {
        try await group.shutdownGracefully()
    }

    /// Serves until the listener is closed.
    package func run() async throws { try await channel.closeFuture.get() }

    // MARK: -

    private static func listen(
        _ group: MultiThreadedEventLoopGroup, port: Int, _ prepare: @escaping @Sendable (any Channel) throws -> Void
    ) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(AcceptAgain()) }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in channel.eventLoop.makeCompletedFuture { try prepare(channel) } }
            .bind(host: "127.0.0.1", port: port).get()
    }

    private static func context(_ certificate: String) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: certificate, format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
    }

    /// Puts TLS before the session; a camera whose handshakes stall does so when that is over.
    private static func encrypt(
        _ channel: any Channel, _ context: NIOSSLContext, _ session: CameraSession,
        isStalling: @escaping @Sendable () -> Bool
    ) throws {
        guard isStalling() else {
            try channel.pipeline.syncOperations.addHandlers(NIOSSLServerHandler(context: context), session)
            try channel.syncOptions?.setOption(.autoRead, value: true)
            return
        }
        try channel.syncOptions?.setOption(.autoRead, value: false)
        channel.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(20)) {
            if channel.isActive { try encrypt(channel, context, session, isStalling: isStalling) }
        }
    }
}

/// Goes on accepting after a client that gave up before it was accepted: NIO tells of the error and then waits to be asked.
private final class AcceptAgain: ChannelInboundHandler {
    typealias InboundIn = any Channel

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.read() }
}
