internal import MKDSCore
internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// Stands behind the TLS handler until the handshake is over and tells how it went, once.
final class HandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private var promise: EventLoopPromise<Void>?
    private let answer: PlainAnswer
    private let patience: TimeAmount
    private var deadline: Scheduled<Void>?

    /// - Parameters:
    ///   - promise: Fulfilled on success, else failed with a ``TunnelError``.
    ///   - answer: What was seen of the camera's first bytes.
    ///   - patience: Longest time the handshake may take.
    init(_ promise: EventLoopPromise<Void>, answer: PlainAnswer, patience: TimeAmount) {
        self.promise = promise
        self.answer = answer
        self.patience = patience
    }

    /// Not before: a host that is dead is one that cannot be reached, whatever TLS would have said.
    func channelActive(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { [self] in
            finish(.failure(.silent))
        }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.handshakeCompleted) = event as? TLSUserEvent { finish(.success(())) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.failure(answer.refusal ?? Self.reason(error)))
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.failure(answer.refusal ?? .closedInHandshake))
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish(.failure(.closed))
    }

    private func finish(_ result: Result<Void, TunnelError>) {
        deadline?.cancel()
        switch result {
        case .success: promise?.succeed()
        case .failure(let error): promise?.fail(error)
        }
        promise = nil
    }

    private static func reason(_ error: any Error) -> TunnelError {
        guard case .handshakeFailed(let cause)? = error as? NIOSSLError else { return .closedInHandshake }
        let text = "\(cause)"
        if ["PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL"].contains(where: text.contains) { return .oldTLS }
        if text.contains("EOF during handshake") { return .closedInHandshake }
        return TunnelError(.unsupported, "the TLS handshake with the camera failed", underlying: text)
    }
}

/// Looks at the camera's first bytes before the TLS handler does: a camera that answers in plain RTSP or HTTP should be
/// called by its name.
final class PlainAnswer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Nil as long as the camera answered as TLS does (RFC 8446 section 5.1: handshake 22 or alert 21), or not at all.
    private(set) var refusal: TunnelError?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data).readableBytesView
        if bytes.starts(with: "RTSP/".utf8) {
            refusal = .plainRTSP
        } else if bytes.first != 22, bytes.first != 21 {
            refusal = .notTLS
        }
        context.fireChannelRead(data)
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }
}
