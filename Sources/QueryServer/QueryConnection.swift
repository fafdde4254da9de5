internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTPTypes

/// One accepted connection: its HTTP channel and who is at the other end.
struct QueryConnection: ServerChildChannelValue {
    let http: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
    let peer: PeerCredentials?
    /// False when it came on top of the limit: each request is answered with a problem.
    var isWelcome = true

    var channel: any Channel { http.channel }

    /// The best name before the account has been looked up.
    var name: String { peer.map { "uid \($0.uid)" } ?? "" }

    /// Who is asking, as the log tells it.
    var metadata: Logger.Metadata {
        guard let peer else { return [:] }
        return ["uid": "\(peer.uid)", "gid": "\(peer.gid)", "pid": "\(peer.pid)"]
    }
}
