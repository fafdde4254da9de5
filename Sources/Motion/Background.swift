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
struct Background: ~Copyable {
    let tuning: BackgroundTuning
    private let geometry: PictureGeometry
    private let mean: Plane<Float>
    private let deviation: Plane<Float>
    private let recent: Plane<Float>
    private let standing: Plane<Float>
    private let rowLow: Plane<Float>
    private let rowHigh: Plane<Float>
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
        rowLow = Plane(count, filledWith: 0)
        rowHigh = Plane(count, filledWith: 0)
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
    ///   - weights: 0 leaves a pixel out.
    ///   - flags: Receives ``PixelFlag/foreground`` and ``PixelFlag/changed``.
    /// - Returns: Number of foreground pixels.
    func classify(
        _ picture: UnsafePointer<Float>, sensitivity: Float, weights: UnsafePointer<UInt8>,
        flags: UnsafeMutablePointer<UInt8>
    ) -> Int {
        spreadRows()
        let (width, height) = (geometry.width, geometry.height)
        // The first pictures know little of the noise yet.
        let sensitivity = sensitivity * (1 + 2 / Float(max(pictures, 1)))
        var total = 0
        for row in 0..<height {
            let start = row * width
            let above = max(row - 1, 0) * width
            let below = min(row + 1, height - 1) * width
            for x in 0..<width {
                let index = start + x
                let low = min(rowLow.base[index], min(rowLow.base[above + x], rowLow.base[below + x]))
                let high = max(rowHigh.base[index], max(rowHigh.base[above + x], rowHigh.base[below + x]))
                let value = picture[index]
                let threshold = min(
                    max(sensitivity * max(1.25 * deviation.base[index], noise), tuning.smallestThreshold),
                    tuning.largestThreshold)
                let distance = max(value - high, low - value)
                let change = abs(value - recent.base[index])
                var flag: UInt8 = distance > threshold ? PixelFlag.foreground : 0
                if change > threshold * tuning.changeShare { flag |= PixelFlag.changed }
                if weights[index] == 0 { flag = 0 }
                flags[index] = flag
                total += Int(flag & PixelFlag.foreground)
            }
        }
        return total
    }

    private func spreadRows() {
        let width = geometry.width
        for row in 0..<geometry.height {
            let source = mean.base + row * width
            let low = rowLow.base + row * width
            let high = rowHigh.base + row * width
            guard width > 2 else {
                low.update(from: source, count: width)
                high.update(from: source, count: width)
                continue
            }
            low[0] = min(source[0], source[1])
            high[0] = max(source[0], source[1])
            for x in 1..<width - 1 {
                let (left, middle, right) = (source[x - 1], source[x], source[x + 1])
                low[x] = min(left, min(middle, right))
                high[x] = max(left, max(middle, right))
            }
            low[width - 1] = min(source[width - 1], source[width - 2])
            high[width - 1] = max(source[width - 1], source[width - 2])
        }
    }

    /// Learns from the picture: quick where it is background, slow where something is, at once where something has
    /// stood still long enough.
    mutating func learn(_ picture: UnsafePointer<Float>, flags: UnsafePointer<UInt8>, elapsed: Float) {
        pictures += 1
        let rates = Rates(tuning, elapsed: elapsed, pictures: pictures)
        let (mean, deviation, recent, standing) = (mean.base, deviation.base, recent.base, standing.base)
        for index in 0..<geometry.pixelCount {
            let value = picture[index]
            let flag = flags[index]
            let away = value - mean[index]
            let size = min(abs(away), 64)
            var wait = standing[index]
            var follow = rates.follow
            if flag & (PixelFlag.foreground | PixelFlag.moving) == 0 {
                deviation[index] += rates.noise * (size - deviation[index])
                wait = max(0, wait - elapsed)
            } else {
                follow = rates.slowFollow
                deviation[index] += rates.slowNoise * (size - deviation[index])
                wait = flag & PixelFlag.changed == 0 ? wait + elapsed : max(0, wait - 2 * elapsed)
            }
            if wait >= tuning.absorptionSeconds {
                wait = 0
                mean[index] = value
            } else {
                mean[index] += follow * away
            }
            standing[index] = wait
            recent[index] += rates.recent * (value - recent[index])
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
