internal import COpenSSL
package import MKDSCore

extension CertificateCheck {
    /// What a person is told of the camera's own certificate.
    ///
    /// - Parameters:
    ///   - chain: What the camera showed, DER, its own certificate first.
    ///   - host: Name or address the camera was asked for by.
    /// - Returns: nil when it showed none that can be read.
    package static func facts(of chain: [[UInt8]], host: String) -> ProbeFacts.Certificate? {
        guard let first = chain.first, let seen = fingerprint(first), let certificate = parse(first) else { return nil }
        defer { X509_free(certificate) }
        return ProbeFacts.Certificate(
            fingerprint: seen, subject: line(X509_get_subject_name(certificate)),
            issuer: line(X509_get_issuer_name(certificate)), notBefore: time(X509_get0_notBefore(certificate)),
            notAfter: time(X509_get0_notAfter(certificate)), selfSigned: isSelfSigned(certificate),
            namesHost: isAddress(host)
                ? X509_check_ip_asc(certificate, host, 0) == 1 : X509_check_host(certificate, host, 0, 0, nil) == 1)
    }

    /// Signed with its own key, whatever name it bears.
    private static func isSelfSigned(_ certificate: OpaquePointer) -> Bool {
        guard let key = X509_get0_pubkey(certificate) else { return false }
        defer { ERR_clear_error() }
        return X509_verify(certificate, key) == 1
    }

    /// A name as one line (RFC 2253), at most 200 characters.
    private static func line(_ name: OpaquePointer?) -> String {
        guard let name, let bio = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(bio) }
        // RFC 2253 without its escaping of everything beyond ASCII, and with that of control characters.
        X509_NAME_print_ex(bio, name, 0, mkds_name_flags())
        var bytes = [UInt8](repeating: 0, count: 800)
        let count = BIO_read(bio, &bytes, Int32(bytes.count))
        return String(String(decoding: bytes.prefix(max(0, Int(count))), as: UTF8.self).prefix(200))
    }

    private static func time(_ value: UnsafePointer<ASN1_TIME>?) -> UTCTime? {
        var (days, seconds): (Int32, Int32) = (0, 0)
        guard let value, let epoch = ASN1_TIME_set(nil, 0) else { return nil }
        defer { ASN1_STRING_free(epoch) }
        guard ASN1_TIME_diff(&days, &seconds, epoch, value) == 1 else { return nil }
        return UTCTime(seconds: Int64(days) * 86_400 + Int64(seconds))
    }
}
