internal import Linux
package import MKDSCore
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// An ONVIF device on 127.0.0.1 with device, media, PTZ and event services: a real HTTP server, with faults.
package final class OnvifService: Sendable {
    package let port: UInt16
    private let channel: any Channel
    private let group: MultiThreadedEventLoopGroup
    private let state: OnvifState

    /// - Parameters:
    ///   - camera: What it is like.
    ///   - certificate: Path of certificate and key in PEM; with one it speaks https only.
    /// - Throws: NIO's error when it cannot listen.
    package init(_ camera: OnvifCamera, certificate: String? = nil) async throws {
        let state = OnvifState(camera)
        self.state = state
        let tls = try certificate.map { path in
            try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: NIOSSLCertificate.fromPEMFile(path).map { .certificate($0) },
                    privateKey: .privateKey(NIOSSLPrivateKey(file: path, format: .pem))))
        }
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(OnvifExchange(state))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = UInt16(channel.localAddress?.port ?? 0)
        state.change {
            $0.port = Int(channel.localAddress?.port ?? 0)
            $0.scheme = tls == nil ? "http" : "https"
        }
    }

    /// Address of its device service.
    package var url: String {
        state.read { "\($0.scheme)://127.0.0.1:\($0.port)/onvif/device_service" }
    }

    /// What was asked so far.
    package var requests: [OnvifRequest] { state.read { $0.requests } }

    /// Subscriptions that are alive.
    package var subscriptionCount: Int { state.read { $0.subscriptions.count } }

    /// Something happened: every subscription gets a notification of a motion alarm.
    package func notify(isMotion: Bool, at time: UTCTime, operation: String = "Changed") {
        let message = OnvifAnswers.notification(isMotion: isMotion, at: time, operation: operation)
        state.change { state in
            for name in state.subscriptions.keys { state.subscriptions[name]?.waiting.append(message) }
        }
    }

    /// The camera restarts: it knows no subscription any more.
    package func forgetSubscriptions() { state.change { $0.subscriptions = [:] } }

    /// Changes what it is like from now on.
    package func change(_ change: (inout OnvifCamera) -> Void) { state.change { change(&$0.camera) } }

    /// Turns the camera to a preset by its token.
    package func turn(to preset: String) { state.change { $0.preset = preset } }

    package func stop() async throws { try await group.shutdownGracefully() }
}

/// What the connections of one device share.
final class OnvifState: Sendable {
    struct Values {
        var camera: OnvifCamera
        var port = 0
        var scheme = "http"
        var requests: [OnvifRequest] = []
        var subscriptions: [String: Subscription] = [:]
        var subscriptionsMade = 0
        var nonce = "2b5ef1"
        var preset = "1"
    }

    struct Subscription {
        /// Notifications not yet fetched.
        var waiting: [String] = []
        /// By the camera's clock.
        var end: UTCTime
    }

    private let values: Mutex<Values>

    init(_ camera: OnvifCamera) { values = Mutex(Values(camera: camera)) }

    func read<Result>(_ body: (Values) -> Result) -> Result where Result: Sendable { values.withLock { body($0) } }

    @discardableResult
    func change<Result: Sendable>(_ body: (inout Values) -> Result) -> Result { values.withLock { body(&$0) } }
}
