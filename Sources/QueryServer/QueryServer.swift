internal import Glibc
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import NIOExtras
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import NIOPosix
internal import QueryAPI
internal import ServiceLifecycle

/// The query socket: HTTP/1.1 over a Unix socket whose callers the kernel names.
///
/// It owns the listening socket and every connection. Run it in a `ServiceGroup`; on graceful shutdown it accepts no
/// more, ends the live feeds, lets open answers finish for a short while and then cuts off.
package final class QueryServer: Service, CustomStringConvertible {
    package let description = "query server"

    private let configuration: QueryServerConfiguration
    private let services: QueryServices
    private let logger: Logger
    private let directory: AccountDirectory
    private let gate: AccessGate

    /// - Parameters:
    ///   - configuration: Where to listen, whom to let in, what to bound.
    ///   - services: What the routes work on.
    ///   - logger: Gets one line per request.
    package init(configuration: QueryServerConfiguration, services: QueryServices, logger: Logger) {
        self.configuration = configuration
        self.services = services
        self.logger = logger
        directory = AccountDirectory()
        gate = AccessGate(policy: AccessPolicy(), directory: directory)
    }

    /// Puts other rules in force, from the next request on, also for connections that are open.
    package func apply(_ rules: AccessRules) async {
        let (policy, unknown) = await directory.policy(rules)
        for name in unknown {
            logger.warning("query access rule names nobody", metadata: ["name": "\(name)"])
        }
        gate.replacePolicy(policy)
    }

    /// Listens until the service group shuts down.
    /// - Throws: ``ListenError`` when the socket cannot be opened, or an error of the event loop.
    package func run() async throws {
        await apply(configuration.access)
        let socket = try await openSocket()
        defer { socket.removePath() }
        let registry = ConnectionRegistry(limits: configuration.limits)
        let quiescing = ServerQuiescingHelper(group: MultiThreadedEventLoopGroup.singleton)
        let server = try await bind(socket.descriptor, quiescing)
        logger.info("query socket open", metadata: ["path": "\(socket.path)"])
        let responder = QueryResponder(
            gate: gate, router: QueryRoutes(services: services, gate: gate, limits: configuration.limits).responder(),
            limits: configuration.limits, logger: logger)
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await self.cutOffLate(registry) }
                try await withThrowingDiscardingTaskGroup { connections in
                    try await server.executeThenClose { accepted in
                        for try await connection in accepted {
                            guard let connection else { continue }
                            connections.addTask { await self.serve(connection, registry, responder) }
                        }
                    }
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            quiescing.initiateShutdown(promise: nil)
        }
        logger.info("query socket closed")
    }

    // MARK: The listening socket

    private struct OpenSocket: Sendable {
        var descriptor: Int32
        var path: String
        var removePath: @Sendable () -> Void
    }

    private func openSocket() async throws -> OpenSocket {
        switch configuration.listener {
        case .path(let path, let group):
            var groupID: UInt32?
            if let group {
                groupID = await directory.groupID(group)
                guard groupID != nil else {
                    throw ListenError(description: "the group of the query socket does not exist: \(group)")
                }
            }
            let socket = try ListeningSocket(path: path, groupID: groupID)
            return OpenSocket(descriptor: socket.descriptor, path: path, removePath: socket.removePath)
        case .inherited(let descriptor):
            try InheritedSocket.check(descriptor)
            return OpenSocket(descriptor: descriptor, path: "from systemd", removePath: {})
        }
    }

    private func bind(
        _ descriptor: Int32, _ quiescing: ServerQuiescingHelper
    ) async throws -> NIOAsyncChannel<QueryConnection?, Never> {
        let (limits, logger) = (configuration.limits, logger)
        return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(quiescing.makeServerChannelHandler(channel: channel))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 * 1024, high: 256 * 1024))
            .bind(descriptor, serverBackPressureStrategy: nil) { channel in
                PeerCredentials.read(from: channel).flatMap { peer in
                    Self.http(limits, peer, logger).setup(channel: channel, logger: Self.silent)
                        .map { QueryConnection(http: $0, peer: peer) as QueryConnection? }
                }
                .recover { error in
                    // One connection that cannot be set up must not end the listener.
                    logger.warning("query connection not usable", metadata: ["error": "\(error)"])
                    channel.close(promise: nil)
                    return nil
                }
            }
    }

    /// The framework logs what our own lines already say.
    private static let silent = Logger(label: "mkdsd.query.http") { _ in SwiftLogNoOpLogHandler() }

    private static func http(
        _ limits: QueryServerConfiguration.Limits, _ peer: PeerCredentials?, _ logger: Logger,
        responder: @escaping HTTPChannelHandler.Responder = { _, _, _ in }
    ) -> HTTP1Channel {
        HTTP1Channel(
            responder: responder,
            configuration: .init(
                additionalChannelHandlers: [
                    ConnectionGuard(stallTime: limits.stallTime, peer: peer, logger: logger)
                ],
                idleTimeout: TimeAmount(limits.idleTime),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerByteCount, maxHeaderListSize: limits.headerByteCount,
                    maxHeaderFieldCount: 100)))
    }

    // MARK: Connections

    private func serve(
        _ connection: QueryConnection, _ registry: ConnectionRegistry, _ responder: QueryResponder
    ) async {
        var connection = connection
        let uid = connection.peer?.uid
        switch registry.enter(connection.channel, uid: uid) {
        case .welcome: break
        case .surplus: connection.isWelcome = false
        case .rejected:
            logger.notice("query connection rejected: too many", metadata: connection.metadata)
            // The channel is ours alone here; closing it is all that is left to do.
            try? await connection.http.executeThenClose { _, _ in }
            return
        }
        defer { registry.leave(connection.channel) }
        let taken = connection
        await Self.http(configuration.limits, taken.peer, logger) { request, writer, _ in
            try await responder.respond(to: request, writer: writer, connection: taken)
        }
        .handle(value: taken.http, logger: Self.silent)
    }

    /// After the order to stop: waits for open answers, but not for ever.
    private func cutOffLate(_ registry: ConnectionRegistry) async {
        // Both sleeps end early only by cancellation, which means that all connections are gone.
        try? await gracefulShutdown()
        try? await Task.sleep(for: configuration.limits.shutdownGrace)
        if !Task.isCancelled { registry.closeAll() }
    }
}
