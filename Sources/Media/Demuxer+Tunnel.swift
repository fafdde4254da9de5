internal import MKDSCore
internal import Tunnel

/// Encrypted cameras: FFmpeg 5.1 does not check certificates (its RTSP over TLS passes on no option for it) and cannot be
/// handed a connection of ours, so it talks to a tunnel's local end.
extension Demuxer {
    /// Connects to the camera and checks its certificate; blocks until that is done, failed, or the stop flag is raised.
    static func openTunnel(
        _ input: MediaInput, address: String, _ deadlines: DemuxerDeadlines, _ watch: IOWatch
    ) throws(MediaError) -> CameraTunnel {
        // What is left of the deadline is for FFmpeg.
        let patience = deadlines.open / 3
        let tunnel = CameraTunnel(
            to: .init(host: input.host, address: address, port: input.port, trust: input.trust), patience: patience)
        _ = watch.stop.waitReadable(tunnel.readiness, for: deadlines.open)
        if watch.isStopped { throw .stopped }
        _ = try endpoint(of: tunnel, for: input)
        return tunnel
    }

    /// The URL of the tunnel's local end, with credentials: never to be shown.
    ///
    /// The camera sees this URL in the requests, as it does behind any router that forwards a port. The digest of a
    /// password covers it, so it must not be rewritten on its way (RFC 2617 section 3.2.2).
    static func endpoint(of tunnel: CameraTunnel, for input: MediaInput) throws(MediaError) -> String {
        do throws(TunnelError) {
            return input.secretURL(address: "127.0.0.1", port: try tunnel.endpoint())
        } catch {
            throw MediaError(error)
        }
    }
}

extension MediaError {
    init(_ error: TunnelError) {
        self.init(error.topic, error.detail, underlying: error.underlying)
    }
}
