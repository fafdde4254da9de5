internal import COpenSSL
internal import MKDSCore

/// Checks signatures as a camera does, written from the standards and sharing nothing with the client.
enum OnvifSignature {
    static let realm = "simulated camera"

    /// RFC 7616 § 3.4.1, for `qop=auth`.
    static func isDigestRight(
        _ header: String, camera: OnvifCamera, algorithm: String, nonce: String, uri: String
    ) -> Bool {
        guard header.hasPrefix("Digest ") else { return false }
        var fields: [String: String] = [:]
        for part in header.dropFirst(7).split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            fields[pair[0].filter { $0 != " " }] = pair[1].filter { $0 != "\"" }
        }
        guard fields["username"] == camera.user, fields["uri"] == uri, fields["nonce"] == nonce,
            fields["qop"] == "auth", let count = fields["nc"], let own = fields["cnonce"]
        else { return false }
        let isSHA = algorithm == "SHA-256"
        let first = hash("\(camera.user):\(realm):\(camera.password)", isSHA)
        let second = hash("POST:\(uri)", isSHA)
        return fields["response"] == hash("\(first):\(nonce):\(count):\(own):auth:\(second)", isSHA)
    }

    static func isBasicRight(_ header: String, camera: OnvifCamera) -> Bool {
        header == "Basic " + base64(Array("\(camera.user):\(camera.password)".utf8))
    }

    /// UsernameToken Profile 1.1.1 § 3.1 with `#PasswordDigest`.
    static func isTokenRight(_ message: String, camera: OnvifCamera, at now: UTCTime) -> Bool {
        guard text(of: "Username", in: message) == camera.user, let nonce = text(of: "Nonce", in: message),
            let created = text(of: "Created", in: message), let moment = UTCTime(created),
            abs((moment - now).inSeconds) < 300, message.contains("#PasswordDigest")
        else { return false }
        let input = unbase64(nonce) + Array(created.utf8) + Array(camera.password.utf8)
        return text(of: "Password", in: message) == base64(digest(input, EVP_sha1()))
    }

    /// What stands in the first element of that local name.
    static func text(of name: String, in message: String) -> String? {
        var rest = message[...]
        while let found = rest.firstRange(of: name) {
            let before = rest[..<found.lowerBound].last
            rest = rest[found.upperBound...]
            guard before == "<" || before == ":", let first = rest.first, " >/".contains(first),
                let begin = rest.firstIndex(of: ">"), let end = rest[begin...].firstIndex(of: "<")
            else { continue }
            return String(rest[rest.index(after: begin)..<end])
        }
        return nil
    }

    // MARK: -

    private static func hash(_ text: String, _ isSHA: Bool) -> String {
        digest(Array(text.utf8), isSHA ? EVP_sha256() : EVP_md5()).map {
            ($0 < 16 ? "0" : "") + String($0, radix: 16)
        }.joined()
    }

    private static func digest(_ bytes: [UInt8], _ kind: OpaquePointer?) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard EVP_Digest(bytes, bytes.count, &result, &count, kind, nil) == 1 else { return [] }
        return Array(result.prefix(Int(count)))
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

    private static func base64(_ bytes: [UInt8]) -> String {
        var result = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            var digits: [Character] = []
            for _ in 0..<4 {
                digits.insert(alphabet[bits & 63], at: 0)
                bits >>= 6
            }
            result += String(digits.prefix(group.count + 1)) + String(repeating: "=", count: 3 - group.count)
        }
        return result
    }

    private static func unbase64(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var bits = 0
        var count = 0
        for digit in text {
            guard let value = alphabet.firstIndex(of: digit) else { break }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(bits >> count & 255))
            }
        }
        return bytes
    }
}
