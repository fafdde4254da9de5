internal import COpenSSL
internal import MKDSCore
internal import OnvifMetadata

/// The header by which a SOAP request proves that its sender knows the password, without showing it (OASIS Web Services
/// Security, UsernameToken Profile 1.1.1 § 3.1: digest = Base64(SHA-1(nonce + created + password))).
struct SecurityToken {
    private static let oasis = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"

    /// - Parameters:
    ///   - user: As the camera knows it.
    ///   - password: Goes into the digest only.
    ///   - created: By the camera's clock: cameras refuse tokens that are minutes off.
    /// - Returns: The header block; nil when OpenSSL gives no random numbers or no SHA-1.
    static func header(user: String, password: String, created: UTCTime) -> String? {
        var nonce = [UInt8](repeating: 0, count: 16)
        guard RAND_bytes(&nonce, Int32(nonce.count)) == 1 else { return nil }
        return header(user: user, password: password, created: created, nonce: nonce)
    }

    static func header(user: String, password: String, created: UTCTime, nonce: [UInt8]) -> String? {
        // Three decimals at most, as some makers' parsers take no more.
        let moment = UTCTime(microseconds: created.microseconds / 1000 * 1000).description
        guard let digest = sha1(nonce + Array(moment.utf8) + Array(password.utf8)) else { return nil }
        return """
            <w:Security s:mustUnderstand="1" xmlns:w="\(oasis)-wssecurity-secext-1.0.xsd" \
            xmlns:u="\(oasis)-wssecurity-utility-1.0.xsd"><w:UsernameToken>\
            <w:Username>\(XMLElement.escaped(user))</w:Username>\
            <w:Password Type="\(oasis)-username-token-profile-1.0#PasswordDigest">\(base64(digest))</w:Password>\
            <w:Nonce EncodingType="\(oasis)-soap-message-security-1.0#Base64Binary">\(base64(nonce))</w:Nonce>\
            <u:Created>\(moment)</u:Created></w:UsernameToken></w:Security>
            """
    }

    private static func sha1(_ bytes: [UInt8]) -> [UInt8]? {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard EVP_Digest(bytes, bytes.count, &digest, &count, EVP_sha1(), nil) == 1 else { return nil }
        return Array(digest.prefix(Int(count)))
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        // Four digits for three bytes, and a terminating NUL.
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
        return String(decoding: text.prefix(Int(count)), as: UTF8.self)
    }
}
