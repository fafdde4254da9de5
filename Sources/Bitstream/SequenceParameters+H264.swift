extension SequenceParameters {
    /// Profiles whose parameter sets tell chroma format, bit depth and scaling (§ 7.3.2.1.1).
    private static let extendedProfiles: Set<UInt32> = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]

    /// Reads a sequence parameter set of H.264 (ITU-T H.264 § 7.3.2.1.1).
    /// Nil when it ends too early or makes no sense; a VUI that does only loses the frame rate.
    ///
    /// - Parameter unit: The NAL unit with its header of one byte.
    init?(h264 unit: UnsafeRawBufferPointer) {
        guard unit.count > 4 else { return nil }
        var reader = PayloadReader(UnsafeRawBufferPointer(rebasing: unit[1...]))
        let (profile, constraints, level) = (reader.bits(8), reader.bits(8), reader.bits(8))
        guard reader.unsigned() < 32 else { return nil }
        var chromaFormat: UInt32 = 1
        if Self.extendedProfiles.contains(profile) {
            chromaFormat = reader.unsigned()
            guard chromaFormat <= 3 else { return nil }
            // Three planes coded apart have no chroma to subsample either.
            if chromaFormat == 3 { reader.skip(bits: 1) }
            guard reader.unsigned() <= 6, reader.unsigned() <= 6 else { return nil }
            reader.skip(bits: 1)
            if reader.flag() { reader.skipScalingLists(count: chromaFormat == 3 ? 12 : 8) }
        }
        guard reader.unsigned() <= 12, reader.skipPictureOrder() else { return nil }
        guard reader.unsigned() <= 16 else { return nil }
        reader.skip(bits: 1)
        let columns = Int(reader.unsigned()) + 1
        let rows = Int(reader.unsigned()) + 1
        let isFrameOnly = reader.flag()
        if !isFrameOnly { reader.skip(bits: 1) }
        reader.skip(bits: 1)
        let crop = reader.flag() ? reader.window() : (0, 0)
        guard !reader.isExhausted else { return nil }
        let fields = isFrameOnly ? 1 : 2
        let unit = Self.subsampling(chromaFormat: chromaFormat)
        guard
            let size = Self.size(
                coded: (columns * 16, rows * 16 * fields),
                cropped: (crop.0 * unit.width, crop.1 * unit.height * fields))
        else { return nil }
        self.profile = Self.name(h264: profile, constraints: constraints)
        self.level = Self.level(h264: level, profile: profile, constraints: constraints)
        width = size.width
        height = size.height
        frameRate = reader.flag() ? reader.pictureRate() : nil
    }

    private static func name(h264 profile: UInt32, constraints: UInt32) -> String {
        let isIntra = constraints & 0x10 != 0
        return switch profile {
        case 44: "CAVLC 4:4:4"
        case 66: constraints & 0x40 != 0 ? "Constrained Baseline" : "Baseline"
        case 77: "Main"
        case 88: "Extended"
        case 100: "High"
        case 110: isIntra ? "High 10 Intra" : "High 10"
        case 118: "Multiview High"
        case 122: isIntra ? "High 4:2:2 Intra" : "High 4:2:2"
        case 128: "Stereo High"
        case 244: isIntra ? "High 4:4:4 Intra" : "High 4:4:4 Predictive"
        default: "profile \(profile)"
        }
    }

    /// Level 1b is told by 9, or by 11 and a constraint flag in the older profiles (§ A.3.1).
    private static func level(h264 level: UInt32, profile: UInt32, constraints: UInt32) -> String {
        if level == 9 || level == 11 && constraints & 0x10 != 0 && [66, 77, 88].contains(profile) { return "1b" }
        return "\(level / 10).\(level % 10)"
    }
}

extension PayloadReader {
    /// `seq_scaling_list`s (§ 7.3.2.1.1.1): their values do not matter here, their length does.
    fileprivate mutating func skipScalingLists(count: Int) {
        for index in 0..<count where flag() {
            var last: Int32 = 8
            var next: Int32 = 8
            for _ in 0..<(index < 6 ? 16 : 64) {
                if next != 0 { next = (last &+ signed()) & 0xff }
                if next != 0 { last = next }
                if isExhausted { return }
            }
        }
    }

    /// The fields of `pic_order_cnt_type`; false when they make no sense.
    fileprivate mutating func skipPictureOrder() -> Bool {
        switch unsigned() {
        case 0: return unsigned() <= 12
        case 1:
            skip(bits: 1)
            _ = signed()
            _ = signed()
            let count = unsigned()
            guard count <= 255 else { return false }
            for _ in 0..<count { _ = signed() }
            return true
        case 2: return true
        default: return false
        }
    }

    /// Pictures a second as the VUI says (§ E.2.1): two ticks make a picture.
    fileprivate mutating func pictureRate() -> Double? {
        skipVideoSignal()
        return flag() ? tickRate().map { $0 / 2 } : nil
    }
}
