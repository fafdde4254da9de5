internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import QueryAPI

/// Watches one connection on its event loop: answers what is not HTTP with a problem and cuts off a client that does
/// not read what it asked for.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let stallTime: TimeAmount
    private let peer: PeerCredentials?
    private let logger: Logger
    /// Requests read whose answer has not been written to its end.
    private var answersOwed = 0
    private var stallTimer: Scheduled<Void>?

    init(stallTime: Duration, peer: PeerCredentials?, logger: Logger) {
        self.stallTime = TimeAmount(stallTime)
        self.peer = peer
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) { answersOwed += 1 }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { answersOwed -= 1 }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stallTimer?.cancel()
        stallTimer = nil
        if !context.channel.isWritable {
            let channel = context.channel
            let (logger, uid, seconds) = (logger, peer?.uid, stallTime.nanoseconds / 1_000_000_000)
            stallTimer = context.eventLoop.scheduleTask(in: stallTime) {
                logger.notice(
                    "query client does not read, cut off",
                    metadata: ["uid": "\(uid.map { String($0) } ?? "")", "stalled_s": "\(seconds)"])
                channel.close(promise: nil)
            }
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stallTimer?.cancel()
        stallTimer = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard answersOwed == 0 else {
            // An answer is under way: its reader or writer learns of the error and the connection ends.
            context.fireErrorCaught(error)
            return
        }
        logger.notice(
            "query refused: not HTTP",
            metadata: [
                "uid": "\(peer.map { String($0.uid) } ?? "")", "pid": "\(peer.map { String($0.pid) } ?? "")",
                "status": "400", "error": "\(error)",
            ])
        let problem = Problem(
            .badRequest, detail: "What came is no HTTP/1.1 request, or its header is too large.",
            detailCS: "Co přišlo, není požadavek HTTP/1.1, nebo je jeho hlavička příliš velká.")
        var response = problem.response
        response.headers[.connection] = "close"
        // The channel closes when the last part has been written; until then nothing more is taken in.
        context.write(wrapOutboundOut(.head(response.head)), promise: nil)
        let body = (try? WireJSON.encode(problem)).map { ByteBuffer(bytes: $0) } ?? ByteBuffer()
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        let written = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }
}
