extension SequenceParameters {
    /// Reads a sequence parameter set of H.265 (ITU-T H.265 § 7.3.2.2.1).
    /// Nil when it ends too early or makes no sense; what follows the size only tells the frame rate.
    ///
    /// - Parameter unit: The NAL unit with its header of two bytes.
    init?(h265 unit: UnsafeRawBufferPointer) {
        guard unit.count > 8 else { return nil }
        var reader = PayloadReader(UnsafeRawBufferPointer(rebasing: unit[2...]))
        reader.skip(bits: 4)
        let subLayers = Int(reader.bits(3))
        reader.skip(bits: 1)
        guard subLayers < 7 else { return nil }
        let tier = reader.profileTierLevel(subLayers: subLayers)
        guard reader.unsigned() < 16 else { return nil }
        let chromaFormat = reader.unsigned()
        guard chromaFormat <= 3 else { return nil }
        if chromaFormat == 3 { reader.skip(bits: 1) }
        let coded = (width: Int(reader.unsigned()), height: Int(reader.unsigned()))
        let crop = reader.flag() ? reader.window() : (0, 0)
        guard !reader.isExhausted else { return nil }
        let unit = Self.subsampling(chromaFormat: chromaFormat)
        guard let size = Self.size(coded: coded, cropped: (crop.0 * unit.width, crop.1 * unit.height)) else {
            return nil
        }
        profile = tier.profile
        level = tier.level
        width = size.width
        height = size.height
        frameRate = reader.pictureRate(subLayers: subLayers)
    }
}

extension PayloadReader {
    /// `profile_tier_level` (§ 7.3.3), the general part as names.
    fileprivate mutating func profileTierLevel(subLayers: Int) -> (profile: String, level: String) {
        skip(bits: 2)
        let isHighTier = flag()
        let profile = bits(5)
        skip(bits: 32 + 48)
        let level = bits(8)
        var lengths = 0
        for _ in 0..<subLayers { lengths += (flag() ? 88 : 0) + (flag() ? 8 : 0) }
        if subLayers > 0 { skip(bits: 2 * (8 - subLayers)) }
        skip(bits: lengths)
        let name =
            switch profile {
            case 1: "Main"
            case 2: "Main 10"
            case 3: "Main Still Picture"
            case 4: "Rext"
            default: "profile \(profile)"
            }
        return (name, "\(level / 30).\(level % 30 / 3)" + (isHighTier ? " High" : ""))
    }

    /// Reads on from the bit depth to the timing of the VUI (§ E.2.1): pictures a second.
    fileprivate mutating func pictureRate(subLayers: Int) -> Double? {
        guard unsigned() <= 8, unsigned() <= 8 else { return nil }
        let orderBits = unsigned()
        guard orderBits <= 12 else { return nil }
        let orderings = flag() ? subLayers + 1 : 1
        for _ in 0..<3 * orderings { _ = unsigned() }
        for _ in 0..<6 { _ = unsigned() }
        if flag(), flag() { skipScalingLists() }
        skip(bits: 2)
        if flag() {
            skip(bits: 8)
            _ = unsigned()
            _ = unsigned()
            skip(bits: 1)
        }
        guard skipReferenceSets() else { return nil }
        if flag() {
            let count = unsigned()
            guard count <= 32 else { return nil }
            skip(bits: Int(count) * Int(orderBits + 5))
        }
        skip(bits: 2)
        guard flag(), !isExhausted else { return nil }
        skipVideoSignal()
        skip(bits: 3)
        if flag() { _ = window() }
        return flag() ? tickRate() : nil
    }

    /// `scaling_list_data` (§ 7.3.4).
    private mutating func skipScalingLists() {
        for size in 0..<4 {
            for _ in stride(from: 0, to: 6, by: size == 3 ? 3 : 1) {
                if isExhausted { return }
                guard flag() else {
                    _ = unsigned()
                    continue
                }
                if size > 1 { _ = signed() }
                for _ in 0..<min(64, 1 << (4 + 2 * size)) { _ = signed() }
            }
        }
    }

    /// The short-term reference picture sets (§ 7.3.7); false when they make no sense.
    private mutating func skipReferenceSets() -> Bool {
        let count = unsigned()
        guard count <= 64 else { return false }
        // How many pictures the set before refers to.
        var pictures = 0
        for index in 0..<count {
            if isExhausted { return false }
            if index > 0, flag() {
                skip(bits: 1)
                _ = unsigned()
                // A picture is kept when it is used, or when it is said to be kept though it is not used.
                pictures = (0...pictures).reduce(0) { kept, _ in flag() || flag() ? kept + 1 : kept }
            } else {
                let (before, after) = (unsigned(), unsigned())
                guard before <= 16, after <= 16 else { return false }
                pictures = Int(before + after)
                for _ in 0..<pictures {
                    _ = unsigned()
                    skip(bits: 1)
                }
            }
            guard pictures <= 32 else { return false }
        }
        return true
    }
}
