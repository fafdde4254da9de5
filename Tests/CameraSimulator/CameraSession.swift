internal import Linux
internal import MKDSCore
internal import NIOCore

/// One connection to a simulated camera: answers RTSP (RFC 2326), then sends pictures, sender reports and faults over
/// the same connection. Lives on its channel's event loop.
final class CameraSession: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let cameras: [String: SimulatedCamera]
    private let clip: SimulatedClip
    private let time: SimulatorTime
    private let board: TroubleBoard
    private let counts: PictureCounts
    private var buffer = ByteBuffer()
    private var player: PicturePlayer?
    /// The client has set the metadata track up.
    private var hasMetadata = false

    init(
        cameras: [String: SimulatedCamera], clip: SimulatedClip, time: SimulatorTime, board: TroubleBoard,
        counts: PictureCounts
    ) {
        self.cameras = cameras
        self.clip = clip
        self.time = time
        self.board = board
        self.counts = counts
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var incoming = unwrapInboundIn(data)
        buffer.writeBuffer(&incoming)
        do {
            while let request = try RTSPRequest(&buffer) { take(request, context) }
            buffer.discardReadBytes()
        } catch {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        player?.stop()
        counts.noteEnd()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    // MARK: - RTSP

    private func take(_ request: RTSPRequest, _ context: ChannelHandlerContext) {
        guard let camera = cameras[String(request.cameraName)] else {
            return reply("404 Not Found", request, over: context)
        }
        switch board.episode(of: camera)?.trouble {
        case .reset: context.reset()
        case .refusal(let status): reply(status, request, over: context)
        case .slowAnswers(let delay):
            context.eventLoop.assumeIsolated().scheduleTask(in: .microseconds(delay.inMicroseconds)) {
                if context.channel.isActive { self.answer(request, of: camera, context) }
            }
        default: answer(request, of: camera, context)
        }
    }

    private func answer(_ request: RTSPRequest, of camera: SimulatedCamera, _ context: ChannelHandlerContext) {
        let clip = camera.film ?? clip
        switch request.method {
        case "OPTIONS":
            reply("200 OK", request, ["Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"], over: context)
        case "DESCRIBE":
            let body = description(of: camera, clip)
            reply(
                "200 OK", request,
                [
                    "Content-Type: application/sdp", "Content-Base: \(request.url)/",
                    "Content-Length: \(body.utf8.count)",
                ],
                body: body, over: context)
        case "SETUP": setUp(request, camera, context)
        case "PLAY":
            reply("200 OK", request, ["Range: npt=0.000-"], over: context)
            guard player == nil else { return }
            let player = PicturePlayer(
                camera, clip: clip, withMetadata: hasMetadata, context: context, time: time, board: board,
                counts: counts)
            self.player = player
            player.start()
        case "GET_PARAMETER": reply("200 OK", request, over: context)
        case "TEARDOWN":
            counts.noteGoodbye()
            reply("200 OK", request, over: context)
            context.close(promise: nil)
        default: reply("501 Not Implemented", request, over: context)
        }
    }

    /// Over TCP only; a client that wants UDP is told so and tries again.
    private func setUp(_ request: RTSPRequest, _ camera: SimulatedCamera, _ context: ChannelHandlerContext) {
        let isMetadata = request.url.hasSuffix("/track1")
        let channels = isMetadata ? "interleaved=2-3" : "interleaved=0-1"
        guard request.transport.contains(channels) else {
            return reply("461 Unsupported Transport", request, over: context)
        }
        guard !isMetadata || camera.metadata?.isRefused == false else {
            return reply("503 Service Unavailable", request, over: context)
        }
        hasMetadata = hasMetadata || isMetadata
        reply("200 OK", request, ["Transport: RTP/AVP/TCP;unicast;\(channels)"], over: context)
    }

    private func description(of camera: SimulatedCamera, _ clip: SimulatedClip) -> String {
        let film = if case .shows(let film) = board.episode(of: camera)?.trouble { film } else { clip }
        return film.description + (camera.metadata?.description ?? "")
    }

    private func reply(
        _ status: String, _ request: RTSPRequest, _ headers: [String] = [], body: String = "",
        over context: ChannelHandlerContext
    ) {
        let lines = ["RTSP/1.0 \(status)", "CSeq: \(request.sequence)", "Session: 1"] + headers
        let text = lines.joined(separator: "\r\n") + "\r\n\r\n" + body
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: text)), promise: nil)
    }
}
