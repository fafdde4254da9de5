internal import Linux
internal import MKDSCore
internal import NIOCore
internal import NIOHTTP1

/// One connection to a simulated ONVIF device.
final class OnvifExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let state: OnvifState
    private var head: HTTPRequestHead?
    private var message = ""

    /// Operations that a camera answers to anybody (ONVIF Core Specification § 5.11.1.3, PRE_AUTH).
    private static let open: Set = ["GetSystemDateAndTime", "GetServices", "GetCapabilities"]

    init(_ state: OnvifState) { self.state = state }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            message = ""
        case .body(let bytes): message += String(buffer: bytes)
        case .end: answer(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ context: ChannelHandlerContext) {
        guard let head else { return }
        let operation = OnvifAnswers.operation(of: message)
        let camera = state.read { $0.camera }
        let isSigned = isSigned(head, camera)
        state.change {
            $0.requests.append(
                OnvifRequest(
                    operation: operation, path: head.uri, host: head.headers["Host"].first ?? "", message: message,
                    isSigned: isSigned, hasToken: message.contains("UsernameToken")))
        }
        if case let misbehaviour? = camera.misbehaviour[operation] { return misbehave(context, misbehaviour) }
        guard isSigned || Self.open.contains(operation) else { return refuse(context, camera) }
        guard !camera.missing.contains(operation) else {
            return send(context, 400, OnvifAnswers.fault("Receiver", "ActionNotSupported", "not implemented"))
        }
        if operation == "PullMessages" { return pull(context, head.uri, until: .now() + .seconds(2)) }
        let answer = state.change { OnvifAnswers.answer(operation, self.message, head.uri, &$0) }
        send(context, answer.contains(":Fault>") ? 400 : 200, answer)
    }

    // MARK: - Who asks

    private func isSigned(_ head: HTTPRequestHead, _ camera: OnvifCamera) -> Bool {
        let header = head.headers["Authorization"].first ?? ""
        switch camera.login {
        case .open: return true
        case .basic: return OnvifSignature.isBasicRight(header, camera: camera)
        case .token:
            return OnvifSignature.isTokenRight(message, camera: camera, at: .now + camera.clockOffset)
        case .digest(let algorithm):
            return OnvifSignature.isDigestRight(
                header, camera: camera, algorithm: algorithm, nonce: state.read { $0.nonce }, uri: head.uri)
        }
    }

    private func refuse(_ context: ChannelHandlerContext, _ camera: OnvifCamera) {
        let realm = "realm=\"\(OnvifSignature.realm)\""
        switch camera.login {
        case .digest(let algorithm):
            let nonce = state.read { $0.nonce }
            let challenge = "Digest \(realm), qop=\"auth\", nonce=\"\(nonce)\", algorithm=\(algorithm)"
            send(context, 401, "", [("WWW-Authenticate", challenge)])
        case .basic: send(context, 401, "", [("WWW-Authenticate", "Basic \(realm)")])
        case .token, .open:
            send(context, 400, OnvifAnswers.fault("Sender", "NotAuthorized", "Sender not authorized"))
        }
    }

    // MARK: - Pulling

    /// Answers once there is something to tell, or the time is over.
    private func pull(_ context: ChannelHandlerContext, _ uri: String, until end: NIODeadline) {
        let message = message
        let (name, told, isAtOnce) = state.change { values in
            let name = OnvifAnswers.subscription(message, uri)
            let told = OnvifAnswers.living(name, &values)?.waiting
            values.subscriptions[name]?.waiting = []
            return (name, told, values.camera.answersPullsAtOnce)
        }
        guard let told else {
            return send(context, 400, OnvifAnswers.fault("Sender", "InvalidArgVal", "no subscription \(name)"))
        }
        if told.isEmpty, !isAtOnce, NIODeadline.now() < end, context.channel.isActive {
            context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(20)) {
                self.pull(context, uri, until: end)
            }
            return
        }
        send(context, 200, state.read { OnvifAnswers.messages(told, name, $0) })
    }

    // MARK: - Sending

    private func send(
        _ context: ChannelHandlerContext, _ status: Int, _ body: String, _ headers: [(String, String)] = []
    ) {
        guard context.channel.isActive else { return }
        var all = HTTPHeaders(headers)
        all.replaceOrAdd(name: "Content-Length", value: "\(body.utf8.count)")
        if !all.contains(name: "Content-Type") { all.add(name: "Content-Type", value: "application/soap+xml") }
        context.write(
            wrapOutboundOut(.head(.init(version: .http1_1, status: .init(statusCode: status), headers: all))),
            promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func misbehave(_ context: ChannelHandlerContext, _ misbehaviour: OnvifCamera.Misbehaviour) {
        switch misbehaviour {
        case .fault(let status, let code, let reason):
            send(context, status, OnvifAnswers.fault("Receiver", code, reason))
        case .raw(let status, let headers, let body): send(context, status, body, headers)
        case .giant(let count): send(context, 200, String(repeating: " ", count: count))
        case .hangUp: context.close(promise: nil)
        case .silence: break
        case .drip:
            let head = HTTPResponseHead(
                version: .http1_1, status: .ok, headers: ["Content-Length": "1000000"])
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
            drip(context)
        }
    }

    private func drip(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: " ")))), promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(200)) { self.drip(context) }
    }
}
