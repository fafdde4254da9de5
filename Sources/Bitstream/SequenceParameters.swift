/// What a sequence parameter set says of the pictures that follow it.
package struct SequenceParameters: Hashable, Sendable {
    /// FFmpeg's names: `High`, `Main`, `Constrained Baseline`; `profile 77` for one without a name here.
    package var profile: String
    /// `4.1`; `1b`; H.265 of the high tier: `5.1 High`.
    package var level: String
    /// Of the picture shown, cropping taken off, pixels.
    package var width: Int
    /// Of the picture shown, cropping taken off, pixels.
    package var height: Int
    /// Pictures a second as announced (VUI timing); nil when nothing is announced. Many cameras announce what they do not
    /// keep.
    package var frameRate: Double?

    /// No picture is wider or higher; a set that says otherwise is damaged.
    static let sideLimit = 16_384

    /// - Returns: Nil when cropping leaves nothing, or the size is none a camera can have.
    static func size(
        coded: (width: Int, height: Int), cropped: (width: Int, height: Int)
    ) -> (width: Int, height: Int)? {
        let size = (width: coded.width - cropped.width, height: coded.height - cropped.height)
        guard (1...sideLimit).contains(size.width), (1...sideLimit).contains(size.height) else { return nil }
        return size
    }

    /// Horizontal and vertical subsampling of chroma: SubWidthC and SubHeightC (H.264 table 6-1, H.265 table 6-1).
    static func subsampling(chromaFormat: UInt32) -> (width: Int, height: Int) {
        switch chromaFormat {
        case 1: (2, 2)
        case 2: (2, 1)
        default: (1, 1)
        }
    }
}

extension PayloadReader {
    /// The part of the VUI that both standards share, up to what follows the place of chroma samples (H.264 § E.1.1,
    /// H.265 § E.2.1).
    mutating func skipVideoSignal() {
        if flag(), bits(8) == 255 { skip(bits: 32) }
        if flag() { skip(bits: 1) }
        if flag() {
            skip(bits: 4)
            if flag() { skip(bits: 24) }
        }
        if flag() {
            _ = unsigned()
            _ = unsigned()
        }
    }

    /// `num_units_in_tick` and `time_scale`: ticks a second, nil when one of them is 0 or missing.
    mutating func tickRate() -> Double? {
        let (units, scale) = (bits(32), bits(32))
        return isExhausted || units == 0 || scale == 0 ? nil : Double(scale) / Double(units)
    }

    /// Four Exp-Golomb offsets of a window: left + right and top + bottom.
    mutating func window() -> (width: Int, height: Int) {
        let (left, right, top, bottom) = (unsigned(), unsigned(), unsigned(), unsigned())
        return (Int(left) + Int(right), Int(top) + Int(bottom))
    }
}
