/// The name of one camera in the register: 1 to 64 of `A–Z a–z 0–9 . _ -`, not beginning with a dot.
///
/// Narrow on purpose: it names threads, files and log lines.
package struct CameraID: Hashable, Comparable, Sendable {
    package let rawValue: String

    package init?(_ text: String) {
        let bytes = text.utf8
        guard (1...64).contains(bytes.count), bytes.first != UInt8(ascii: "."), bytes.allSatisfy(Self.isAllowed) else {
            return nil
        }
        rawValue = text
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    package static func < (left: CameraID, right: CameraID) -> Bool { left.rawValue < right.rawValue }
}

extension CameraID: CustomStringConvertible {
    package var description: String { rawValue }
}

extension CameraID: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = CameraID(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a camera id: \(text)"))
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
