internal import Glibc
package import MKDSCore
internal import Tunnel

/// Looking at the way to a camera before it is opened, so that a person is told which step fails.
extension MediaInput {
    /// Whether the camera is reached through TLS only.
    package var usesTLS: Bool { isEncrypted }
    /// Name or address of its host without brackets; empty for a file.
    package var hostName: String { host }
    /// Its host as a URL writes it, an IPv6 address in brackets; empty for a file.
    package var hostInURL: String { host.contains(":") ? "[\(host)]" : host }

    /// Looks the host up and knocks on its port, as opening does, but says nothing there. Blocks for at most `patience`
    /// and what the system's resolver takes.
    ///
    /// - Returns: nil for a file.
    package func reach(patience: Duration, stop: StopFlag) -> ProbeFacts.Reach? {
        guard kind != .file else { return nil }
        var reach = ProbeFacts.Reach()
        let started = ContinuousClock.now
        do throws(MediaError) {
            reach.addresses = try HostAddresses.resolve(host)
        } catch {
            reach.trouble = error.underlying == HostAddresses.outside ? .notAllowed : .nameUnknown
        }
        reach.resolveMilliseconds = started.duration(to: .now).inSeconds * 1000
        // SRT goes over UDP, where nothing can be knocked on.
        for address in reach.addresses where kind != .srt {
            let knocked = ContinuousClock.now
            reach.trouble = Self.knock(address, port, patience: patience / reach.addresses.count, stop: stop)
            guard reach.trouble == nil else { continue }
            reach.connectMilliseconds = knocked.duration(to: .now).inSeconds * 1000
            break
        }
        return reach
    }

    /// Shakes hands with an encrypted camera and hangs up. Blocks for at most twice `patience`.
    ///
    /// - Returns: What the camera showed, if it came to that, and why it is not to be spoken to, if so.
    package func handshake(
        address: String, patience: Duration, stop: StopFlag
    ) -> (certificate: ProbeFacts.Certificate?, refusal: MediaError?) {
        let tunnel = CameraTunnel(
            to: .init(host: host, address: address, port: port, trust: trust), patience: patience)
        _ = stop.waitReadable(tunnel.readiness, for: patience * 2)
        var refusal: MediaError?
        do throws(TunnelError) {
            _ = try tunnel.endpoint()
        } catch {
            refusal = MediaError(error)
        }
        var certificate = tunnel.certificate
        if trust != nil { certificate?.trusted = refusal?.topic != .untrusted }
        return (certificate, refusal)
    }

    /// Connects and closes again.
    private static func knock(
        _ address: String, _ port: UInt16, patience: Duration, stop: StopFlag
    ) -> ProbeFacts.Reach.Trouble? {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address, "\(port)", &hints, &list) == 0, let list else { return .noRoute }
        defer { freeaddrinfo(list) }
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(list.pointee.ai_family, type, 0)
        guard descriptor >= 0 else { return .noRoute }
        defer { close(descriptor) }
        if connect(descriptor, list.pointee.ai_addr, list.pointee.ai_addrlen) == 0 { return nil }
        guard errno == EINPROGRESS else { return trouble(errno) }
        let deadline = ContinuousClock.now + patience
        while !stop.isRaised, ContinuousClock.now < deadline {
            var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&entry, 1, 100) > 0 else { continue }
            var code: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
            return code == 0 ? nil : trouble(code)
        }
        return .silent
    }

    private static func trouble(_ code: Int32) -> ProbeFacts.Reach.Trouble {
        switch code {
        case ECONNREFUSED: .refused
        case ETIMEDOUT: .silent
        default: .noRoute
        }
    }
}
