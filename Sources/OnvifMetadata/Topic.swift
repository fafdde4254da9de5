/// Topics as they are compared: without prefixes and white space.
enum Topic {
    /// Longest topic as sent; ONVIF's own stay below 80 bytes.
    static let byteLimit = 1_024

    /// Makes `RuleEngine/VMD3/vmd3_video_1` of ` tns1:RuleEngine / tnsaxis:VMD3/vmd3_video_1 `.
    static func normalised(_ text: Bytes) -> String {
        String(unsafeUninitializedCapacity: text.count) { buffer in
            var count = 0
            var segment = 0
            for byte in text where !byte.isXMLSpace {
                if byte == UInt8(ascii: ":") {
                    count = segment
                    continue
                }
                buffer[count] = byte
                count += 1
                if byte == UInt8(ascii: "/") { segment = count }
            }
            return count
        }
    }
}
