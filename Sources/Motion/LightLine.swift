/// The change of light between background and picture as a straight line: `picture ≈ gain · background + offset`.
///
/// Fitted like Tukey's resistant line: medians of the differences in the darker and in the brighter half of the
/// background. An object must cover half of one of them to disturb it, and then the fit is dropped because it explains
/// the picture worse than no change does.
struct LightLine: Equatable {
    static let none = LightLine(gain: 1, offset: 0)

    var gain: Float
    var offset: Float

    func applied(to value: Float) -> Float { value * gain + offset }
}

/// Fits a ``LightLine``; owns the histograms it needs.
struct LightFitter: ~Copyable {
    /// Differences are counted in steps of a quarter grey level, from -256 to +256.
    private static let steps = 2048
    private static let perLevel: Float = 4
    /// Share of the differences that may remain after a change of light that is followed at once.
    private static let worthwhile: Float = 0.7
    /// Every how many pixels one is looked at.
    private let stride: Int
    private let dark: Plane<Int32>
    private let bright: Plane<Int32>
    private let levels: Plane<Int32>

    init(pixelCount: Int) {
        // Medians of eight thousand are as good; no width in use is a multiple of seven but by chance.
        stride = pixelCount > 16_384 ? 7 : 1
        dark = Plane(Self.steps, filledWith: 0)
        bright = Plane(Self.steps, filledWith: 0)
        levels = Plane(256, filledWith: 0)
    }

    /// - Parameters:
    ///   - picture: Grey levels now.
    ///   - background: Grey levels expected.
    ///   - weights: 0 leaves a pixel out (masked).
    ///   - count: Pixels in each of the three.
    /// - Returns: The line that explains most of the picture, or none.
    func fit(
        picture: UnsafePointer<Float>, background: UnsafePointer<Float>, weights: UnsafePointer<UInt8>, count: Int
    ) -> LightLine {
        levels.base.update(repeating: 0, count: 256)
        var total: Int32 = 0
        var index = 0
        while index < count {
            if weights[index] != 0 {
                levels.base[Int(min(max(background[index], 0), 255))] += 1
                total += 1
            }
            index += stride
        }
        guard total >= 16 else { return .none }
        let split = Self.quantile(levels.base, 256, total / 2)
        dark.base.update(repeating: 0, count: Self.steps)
        bright.base.update(repeating: 0, count: Self.steps)
        var darkTotal: Int32 = 0
        var darkSum: Float = 0
        var brightSum: Float = 0
        index = 0
        while index < count {
            if weights[index] != 0 {
                let expected = background[index]
                let step = Int((picture[index] - expected + 256) * Self.perLevel)
                let bin = min(max(step, 0), Self.steps - 1)
                if Int(min(max(expected, 0), 255)) < split {
                    dark.base[bin] += 1
                    darkTotal += 1
                    darkSum += expected
                } else {
                    bright.base[bin] += 1
                    brightSum += expected
                }
            }
            index += stride
        }
        let candidates = candidates(
            darkTotal: darkTotal, brightTotal: total - darkTotal, darkSum: darkSum, brightSum: brightSum)
        return best(candidates, picture: picture, background: background, weights: weights, count: count)
    }

    /// Median of `|picture - background|` in grey levels, 0 when all is masked.
    func medianDeparture(
        picture: UnsafePointer<Float>, background: UnsafePointer<Float>, weights: UnsafePointer<UInt8>, count: Int
    ) -> Float {
        dark.base.update(repeating: 0, count: Self.steps)
        var total: Int32 = 0
        var index = 0
        while index < count {
            if weights[index] != 0 {
                // Sixteen steps a level here: still pictures are quieter than a quarter level.
                let step = Int(abs(picture[index] - background[index]) * Self.perLevel * 4)
                dark.base[min(step, Self.steps - 1)] += 1
                total += 1
            }
            index += stride
        }
        guard total > 0 else { return 0 }
        return (Float(Self.quantile(dark.base, Self.steps, total / 2)) + 0.5) / (Self.perLevel * 4)
    }

    private func candidates(
        darkTotal: Int32, brightTotal: Int32, darkSum: Float, brightSum: Float
    ) -> (LightLine, LightLine) {
        let shiftOfDark = Self.median(dark.base, darkTotal)
        let shiftOfBright = Self.median(bright.base, brightTotal)
        let middle: Float
        if darkTotal > brightTotal { middle = shiftOfDark } else { middle = shiftOfBright }
        let shift = LightLine(gain: 1, offset: middle)
        guard darkTotal > 0, brightTotal > 0 else { return (shift, shift) }
        let (darkMean, brightMean) = (darkSum / Float(darkTotal), brightSum / Float(brightTotal))
        guard brightMean - darkMean > 8 else { return (shift, shift) }
        let slope = (shiftOfBright - shiftOfDark) / (brightMean - darkMean)
        guard slope > -0.9, slope < 4 else { return (shift, shift) }
        return (shift, LightLine(gain: 1 + slope, offset: shiftOfDark - slope * darkMean))
    }

    /// The candidate, or no change, that leaves clearly the least difference; each pixel's say is limited, objects count little.
    private func best(
        _ candidates: (LightLine, LightLine), picture: UnsafePointer<Float>, background: UnsafePointer<Float>,
        weights: UnsafePointer<UInt8>, count: Int
    ) -> LightLine {
        let (shift, line) = candidates
        var costs: (Float, Float, Float) = (0, 0, 0)
        var index = 0
        while index < count {
            if weights[index] != 0 {
                let (value, expected) = (picture[index], background[index])
                costs.0 += min(abs(value - expected), 24)
                costs.1 += min(abs(value - shift.applied(to: expected)), 24)
                costs.2 += min(abs(value - line.applied(to: expected)), 24)
            }
            index += stride
        }
        // Light that changed only in a part of the picture must not be spread over the whole for a small gain.
        let bar = costs.0 * Self.worthwhile
        if costs.2 < costs.1, costs.2 < bar { return line }
        return costs.1 < bar ? shift : .none
    }

    private static func median(_ histogram: UnsafePointer<Int32>, _ total: Int32) -> Float {
        guard total > 0 else { return 0 }
        let bin = quantile(histogram, steps, total / 2)
        return (Float(bin) + 0.5) / perLevel - 256
    }

    private static func quantile(_ histogram: UnsafePointer<Int32>, _ size: Int, _ rank: Int32) -> Int {
        var seen: Int32 = 0
        for bin in 0..<size {
            seen += histogram[bin]
            if seen > rank { return bin }
        }
        return size - 1
    }
}
