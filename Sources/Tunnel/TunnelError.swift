package import MKDSCore

/// Why a camera could not be reached over TLS, as a plain sentence fit for an operator. It names no host and no URL.
package struct TunnelError: Error, Hashable, Sendable {
    /// What kind of trouble it is.
    package let topic: HealthTopic
    /// One English sentence without a full stop, at most 300 bytes.
    package let detail: String
    /// The library's words, for an engineer; may be empty.
    package let underlying: String

    init(_ topic: HealthTopic, _ detail: String, underlying: String = "") {
        self.topic = topic
        self.detail = detail
        self.underlying = String(underlying.prefix(200))
    }

    // MARK: - The certificate

    static func untrusted(_ reason: String, seen: CertificateFingerprint) -> TunnelError {
        TunnelError(.untrusted, "\(reason); the fingerprint it shows is \(seen)")
    }

    static func noTrust(seen: CertificateFingerprint) -> TunnelError {
        TunnelError(
            .untrusted,
            "the camera's certificate is not trusted yet; compare this fingerprint with the camera's own and set it as "
                + "trust: \(seen)")
    }

    static func pinMismatch(seen: CertificateFingerprint) -> TunnelError {
        untrusted("the camera shows another certificate than the one pinned", seen: seen)
    }

    static let noCertificate = TunnelError(.untrusted, "the camera shows no certificate that can be read")
    static let badAuthorities = TunnelError(
        .untrusted, "the authority's certificate set as trust cannot be read, so nothing is trusted")

    // MARK: - The connection

    static let silent = TunnelError(.unreachable, "the camera does not answer the TLS handshake")
    static let closedInHandshake = TunnelError(
        .unreachable, "the camera closed the connection during the TLS handshake")
    static let plainRTSP = TunnelError(
        .unsupported, "the camera speaks plain RTSP on this port, not TLS; use its port for rtsps")
    static let notTLS = TunnelError(.unsupported, "what answers on this port does not speak TLS")
    static let oldTLS = TunnelError(.unsupported, "the camera offers no TLS 1.2 or later, which is refused")
    static let spokeFirst = TunnelError(.malformed, "the camera spoke before it was asked")
    static let closed = TunnelError(.lost, "the tunnel to the camera is closed")
}
