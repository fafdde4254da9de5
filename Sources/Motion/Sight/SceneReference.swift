/// What a camera's scene usually looks like, learnt from pictures found clear, and how a picture compares with it.
///
/// It follows dusk and dawn with a time constant of ten minutes. What it compares are edges and the relief of
/// brightness, each after its large shapes were taken away and by correlation: neither the amount of light nor its fall
/// from sky to street counts, only where things are.
struct SceneReference: ~Copyable {
    /// What the scene needs to be known by: looks and seconds before the first verdict.
    static let learningLooks = 10
    static let learningSeconds: Float = 30
    /// How fast it follows the clear scene, seconds: slower than a truck stands, faster than dusk falls.
    static let followSeconds: Float = 600
    /// Cells with at least this share of the mean structure are the scene's landmarks, and at least that many grey
    /// levels: below it is what coding leaves.
    static let landmarkShare: Float = 0.5
    static let landmarkLevel: Float = 0.5
    /// With fewer landmarks than this share of the cells no verdict on the scene is given: fog, an empty wall.
    static let landmarksNeeded: Float = 0.05

    let grid: SceneGrid
    private let structure: Plane<Float>
    private let layout: Plane<Float>
    private let edges: Plane<Float>
    private let ratios: Plane<Float>
    private(set) var meanStructure: Float = 0
    /// Fine structure in proportion to the contrast of large shapes, so that light cancels out.
    private(set) var detail: Float = 0
    /// How well a clear picture usually correlates, 0…1.
    private(set) var usualMatch: Float = 0
    private var looks = 0
    private var seconds: Float = 0

    init(_ grid: SceneGrid) {
        self.grid = grid
        structure = Plane(grid.count, filledWith: 0)
        layout = Plane(grid.count, filledWith: 0)
        edges = Plane(grid.count, filledWith: 0)
        ratios = Plane(grid.count, filledWith: 0)
    }

    var isLearnt: Bool { looks >= Self.learningLooks && seconds >= Self.learningSeconds }

    /// How a picture stands to the reference.
    struct Comparison {
        /// Correlation of edges, and of the relief of brightness, −1…1.
        var edges: Float
        var layout: Float
        /// Share of the landmarks that have lost their structure, 0…1; 0 when there are too few.
        var lost: Float
        /// Fine structure against the usual, 1 when equal.
        var detail: Float
        /// All structure against the usual.
        var structure: Float

        var match: Float { max(edges, layout) }
    }

    func compare(_ measure: borrowing SceneMeasure) -> Comparison {
        Comparison(
            edges: correlation(measure.edges.base, edges.base), layout: correlation(measure.layout.base, layout.base),
            lost: lostShare(measure.structure.base),
            detail: Self.detail(of: measure) / max(detail, .leastNormalMagnitude),
            structure: measure.meanStructure / max(meanStructure, .leastNormalMagnitude))
    }

    /// Learns from a picture found clear.
    mutating func learn(_ measure: borrowing SceneMeasure, elapsed: Float) {
        looks += 1
        seconds += elapsed
        let follow = max(min(1, elapsed / Self.followSeconds), 1 / Float(looks))
        if looks > 1 {
            let match = compare(measure).match
            usualMatch += max(follow, 1 / Float(looks - 1)) * (match - usualMatch)
        }
        Self.move(structure.base, to: measure.structure.base, by: follow, count: grid.count)
        Self.move(layout.base, to: measure.layout.base, by: follow, count: grid.count)
        Self.move(edges.base, to: measure.edges.base, by: follow, count: grid.count)
        meanStructure += follow * (measure.meanStructure - meanStructure)
        detail += follow * (Self.detail(of: measure) - detail)
    }

    // MARK: -

    private static func move(
        _ values: UnsafeMutablePointer<Float>, to goal: UnsafePointer<Float>, by share: Float, count: Int
    ) {
        for index in 0..<count { values[index] += share * (goal[index] - values[index]) }
    }

    private static func detail(of measure: borrowing SceneMeasure) -> Float {
        measure.meanStructure / (measure.contrast + 1)
    }

    private func correlation(_ picture: UnsafePointer<Float>, _ reference: UnsafePointer<Float>) -> Float {
        var (product, left, right): (Float, Float, Float) = (0, 0, 0)
        for index in 0..<grid.count {
            product += picture[index] * reference[index]
            left += picture[index] * picture[index]
            right += reference[index] * reference[index]
        }
        let size = (left * right).squareRoot()
        return size > 0 ? product / size : 0
    }

    /// Landmarks with less than three tenths of what the best kept tenth has kept: so dusk, which takes from all alike,
    /// loses none, and a hand before half of the lens loses half.
    private func lostShare(_ now: UnsafePointer<Float>) -> Float {
        let least = max(Self.landmarkShare * meanStructure, Self.landmarkLevel)
        var count = 0
        for index in 0..<grid.count where structure.base[index] >= least {
            ratios.base[count] = now[index] / structure.base[index]
            count += 1
        }
        guard Float(count) >= Self.landmarksNeeded * Float(grid.count), count > 0 else { return 0 }
        var sorted = UnsafeMutableBufferPointer(start: ratios.base, count: count)
        sorted.sort()
        let kept = min(1, sorted[count * 9 / 10])
        // Everything gone: there is no best kept part to go by.
        guard kept >= 0.15 else { return 1 }
        return Float(sorted.prefix { $0 < 0.3 * kept }.count) / Float(count)
    }
}
