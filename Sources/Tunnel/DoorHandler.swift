internal import NIOCore

/// First in the channel of a new local connection: lets it in or closes it, before a byte of it was read.
final class DoorHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let admit: (any Channel) -> Bool

    /// - Parameter admit: Called once the connection's addresses are known.
    init(admit: @escaping (any Channel) -> Bool) {
        self.admit = admit
    }

    func channelActive(context: ChannelHandlerContext) {
        guard admit(context.channel) else {
            context.close(promise: nil)
            return
        }
        context.fireChannelActive()
    }
}
