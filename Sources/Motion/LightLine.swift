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

    /// By how much a grey level changes, without sign.
    func change(of value: Float) -> Float { abs(applied(to: value) - value) }
}

/// Fits a ``LightLine``; owns the samples and histograms it needs.
struct LightFitter: ~Copyable {
    /// Differences are counted in steps of a quarter grey level, from -256 to +256.
    private static let steps = 2048
    private static let perLevel: Float = 4
    /// Share of the differences that may remain after a change of light that is followed at once.
    private static let worthwhile: Float = 0.7
    /// How much one pixel may say, grey levels: objects count little.
    private static let say: Float = 24
    /// Every how many pixels one is looked at.
    private let stride: Int
    /// The pixels looked at, of picture and background, without those between: so they fit into the nearest cache.
    private let values: Plane<Float>
    private let expectations: Plane<Float>
    /// How often each difference occurs, of dark pixels and behind them of bright ones.
    private let differences: Plane<Int32>
    private let levels: Plane<Int32>

    init(pixelCount: Int) {
        // Medians of eight thousand are as good; no width in use is a multiple of seven but by chance.
        stride = pixelCount > 16_384 ? 7 : 1
        values = Plane((pixelCount + stride - 1) / stride, filledWith: 0)
        expectations = Plane((pixelCount + stride - 1) / stride, filledWith: 0)
        differences = Plane(2 * Self.steps, filledWith: 0)
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
        let total = gather(picture, background, weights, count)
        guard total >= 16 else { return .none }
        let split = Self.quantile(levels.base, 256, Int32(total) / 2)
        differences.base.update(repeating: 0, count: 2 * Self.steps)
        var darkTotal: Int32 = 0
        var darkSum: Float = 0
        var brightSum: Float = 0
        // What remains without a change of light, and the span of the background.
        var cost: Float = 0
        var (lowest, highest) = (Float.infinity, -Float.infinity)
        for index in 0..<total {
            let (value, expected) = (values.base[index], expectations.base[index])
            let difference = value - expected
            cost += min(abs(difference), Self.say)
            lowest = min(lowest, expected)
            highest = larger(highest, expected)
            let bin = min(max(Int((difference + 256) * Self.perLevel), 0), Self.steps - 1)
            // Choices, not branches: nobody can foretell whether a pixel is a dark one.
            let isDark = Self.level(expected) < split
            differences.base[isDark ? bin : bin &+ Self.steps] &+= 1
            darkTotal &+= isDark ? 1 : 0
            darkSum += isDark ? expected : 0
            brightSum += isDark ? 0 : expected
        }
        let (shift, line) = candidates(
            darkTotal: darkTotal, brightTotal: Int32(total) - darkTotal, darkSum: darkSum, brightSum: brightSum)
        // No pixel comes closer by more than the light changes there, so a small change cannot be worth while.
        let most = larger(
            larger(shift.change(of: lowest), shift.change(of: highest)),
            larger(line.change(of: lowest), line.change(of: highest)))
        if Float(total) * most < 0.98 * (1 - Self.worthwhile) * cost { return .none }
        return best(shift, line, total: total, unchanged: cost)
    }

    /// Collects the pixels to look at, and how often the background has each level; returns how many they are.
    private func gather(
        _ picture: UnsafePointer<Float>, _ background: UnsafePointer<Float>, _ weights: UnsafePointer<UInt8>,
        _ count: Int
    ) -> Int {
        levels.base.update(repeating: 0, count: 256)
        var total = 0
        var index = 0
        while index < count {
            values.base[total] = picture[index]
            expectations.base[total] = background[index]
            let counts = weights[index] != 0
            levels.base[Self.level(background[index])] &+= counts ? 1 : 0
            total &+= counts ? 1 : 0
            index &+= stride
        }
        return total
    }

    private static func level(_ value: Float) -> Int { Int(min(max(value, 0), 255)) }

    /// Median of `|picture - background|` in grey levels, 0 when all is masked.
    func medianDeparture(
        picture: UnsafePointer<Float>, background: UnsafePointer<Float>, weights: UnsafePointer<UInt8>, count: Int
    ) -> Float {
        differences.base.update(repeating: 0, count: Self.steps)
        var total: Int32 = 0
        var index = 0
        while index < count {
            if weights[index] != 0 {
                // Sixteen steps a level here: still pictures are quieter than a quarter level.
                let step = Int(abs(picture[index] - background[index]) * Self.perLevel * 4)
                differences.base[min(step, Self.steps - 1)] &+= 1
                total += 1
            }
            index += stride
        }
        guard total > 0 else { return 0 }
        return (Float(Self.quantile(differences.base, Self.steps, total / 2)) + 0.5) / (Self.perLevel * 4)
    }

    private func candidates(
        darkTotal: Int32, brightTotal: Int32, darkSum: Float, brightSum: Float
    ) -> (LightLine, LightLine) {
        let shiftOfDark = Self.median(differences.base, darkTotal)
        let shiftOfBright = Self.median(differences.base + Self.steps, brightTotal)
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

    /// The candidate, or no change, that leaves clearly the least difference.
    private func best(_ shift: LightLine, _ line: LightLine, total: Int, unchanged: Float) -> LightLine {
        var costs: (shift: Float, line: Float) = (0, 0)
        for index in 0..<total {
            let (value, expected) = (values.base[index], expectations.base[index])
            costs.shift += min(abs(value - shift.applied(to: expected)), Self.say)
            costs.line += min(abs(value - line.applied(to: expected)), Self.say)
        }
        // Light that changed only in a part of the picture must not be spread over the whole for a small gain.
        let bar = unchanged * Self.worthwhile
        if costs.line < costs.shift, costs.line < bar { return line }
        return costs.shift < bar ? shift : .none
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
