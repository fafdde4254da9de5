private import COpenSSL

/// A SHA-256 value (FIPS 180-4) of bytes as they came from a camera.
package struct SHA256Digest: Hashable, Sendable {
    /// 32 bytes.
    package let bytes: [UInt8]

    /// Hashes with libcrypto; nil when it refuses, as without memory or in a mode that forbids the algorithm.
    package init?(of content: [UInt8]) {
        var length: UInt32 = 0
        var status: Int32 = 0
        bytes = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, count in
            status = EVP_Digest(content, content.count, buffer.baseAddress, &length, EVP_sha256(), nil)
            count = status == 1 ? Int(length) : 0
        }
        guard status == 1, bytes.count == 32 else { return nil }
    }
}

extension SHA256Digest: CustomStringConvertible {
    /// 64 hexadecimal digits, as sha256sum prints them.
    package var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
