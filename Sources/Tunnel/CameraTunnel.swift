internal import CLinux
internal import Glibc
internal import Linux
package import MKDSCore
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// TLS to one camera, ended in this process, for a library that cannot check certificates: what is sent to ``endpoint()``
/// reaches the camera encrypted, and only after the camera's certificate was found to be the right one.
///
/// The endpoint is a port of 127.0.0.1 that takes one connection, from this process only; anybody else's is closed unread.
/// All tunnels share one event loop on a thread of its own. Releasing the tunnel closes it.
package final class CameraTunnel: Sendable {
    /// Where to connect and whom to expect there.
    package struct Peer: Sendable {
        /// Name or address as the administrator wrote it: sent to the camera (SNI) and looked for in its certificate.
        package var host: String
        /// A numeric address of that host.
        package var address: String
        package var port: UInt16
        package var trust: CameraTrust?

        package init(host: String, address: String, port: UInt16, trust: CameraTrust?) {
            self.host = host
            self.address = address
            self.port = port
            self.trust = trust
        }
    }

    private struct State {
        var outcome: Result<UInt16, TunnelError>?
        var failure: TunnelError?
        /// What the camera showed, DER.
        var chain: [[UInt8]] = []
        var isReleased = false
        var isJoined = false
        var camera: (any Channel)?
        var listener: (any Channel)?
    }

    private static let settings = Result { try context() }
    private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    /// Time for the goodbye after the tunnel was released.
    private static let goodbye: TimeAmount = .seconds(1)

    private let shared = Shared()
    private let host: String

    /// What the event loop works on; it outlives the tunnel by the goodbye.
    private final class Shared: Sendable {
        let state = Mutex(State())
        let ready: WakeCounter?

        init() { ready = try? WakeCounter() }

        func settle(_ outcome: Result<UInt16, TunnelError>) {
            state.withLock { $0.outcome = $0.outcome ?? outcome }
            ready?.signal()
        }

        func note(_ failure: TunnelError) {
            state.withLock { $0.failure = $0.failure ?? failure }
        }
    }

    /// Begins to connect and returns at once.
    ///
    /// - Parameters:
    ///   - peer: The camera.
    ///   - patience: Longest time for connecting and again for the handshake.
    package init(to peer: Peer, patience: Duration) {
        host = peer.host
        Self.connect(to: peer, patience: .nanoseconds(patience.inMicroseconds * 1000), shared)
    }

    deinit {
        Self.release(shared)
    }

    /// Readable once ``endpoint()`` knows; negative when the kernel gave no descriptor.
    package var readiness: Int32 { shared.ready?.descriptor ?? -1 }

    /// The port of 127.0.0.1 behind which the camera is.
    ///
    /// - Throws: ``TunnelError`` when there is none, or none yet.
    package func endpoint() throws(TunnelError) -> UInt16 {
        switch shared.state.withLock({ $0.outcome }) {
        case .success(let port): return port
        case .failure(let error): throw error
        case nil: throw .silent
        }
    }

    /// What broke the connection after it had been established; nil while it lasts or when it simply ended.
    package var failure: TunnelError? { shared.state.withLock { $0.failure } }

    /// What the camera showed; nil before it did, or when it cannot be read. Checks a signature at each call.
    package var certificate: ProbeFacts.Certificate? {
        CertificateCheck.facts(of: shared.state.withLock { $0.chain }, host: host)
    }

    // MARK: - Connecting

    private static func connect(to peer: Peer, patience: TimeAmount, _ shared: Shared) {
        let loop = loops.next()
        let handshake = loop.makePromise(of: Void.self)
        handshake.futureResult.whenFailure { error in
            shared.settle(.failure(error as? TunnelError ?? .closed))
            release(shared)
        }
        let bootstrap: ClientBootstrap
        let address: SocketAddress
        do {
            address = try SocketAddress(ipAddress: peer.address, port: Int(peer.port))
            let tls = try settings.get()
            bootstrap = ClientBootstrap(group: loop)
                .connectTimeout(patience)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let answer = PlainAnswer()
                        try channel.pipeline.syncOperations.addHandlers([
                            answer, try tlsHandler(tls, peer, handshake, shared),
                            HandshakeHandler(handshake, answer: answer, patience: patience),
                        ])
                    }
                }
        } catch {
            handshake.fail(TunnelError(.unreachable, "the connection could not be opened", underlying: "\(error)"))
            return
        }
        let connecting = bootstrap.connect(to: address)
        connecting.whenFailure { handshake.fail(reason($0)) }
        connecting.and(handshake.futureResult).whenSuccess { channel, _ in
            listen(for: channel, shared)
        }
        connecting.whenSuccess { channel in
            let isReleased = shared.state.withLock { state in
                state.camera = channel
                return state.isReleased
            }
            if isReleased { channel.close(promise: nil) }
        }
    }

    private static func context() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        // The callback decides instead; without verification switched on it would not be asked.
        configuration.certificateVerification = .noHostnameVerification
        configuration.trustRoots = .certificates([])
        configuration.shutdownTimeout = goodbye
        return try NIOSSLContext(configuration: configuration)
    }

    private static func tlsHandler(
        _ context: NIOSSLContext, _ peer: Peer, _ handshake: EventLoopPromise<Void>, _ shared: Shared
    ) throws -> NIOSSLClientHandler {
        return try NIOSSLClientHandler(
            context: context, serverHostname: CertificateCheck.isAddress(peer.host) ? nil : peer.host,
            customVerificationCallback: { certificates, verdict in
                let chain = certificates.compactMap { try? $0.toDERBytes() }
                shared.state.withLock { $0.chain = chain }
                if chain.count == certificates.count,
                    let refusal = CertificateCheck.refusal(of: chain, by: peer.trust, host: peer.host, at: .now)
                {
                    handshake.fail(refusal)
                    verdict.succeed(.failed)
                } else {
                    verdict.succeed(chain.count == certificates.count ? .certificateVerified : .failed)
                }
            })
    }

    private static func reason(_ error: any Error) -> TunnelError {
        let text = "\(error)"
        if error is ChannelError { return TunnelError(.unreachable, "the camera does not answer", underlying: text) }
        switch (error as? IOError)?.errnoCode {
        case ECONNREFUSED:
            return TunnelError(.unreachable, "connection refused: nothing listens on this port", underlying: text)
        case EHOSTUNREACH, ENETUNREACH: return TunnelError(.unreachable, "no route to the camera", underlying: text)
        case ETIMEDOUT: return TunnelError(.unreachable, "the camera does not answer", underlying: text)
        default: return TunnelError(.unreachable, "the connection could not be opened", underlying: text)
        }
    }

    // MARK: - The local end

    private static func listen(for camera: any Channel, _ shared: Shared) {
        // On the event loop from here on.
        let cameraEnd: NIOLoopBound<RelayHandler>
        do {
            let relay = RelayHandler(onFailure: shared.note)
            try camera.pipeline.syncOperations.addHandler(relay)
            cameraEnd = NIOLoopBound(relay, eventLoop: camera.eventLoop)
        } catch {
            shared.settle(.failure(.closedInHandshake))
            return
        }
        let listening = ServerBootstrap(group: camera.eventLoop)
            .serverChannelOption(.backlog, value: 4)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { local in
                local.eventLoop.makeCompletedFuture {
                    // FFmpeg may reset its own connection; that says nothing about the camera's.
                    let relay = RelayHandler(onFailure: { _ in })
                    let door = DoorHandler { admit($0, as: relay, to: cameraEnd.value, shared) }
                    try local.pipeline.syncOperations.addHandlers([door, relay])
                }
            }
            .bind(host: "127.0.0.1", port: 0)
        listening.whenFailure { error in
            shared.settle(.failure(TunnelError(.unreachable, "no local port can be opened", underlying: "\(error)")))
            release(shared)
        }
        listening.whenSuccess { listener in
            let isReleased = shared.state.withLock { state in
                state.listener = listener
                return state.isReleased
            }
            if isReleased { listener.close(promise: nil) }
            shared.settle(.success(UInt16(listener.localAddress?.port ?? 0)))
        }
    }

    /// Takes this process's own connection and closes the door behind it. False for any other.
    private static func admit(
        _ local: any Channel, as localEnd: RelayHandler, to cameraEnd: RelayHandler, _ shared: Shared
    ) -> Bool {
        guard let from = local.remoteAddress, from.ipAddress == "127.0.0.1", let fromPort = from.port,
            let toPort = local.localAddress?.port,
            mkds_is_own_connection(UInt16(truncatingIfNeeded: fromPort), UInt16(truncatingIfNeeded: toPort)),
            shared.state.withLock({ state in
                defer { state.isJoined = true }
                return !state.isJoined
            })
        else { return false }
        RelayHandler.join(localEnd, cameraEnd)
        shared.state.withLock { $0.listener }?.close(promise: nil)
        return true
    }

    // MARK: - The end

    /// Closes the door at once, and the camera's end when the local one has ended or the time for the goodbye is over.
    private static func release(_ shared: Shared) {
        let (camera, listener, isJoined) = shared.state.withLock { state in
            state.isReleased = true
            return (state.camera, state.listener, state.isJoined)
        }
        listener?.close(promise: nil)
        guard let camera else { return }
        if isJoined {
            camera.eventLoop.scheduleTask(in: goodbye) { camera.close(promise: nil) }
        } else {
            camera.close(promise: nil)
        }
    }
}
