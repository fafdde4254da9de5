internal import MKDSCore

/// Says of one look after the other whether the camera can see its scene. Debouncing is the tracker's affair.
///
/// The limits are shares of what this scene usually shows, not absolute values, save those for light.
struct SceneJudge: ~Copyable {
    /// Video black is 16 and white 235 (ITU-R BT.601); 16 grey levels above black nothing is told apart.
    static let darkLevel: Float = 32
    static let brightLevel: Float = 235
    /// Share of the picture that must be black; a few lamps do not make a scene.
    static let darkShare: Float = 0.95
    /// Share that must be burnt out: snow in the sun leaves walls and trees.
    static let brightShare: Float = 0.75
    /// Share of the landmarks that must be gone: "most of the scene".
    static let coveredShare: Float = 0.7
    /// Something with a pattern of its own may hide the scene; beyond this share of the usual structure it is a scene.
    static let coveredStructure: Float = 0.5
    /// Fine structure below this share of the usual is blur; night, rain and coding were seen to leave more.
    static let blurredDetail: Float = 0.4
    /// The relief of brightness survives blur, but not a cover or a turn.
    static let blurredLayout: Float = 0.6
    /// Correlation below this share of the usual is another scene; switching to infrared was seen to leave more.
    static let turnedMatch: Float = 0.3
    /// A scene that usually correlates less with itself has no landmarks to be known by.
    static let knownMatch: Float = 0.4

    private var measure: SceneMeasure
    private var reference: SceneReference

    /// Nil for a picture too small to show a scene.
    init?(width: Int, height: Int) {
        guard let grid = SceneGrid(width: width, height: height) else { return nil }
        measure = SceneMeasure(grid)
        reference = SceneReference(grid)
    }

    func fits(_ luma: LumaView) -> Bool {
        luma.width == measure.grid.pictureWidth && luma.height == measure.grid.pictureHeight
    }

    /// What keeps this picture from showing the scene; nil when nothing does, or nothing is known of the scene yet.
    func judge(_ luma: LumaView) -> SightTrouble? {
        measure.take(luma)
        if measure.share(where: { $0 < Self.darkLevel }) >= Self.darkShare { return .dark }
        if measure.share(where: { $0 >= Self.brightLevel }) >= Self.brightShare { return .bright }
        guard reference.isLearnt else { return nil }
        let comparison = reference.compare(measure)
        let showsLayout = comparison.layout >= Self.blurredLayout
        if showsLayout, comparison.detail < Self.blurredDetail { return .blurred }
        if comparison.lost >= Self.coveredShare, comparison.structure < Self.coveredStructure {
            return showsLayout ? .blurred : .covered
        }
        if reference.usualMatch >= Self.knownMatch,
            comparison.match < Self.turnedMatch * reference.usualMatch
        {
            return .turned
        }
        return nil
    }

    /// Learns from the picture last judged.
    mutating func learn(elapsed: Duration) {
        reference.learn(measure, elapsed: Float(elapsed.inSeconds))
    }

    /// How the picture last judged stands to the reference; for tests and trials.
    var comparison: SceneReference.Comparison { reference.compare(measure) }

    /// Takes the scene as new.
    mutating func forget() {
        reference = SceneReference(measure.grid)
    }
}
