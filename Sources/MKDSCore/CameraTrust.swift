/// How to tell that whoever answers at an encrypted camera's address is the camera. No secret.
///
/// There is no default: cameras mostly sign their certificates themselves, so nobody else could vouch for them.
package enum CameraTrust: Hashable, Sendable {
    /// The camera shows this very certificate, whatever name or dates stand in it.
    case pin(CertificateFingerprint)
    /// The camera shows a certificate in force for its host, signed by one of these authorities (PEM, RFC 7468, as
    /// ``init(_:)`` leaves it).
    case authorities(pem: String)

    /// Longest text that is read, bytes.
    package static let byteLimit = 16 << 10
    /// Most certificates of authorities.
    package static let authorityLimit = 8

    private static let begin = "-----BEGIN CERTIFICATE-----"
    private static let end = "-----END CERTIFICATE-----"

    /// Reads a fingerprint or certificates in PEM; text around those, line ends and line lengths do not matter.
    ///
    /// - Returns: nil when the text is neither, is longer than ``byteLimit`` or holds more than ``authorityLimit``
    ///   certificates. Whether the certificates make sense is seen where they are used.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.byteLimit else { return nil }
        if let fingerprint = CertificateFingerprint(text) {
            self = .pin(fingerprint)
            return
        }
        var certificates: [String] = []
        var rest = text[...]
        while let start = rest.firstRange(of: Self.begin) {
            rest = rest[start.upperBound...]
            guard certificates.count < Self.authorityLimit, let stop = rest.firstRange(of: Self.end),
                let body = Self.base64(rest[..<stop.lowerBound])
            else { return nil }
            certificates.append("\(Self.begin)\n\(body)\(Self.end)\n")
            rest = rest[stop.upperBound...]
        }
        guard !certificates.isEmpty else { return nil }
        self = .authorities(pem: certificates.joined())
    }

    /// The text ``init(_:)`` reads.
    package var text: String {
        switch self {
        case .pin(let fingerprint): fingerprint.description
        case .authorities(let pem): pem
        }
    }

    /// The digits in lines of 64; nil when they are no base64 (RFC 4648 section 4).
    private static func base64(_ body: Substring) -> String? {
        let digits = body.utf8.filter { $0 > 32 }
        let padding = digits.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard !digits.isEmpty, digits.count.isMultiple(of: 4), padding <= 2 else { return nil }
        var lines = ""
        for (index, digit) in digits.enumerated() {
            switch digit {
            case 48...57, 65...90, 97...122, UInt8(ascii: "+"), UInt8(ascii: "/"): break
            case UInt8(ascii: "=") where index >= digits.count - padding: break
            default: return nil
            }
            lines.unicodeScalars.append(UnicodeScalar(digit))
            if index % 64 == 63 || index == digits.count - 1 { lines += "\n" }
        }
        return lines
    }
}

extension CameraTrust: Codable {
    package init(from decoder: any Decoder) throws {
        guard let trust = CameraTrust(try decoder.singleValueContainer().decode(String.self)) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath, debugDescription: "neither a fingerprint nor certificates in PEM"))
        }
        self = trust
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
