internal import MKDSCore
internal import NIOCore

/// One end of a tunnel, last in its channel: writes what it reads to the other end, and reads only while that end takes
/// more, so that no more than a few reads are ever held.
///
/// Both ends live on one event loop. When one closes, the other is closed after what was read has been written.
final class RelayHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var context: ChannelHandlerContext?
    private var other: RelayHandler?
    private var isReadHeld = false
    private let onFailure: (TunnelError) -> Void

    /// - Parameter onFailure: Called on the event loop with what broke this end, before it closes.
    init(onFailure: @escaping (TunnelError) -> Void) {
        self.onFailure = onFailure
    }

    /// Lets both ends talk to each other from now on. Call it on their event loop, each in its channel.
    static func join(_ left: RelayHandler, _ right: RelayHandler) {
        left.other = right
        right.other = left
        left.resume()
        right.resume()
        // One may have closed before the other was there.
        if left.context == nil { right.finish() }
        if right.context == nil { left.finish() }
    }

    // MARK: - The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        other?.finish()
        other = nil
    }

    func read(context: ChannelHandlerContext) {
        if other?.isWritable == true {
            context.read()
        } else {
            isReadHeld = true
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let other else {
            // A camera speaks when it is asked (RFC 2326 section 1.4), and nobody has asked yet.
            fail(.spokeFirst, context)
            return
        }
        other.context?.write(wrapOutboundOut(unwrapInboundIn(data)), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        other?.context?.flush()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isWritable { other?.resume() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        other?.finish()
        other = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(TunnelError(.lost, "the encrypted connection broke", underlying: "\(error)"), context)
    }

    // MARK: -

    private var isWritable: Bool { context?.channel.isWritable ?? false }

    private func resume() {
        guard isReadHeld, other?.isWritable == true else { return }
        isReadHeld = false
        context?.read()
    }

    private func fail(_ error: TunnelError, _ context: ChannelHandlerContext) {
        onFailure(error)
        context.close(promise: nil)
    }

    /// Closes this end once everything written to it is out.
    private func finish() {
        other = nil
        context?.writeAndFlush(wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in
            self.context?.close(promise: nil)
        }
    }
}
