/// A number that two pictures share only when their brightness is the same, pixel for pixel.
///
/// Made of decoded brightness, not of encoded bytes: a replay may renumber what stands around the pictures (`idr_pic_id`,
/// `frame_num`, SEI times, parameter sets, packet sizes) and decodes to the same pixels all the same, because decoding
/// is exact by standard (ITU-T H.264 § 8, H.265 § 8). Sensor noise makes it differ for any two pictures of a live scene.
///
/// Every fourth row is read: half a million noisy pixels of a 1080p picture are as telling as two million, at a quarter
/// of the cost. Not cryptographic: whoever controls the stream could just as well send noise.
struct PictureFingerprint: Hashable {
    private static let rowStep = 4

    let value: UInt64

    /// Nil for a picture of one single grey, which says nothing: black is black.
    init?(_ luma: LumaView) {
        var lanes: (UInt64, UInt64, UInt64, UInt64) = (
            0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb, 0xd6e8_feb8_6659_fd93
        )
        let factor: UInt64 = 0xff51_afd7_ed55_8ccd
        let plain = UInt64(luma.base[0]) &* 0x0101_0101_0101_0101
        var differing: UInt64 = 0
        for row in stride(from: 0, to: luma.height, by: Self.rowStep) {
            let line = UnsafeRawPointer(luma.base + row * luma.stride)
            var at = 0
            // Four lanes, so that one multiplication need not wait for the one before.
            while at + 32 <= luma.width {
                let first = line.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                let second = line.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self)
                let third = line.loadUnaligned(fromByteOffset: at + 16, as: UInt64.self)
                let fourth = line.loadUnaligned(fromByteOffset: at + 24, as: UInt64.self)
                differing |= (first ^ plain) | (second ^ plain) | (third ^ plain) | (fourth ^ plain)
                lanes.0 = Self.mixed(lanes.0 ^ first, factor)
                lanes.1 = Self.mixed(lanes.1 ^ second, factor)
                lanes.2 = Self.mixed(lanes.2 ^ third, factor)
                lanes.3 = Self.mixed(lanes.3 ^ fourth, factor)
                at += 32
            }
            while at < luma.width {
                let pixel = UInt64(line.load(fromByteOffset: at, as: UInt8.self))
                differing |= pixel ^ UInt64(luma.base[0])
                lanes.0 = Self.mixed(lanes.0 ^ pixel, factor)
                at += 1
            }
        }
        guard differing != 0 else { return nil }
        let size = UInt64(luma.width) << 32 | UInt64(luma.height)
        value = [lanes.1, lanes.2, lanes.3, size].reduce(lanes.0) { Self.mixed($0 ^ $1, factor) }
    }

    private static func mixed(_ value: UInt64, _ factor: UInt64) -> UInt64 {
        let product = value &* factor
        return product ^ product >> 32
    }
}
