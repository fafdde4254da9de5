internal import CLibcurl
internal import COpenSSL
internal import Linux
internal import MKDSCore
internal import Tunnel

/// Lets ``CertificateCheck`` decide on the certificate of an https camera in the middle of libcurl's handshake; nothing
/// of libcurl's or OpenSSL's own trust is asked.
final class CertificateJudge {
    private let host: String
    private let trust: CameraTrust?
    /// Why the last camera was refused.
    private(set) var refusal: TunnelError?

    init(host: String, trust: CameraTrust?) {
        self.host = host
        self.trust = trust
    }

    /// Forgets the refusal of an earlier connection.
    func begin() { refusal = nil }

    /// Hands this judge to libcurl. It must outlive the handle.
    func install(_ curl: UnsafeMutableRawPointer) {
        _ = mkds_curl_set_pointer(curl, CURLOPT_SSL_CTX_DATA, Unmanaged.passUnretained(self).toOpaque())
        _ = mkds_curl_set_tls_setup(curl) { _, context, judge in
            mkds_tls_judge_with(context, { store, judge in CertificateJudge.decide(store, judge) }, judge)
            return CURLE_OK
        }
    }

    private static func decide(_ store: OpaquePointer?, _ judge: UnsafeMutableRawPointer?) -> Int32 {
        guard let store, let judge else { return 0 }
        let refused = Unmanaged<CertificateJudge>.fromOpaque(judge).takeUnretainedValue().refuses(store)
        X509_STORE_CTX_set_error(store, refused ? X509_V_ERR_APPLICATION_VERIFICATION : X509_V_OK)
        return refused ? 0 : 1
    }

    private func refuses(_ store: OpaquePointer) -> Bool {
        var chain: [[UInt8]] = []
        for index in 0..<max(0, mkds_shown_count(store)) {
            guard let certificate = mkds_shown(store, index) else { break }
            var bytes: UnsafeMutablePointer<UInt8>?
            let count = i2d_X509(certificate, &bytes)
            guard count > 0, let start = bytes else { break }
            chain.append(Array(UnsafeBufferPointer(start: start, count: Int(count))))
            mkds_openssl_free(bytes)
        }
        refusal = CertificateCheck.refusal(of: chain, by: trust, host: host, at: .now)
        return refusal != nil
    }
}
