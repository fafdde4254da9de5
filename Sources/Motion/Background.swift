/// What one pixel of the small picture is, seen against its background; bits of a byte.
enum PixelFlag {
    /// Departs from the background by more than its noise explains.
    static let foreground: UInt8 = 1
    /// Departs from what it was a moment ago.
    static let changed: UInt8 = 2
    /// Belongs to a region that counts as moving; set by the detector after regions are known.
    static let moving: UInt8 = 4
}

/// Time constants and limits of the background; docs/design/motion.md says why they are what they are.
struct BackgroundTuning {
    /// Seconds in which the background follows a slow change (time constant).
    var followSeconds: Float = 12
    /// The same inside what departs from it.
    var slowFollowSeconds: Float = 120
    /// Time constant of the noise estimate, seconds.
    var noiseSeconds: Float = 40
    /// Time constant of the recent past against which change is seen, seconds.
    var recentSeconds: Float = 0.7
    /// Something that came and then stands still is background after this many seconds.
    var absorptionSeconds: Float = 10
    /// Smallest and largest departure that counts, grey levels, whatever the noise.
    var smallestThreshold: Float = 7
    var largestThreshold: Float = 45
    /// Share of the threshold that a change against the recent past needs.
    var changeShare: Float = 0.6
}

/// The background of one camera: per pixel a running mean, a running mean deviation, the recent past and how long the
/// pixel has stood still away from its background.
///
/// Its loops are written for the compiler to do several pixels at once: few arrays each, choices instead of branches,
/// arithmetic that does not trap. They go row by row, so that a row stays in the nearest cache through all of them.
struct Background: ~Copyable {
    let tuning: BackgroundTuning
    private let geometry: PictureGeometry
    private let mean: Plane<Float>
    private let deviation: Plane<Float>
    private let recent: Plane<Float>
    private let standing: Plane<Float>
    /// Of three rows, each where its number modulo three says: the lowest and highest background left and right of each pixel.
    private let rowLow: Plane<Float>
    private let rowHigh: Plane<Float>
    /// Of one row: the lowest and highest background around each pixel.
    private let low: Plane<Float>
    private let high: Plane<Float>
    private let fitter: LightFitter
    /// Standard deviation of the picture's noise as a whole, grey levels: from the median, so that objects do not count.
    private(set) var noise: Float = 0
    /// Pictures learnt since the background was set.
    private(set) var pictures = 0

    init(_ geometry: PictureGeometry, tuning: BackgroundTuning) {
        self.geometry = geometry
        self.tuning = tuning
        let count = geometry.pixelCount
        mean = Plane(count, filledWith: 0)
        deviation = Plane(count, filledWith: 0)
        recent = Plane(count, filledWith: 0)
        standing = Plane(count, filledWith: 0)
        rowLow = Plane(3 * geometry.width, filledWith: 0)
        rowHigh = Plane(3 * geometry.width, filledWith: 0)
        low = Plane(geometry.width, filledWith: 0)
        high = Plane(geometry.width, filledWith: 0)
        fitter = LightFitter(pixelCount: count)
    }

    /// Takes the picture as the background and starts to learn the noise anew.
    mutating func set(_ picture: UnsafePointer<Float>) {
        let count = geometry.pixelCount
        mean.base.update(from: picture, count: count)
        recent.base.update(from: picture, count: count)
        standing.base.update(repeating: 0, count: count)
        pictures = 1
    }

    /// Moves the background to the light of the picture.
    func followLight(of picture: UnsafePointer<Float>, weights: UnsafePointer<UInt8>) {
        let line = fitter.fit(
            picture: picture, background: mean.base, weights: weights, count: geometry.pixelCount)
        guard line != .none else { return }
        let (mean, recent) = (mean.base, recent.base)
        for index in 0..<geometry.pixelCount {
            mean[index] = line.applied(to: mean[index])
            recent[index] = line.applied(to: recent[index])
        }
    }

    /// Compares the picture with the background and the recent past.
    ///
    /// A pixel may equal any grey level between the lowest and highest of the 3 × 3 background pixels around it: a
    /// twig, a shaking mast or a pulsing block edge then stays background.
    ///
    /// - Parameters:
    ///   - picture: Grey levels now.
    ///   - sensitivity: Multiples of the noise a departure must reach.
    ///   - weights: 0 leaves a pixel out, 1 does not.
    ///   - flags: Receives ``PixelFlag/foreground`` and ``PixelFlag/changed``.
    /// - Returns: Number of foreground pixels.
    func classify(
        _ picture: UnsafePointer<Float>, sensitivity: Float, weights: UnsafePointer<UInt8>,
        flags: UnsafeMutablePointer<UInt8>
    ) -> Int {
        let (width, height) = (geometry.width, geometry.height)
        // The first pictures know little of the noise yet.
        let sensitivity = sensitivity * (1 + 2 / Float(max(pictures, 1)))
        var total: UInt32 = 0
        spread(row: 0)
        for row in 0..<height {
            let start = row * width
            if row + 1 < height { spread(row: row + 1) }
            spreadColumns(max(row - 1, 0) % 3 * width, row % 3 * width, min(row + 1, height - 1) % 3 * width)
            classifyRow(
                picture + start, deviation: deviation.base + start, recent: recent.base + start, sensitivity,
                flags: flags + start)
            let (weights, flags) = (weights + start, flags + start)
            for x in 0..<width {
                let flag = flags[x] & (0 &- weights[x])
                flags[x] = flag
                total &+= UInt32(truncatingIfNeeded: flag & PixelFlag.foreground)
            }
        }
        return Int(total)
    }

    private func classifyRow(
        _ picture: UnsafePointer<Float>, deviation: UnsafePointer<Float>, recent: UnsafePointer<Float>,
        _ sensitivity: Float, flags: UnsafeMutablePointer<UInt8>
    ) {
        let (low, high, noise) = (UnsafePointer(low.base), UnsafePointer(high.base), noise)
        let (smallest, largest, changeShare) = (tuning.smallestThreshold, tuning.largestThreshold, tuning.changeShare)
        for x in 0..<geometry.width {
            let value = picture[x]
            let threshold = min(larger(sensitivity * larger(1.25 * deviation[x], noise), smallest), largest)
            let distance = larger(value - high[x], low[x] - value)
            let change = abs(value - recent[x])
            let foreground: UInt8 = distance > threshold ? PixelFlag.foreground : 0
            flags[x] = foreground | (change > threshold * changeShare ? PixelFlag.changed : 0)
        }
    }

    /// Fills ``low`` and ``high`` from three rows of ``rowLow`` and ``rowHigh``, given by where they start.
    private func spreadColumns(_ above: Int, _ middle: Int, _ below: Int) {
        let (low, lows) = (low.base, UnsafePointer(rowLow.base))
        let (lowAbove, lowMiddle, lowBelow) = (lows + above, lows + middle, lows + below)
        for x in 0..<geometry.width { low[x] = min(lowMiddle[x], min(lowAbove[x], lowBelow[x])) }
        let (high, highs) = (high.base, UnsafePointer(rowHigh.base))
        let (highAbove, highMiddle, highBelow) = (highs + above, highs + middle, highs + below)
        for x in 0..<geometry.width { high[x] = larger(highMiddle[x], larger(highAbove[x], highBelow[x])) }
    }

    private func spread(row: Int) {
        let width = geometry.width
        let source = mean.base + row * width
        let low = rowLow.base + row % 3 * width
        let high = rowHigh.base + row % 3 * width
        guard width > 2 else {
            low.update(from: source, count: width)
            high.update(from: source, count: width)
            return
        }
        low[0] = min(source[0], source[1])
        high[0] = larger(source[0], source[1])
        for x in 1..<width - 1 {
            let (left, middle, right) = (source[x - 1], source[x], source[x + 1])
            low[x] = min(left, min(middle, right))
            high[x] = larger(left, larger(middle, right))
        }
        low[width - 1] = min(source[width - 1], source[width - 2])
        high[width - 1] = larger(source[width - 1], source[width - 2])
    }

    /// Learns from the picture: quick where it is background, slow where something is, at once where something has
    /// stood still long enough.
    mutating func learn(_ picture: UnsafePointer<Float>, flags: UnsafePointer<UInt8>, elapsed: Float) {
        pictures += 1
        let rates = Rates(tuning, elapsed: elapsed, pictures: pictures)
        for row in 0..<geometry.height {
            let start = row * geometry.width
            let (picture, flags) = (picture + start, flags + start)
            learnDeviation(at: start, picture, flags, rates)
            learnMean(at: start, picture, flags, rates, elapsed: elapsed)
            let recent = recent.base + start
            for x in 0..<geometry.width { recent[x] += rates.recent * (picture[x] - recent[x]) }
        }
    }

    private static let occupied = PixelFlag.foreground | PixelFlag.moving

    private func learnDeviation(
        at start: Int, _ picture: UnsafePointer<Float>, _ flags: UnsafePointer<UInt8>, _ rates: Rates
    ) {
        let (mean, deviation) = (UnsafePointer(mean.base + start), deviation.base + start)
        for x in 0..<geometry.width {
            let size = min(abs(picture[x] - mean[x]), 64)
            let rate = flags[x] & Self.occupied == 0 ? rates.noise : rates.slowNoise
            deviation[x] += rate * (size - deviation[x])
        }
    }

    private func learnMean(
        at start: Int, _ picture: UnsafePointer<Float>, _ flags: UnsafePointer<UInt8>, _ rates: Rates, elapsed: Float
    ) {
        let (mean, standing, limit) = (mean.base + start, standing.base + start, tuning.absorptionSeconds)
        for x in 0..<geometry.width {
            let isFree = flags[x] & Self.occupied == 0
            // What stands still away from the background waits; all else waits less.
            let shorter = larger(0, standing[x] - (isFree ? elapsed : 2 * elapsed))
            let wait = !isFree && flags[x] & PixelFlag.changed == 0 ? standing[x] + elapsed : shorter
            let moved = mean[x] + (isFree ? rates.follow : rates.slowFollow) * (picture[x] - mean[x])
            mean[x] = wait >= limit ? picture[x] : moved
            standing[x] = wait >= limit ? 0 : wait
        }
    }

    /// Takes the picture's noise in: 1.48 times the median of the departures is their standard deviation.
    mutating func learnNoise(_ picture: UnsafePointer<Float>, weights: UnsafePointer<UInt8>, elapsed: Float) {
        let now =
            1.48
            * fitter.medianDeparture(
                picture: picture, background: mean.base, weights: weights, count: geometry.pixelCount)
        noise += Rates(tuning, elapsed: elapsed, pictures: pictures).picture * (now - noise)
    }

    private struct Rates {
        let follow: Float
        let slowFollow: Float
        let noise: Float
        let slowNoise: Float
        let recent: Float
        let picture: Float

        init(_ tuning: BackgroundTuning, elapsed: Float, pictures: Int) {
            let early = 1 / Float(pictures)
            follow = max(Self.rate(elapsed, tuning.followSeconds), early)
            slowFollow = Self.rate(elapsed, tuning.slowFollowSeconds)
            slowNoise = Self.rate(elapsed, tuning.noiseSeconds)
            noise = max(slowNoise, early)
            recent = Self.rate(elapsed, tuning.recentSeconds)
            picture = max(Self.rate(elapsed, 5), early)
        }

        /// The share by which a mean of that time constant moves (implicit Euler: stable for any step).
        private static func rate(_ elapsed: Float, _ constant: Float) -> Float {
            elapsed / (constant + elapsed)
        }
    }
}
