internal import COpenSSL
internal import Glibc
package import MKDSCore
internal import NIOCore

/// Decides whether the certificates a camera shows are those of the camera. Pure: the time comes in.
///
/// OpenSSL checks them (RFC 5280; names by RFC 6125, a common name only where no alternative name is given), and not the
/// TLS library, because OpenSSL tells what is wrong.
package enum CertificateCheck {
    /// - Parameters:
    ///   - chain: What the camera showed, DER, its own certificate first.
    ///   - trust: Nil refuses any camera and tells its fingerprint.
    ///   - host: Name or address the camera was asked for by.
    ///   - now: The moment for which the certificates must be in force.
    /// - Returns: nil when the camera is the one meant.
    package static func refusal(
        of chain: [[UInt8]], by trust: CameraTrust?, host: String, at now: UTCTime
    ) -> TunnelError? {
        guard let leaf = chain.first, let seen = fingerprint(leaf) else { return .noCertificate }
        switch trust {
        case nil: return .noTrust(seen: seen)
        case .pin(let pin): return pin == seen ? nil : .pinMismatch(seen: seen)
        case .authorities(let pem): return refusal(of: chain, seen: seen, byAuthorities: pem, host: host, at: now)
        }
    }

    /// SHA-256 of a certificate.
    package static func fingerprint(_ certificate: [UInt8]) -> CertificateFingerprint? {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        guard SHA256(certificate, certificate.count, &digest) != nil else { return nil }
        return CertificateFingerprint(bytes: digest)
    }

    // MARK: - Authorities

    private static func refusal(
        of chain: [[UInt8]], seen: CertificateFingerprint, byAuthorities pem: String, host: String, at now: UTCTime
    ) -> TunnelError? {
        let store = X509_STORE_new()
        let shown = mkds_certificates_new()
        let context = X509_STORE_CTX_new()
        defer {
            X509_STORE_CTX_free(context)
            mkds_certificates_free(shown)
            X509_STORE_free(store)
        }
        guard add(pem, to: store) else { return .badAuthorities }
        for certificate in chain {
            guard let parsed = parse(certificate) else { return .noCertificate }
            if mkds_certificates_push(shown, parsed) == 0 { X509_free(parsed) }
        }
        guard let leaf = parse(chain[0]) else { return .noCertificate }
        defer { X509_free(leaf) }
        guard X509_STORE_CTX_init(context, store, leaf, shown) == 1,
            X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER) == 1,
            let parameters = X509_STORE_CTX_get0_param(context)
        else { return .noCertificate }
        X509_VERIFY_PARAM_set_time(parameters, time_t(now.microseconds / 1_000_000))
        // What is set as trust is trusted, be it an intermediate authority or the camera's own certificate.
        X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        let named =
            isAddress(host)
            ? X509_VERIFY_PARAM_set1_ip_asc(parameters, host) : X509_VERIFY_PARAM_set1_host(parameters, host, 0)
        guard named == 1 else { return .noCertificate }
        guard X509_verify_cert(context) != 1 else { return nil }
        return .untrusted(reason(X509_STORE_CTX_get_error(context), leaf), seen: seen)
    }

    private static func reason(_ code: Int32, _ leaf: OpaquePointer) -> String {
        switch code {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            "the camera's certificate or its authority's has expired (the camera's on \(day(X509_get0_notAfter(leaf))))"
        case X509_V_ERR_CERT_NOT_YET_VALID:
            "the camera's certificate is not valid before \(day(X509_get0_notBefore(leaf)))"
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            "the camera's certificate is made out to another host name or address"
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            "the camera signed its certificate itself, not the authority set as trust"
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            "the camera's certificate is not signed by the authority set as trust"
        default:
            "the camera's certificate is refused: " + String(cString: X509_verify_cert_error_string(Int(code)))
        }
    }

    private static func day(_ time: UnsafePointer<ASN1_TIME>?) -> String {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1,
            let day = UTCDay(year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday))
        else { return "an unknown day" }
        return day.description
    }

    static func isAddress(_ host: String) -> Bool {
        (try? SocketAddress(ipAddress: host, port: 0)) != nil
    }

    // MARK: - Reading

    static func parse(_ certificate: [UInt8]) -> OpaquePointer? {
        certificate.withUnsafeBufferPointer { bytes in
            var position = bytes.baseAddress
            return d2i_X509(nil, &position, bytes.count)
        }
    }

    /// Whether every certificate of the text could be added.
    private static func add(_ pem: String, to store: OpaquePointer?) -> Bool {
        let bytes = Array(pem.utf8)
        return bytes.withUnsafeBytes { buffer in
            // The BIO reads the buffer in place and ends before it.
            guard let bio = BIO_new_mem_buf(buffer.baseAddress, Int32(buffer.count)) else { return false }
            defer { BIO_free(bio) }
            var count = 0
            while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) {
                defer { X509_free(certificate) }
                guard X509_STORE_add_cert(store, certificate) == 1 else { return false }
                count += 1
            }
            defer { ERR_clear_error() }
            // Reading ends with the error that nothing more begins; any other is a certificate that cannot be read.
            return count > 0 && Int32(ERR_peek_last_error() & 0x7f_ffff) == PEM_R_NO_START_LINE
        }
    }
}
