package import MKDSCore

/// Finds what moves in the pictures of one camera, by comparing each with a background learnt from those before.
///
/// Owned by the thread of its camera; it keeps no reference to a picture. A new picture size starts it anew.
package struct MotionDetector: ~Copyable {
    /// Share of the picture that must depart at once to be taken as a change of the whole scene, not as motion in it.
    static let globalShare: Float = 0.45
    /// One in so many pixels of a region must have changed for it to count as moving.
    static let changeShare = 16
    /// Pixels of the small picture below which no region counts, whatever the minimum area: noise makes such.
    static let smallestPixelCount = 10
    /// Pictures at the start from which nothing is reported, and the least time they span.
    static let learningPictures = 3
    static let learningSpan: Duration = .milliseconds(300)

    private let settings: MotionSettings
    private let tuning: BackgroundTuning
    private var scene: Scene?

    package init(settings: MotionSettings) {
        self.init(settings: settings, tuning: BackgroundTuning())
    }

    init(settings: MotionSettings, tuning: BackgroundTuning) {
        self.settings = settings
        self.tuning = tuning
    }

    /// Forgets everything learnt: the stream was lost or another one begins.
    package mutating func reset() {
        scene = nil
    }

    /// Looks at the next picture.
    ///
    /// - Parameters:
    ///   - luma: Brightness of the picture; read only during the call.
    ///   - time: Media time of the picture. A step backwards, or by more than a minute, starts the learning anew.
    /// - Returns: What moved in it.
    package mutating func analyse(_ luma: LumaView, at time: Duration) -> MotionSample {
        if var scene = scene.take() {
            if scene.fits(luma, at: time) {
                let sample = scene.analyse(luma, at: time)
                self.scene = consume scene
                return sample
            }
        }
        scene = Scene(luma, at: time, settings: settings, tuning: tuning)
        return MotionSample(time: time, suppression: .learning)
    }
}

/// Everything learnt about one scene in one picture size.
struct Scene: ~Copyable {
    private let geometry: PictureGeometry
    private let shrinker: Shrinker
    private let finder: RegionFinder
    private var background: Background
    private let picture: Plane<Float>
    private let flags: Plane<UInt8>
    private let weights: Plane<UInt8>
    private let sensitivity: Float
    private let unmasked: Int
    private let smallestArea: Int
    private var learningSince: Duration
    private var last: Duration
    private var lastShare: Float = 0

    init(_ luma: LumaView, at time: Duration, settings: MotionSettings, tuning: BackgroundTuning) {
        geometry = PictureGeometry(width: luma.width, height: luma.height)
        shrinker = Shrinker(geometry)
        finder = RegionFinder(geometry)
        background = Background(geometry, tuning: tuning)
        let count = geometry.pixelCount
        picture = Plane(count, filledWith: 0)
        flags = Plane(count, filledWith: 0)
        weights = Plane(count, filledWith: 1)
        MaskRaster.clear(settings.masks, in: weights.base, width: geometry.width, height: geometry.height)
        var open = 0
        for index in 0..<count { open += Int(weights.base[index]) }
        unmasked = open
        let area = settings.minimumArea.isFinite ? min(max(settings.minimumArea, 0), 1) : 0.001
        smallestArea = max(Int((area * Double(count)).rounded()), MotionDetector.smallestPixelCount)
        sensitivity = settings.sensitivity.isFinite ? Float(min(max(settings.sensitivity, 1), 50)) : 4
        learningSince = time
        last = time
        shrinker.shrink(luma, into: picture.base)
        background.set(picture.base)
    }

    func fits(_ luma: LumaView, at time: Duration) -> Bool {
        luma.width == geometry.sourceWidth && luma.height == geometry.sourceHeight && time >= last
            && time - last <= .seconds(60)
    }

    mutating func analyse(_ luma: LumaView, at time: Duration) -> MotionSample {
        let elapsed = Float((time - last).inSeconds)
        last = time
        shrinker.shrink(luma, into: picture.base)
        background.followLight(of: picture.base, weights: weights.base)
        let foreground = background.classify(
            picture.base, sensitivity: sensitivity, weights: weights.base, flags: flags.base)
        let share = Float(foreground) / Float(max(unmasked, 1))
        defer { lastShare = share }
        if share > MotionDetector.globalShare, share - lastShare > MotionDetector.globalShare / 2 {
            background.set(picture.base)
            learningSince = time
            return MotionSample(time: time, suppression: .globalChange)
        }
        // Most pictures hold too little for any region.
        let sample = foreground < smallestArea / 2 ? MotionSample(time: time) : sample(at: time)
        background.learn(picture.base, flags: flags.base, elapsed: elapsed)
        background.learnNoise(picture.base, weights: weights.base, elapsed: elapsed)
        let learning =
            background.pictures <= MotionDetector.learningPictures
            || time - learningSince < MotionDetector.learningSpan
        return learning ? MotionSample(time: time, suppression: .learning) : sample
    }

    private func sample(at time: Duration) -> MotionSample {
        var sample = MotionSample(time: time)
        var area = 0
        var lingeringArea = 0
        for region in finder.regions(in: flags.base, smallest: smallestArea / 2) where isMoving(region) {
            finder.mark(region, in: flags.base)
            finder.insertCells(of: region, into: &sample.cells)
            let box = finder.box(of: region)
            sample.box = sample.box?.union(box) ?? box
            lingeringArea += region.area
            if region.area >= smallestArea { area += region.area }
        }
        sample.share = Float(area) / Float(max(unmasked, 1))
        sample.lingeringShare = Float(lingeringArea) / Float(max(unmasked, 1))
        return sample
    }

    /// A region that departs from the background but does not change is a thing left or a place vacated.
    private func isMoving(_ region: Region) -> Bool {
        region.changed >= max(Int(RegionFinder.blockQuorum), region.area / MotionDetector.changeShare)
    }
}
