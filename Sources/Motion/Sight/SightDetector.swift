package import MKDSCore

/// Watches whether the pictures of one camera show its scene: covered, blurred, turned away, too dark, too bright,
/// frozen, looped. docs/design/health.md says how and why.
///
/// Owned by its camera's thread and kept over reconnections, so that a camera turned while it was unplugged is noticed.
/// A new picture size starts the learning anew.
package struct SightDetector: ~Copyable {
    /// A truck may stand before the camera this long.
    static let onset: Duration = .seconds(30)
    static let relief: Duration = .seconds(10)
    /// Distance of looks at the scene: fifteen make an onset, and more would cost more than they tell. Keyframes are all
    /// fingerprinted.
    static let lookInterval: Duration = .seconds(2)
    /// Someone turned the camera for good, or summer became winter: the new scene is learnt.
    static let acceptance: Duration = .seconds(24 * 3600)

    private let ignored: Set<SightTrouble>
    private var judge: SceneJudge?
    private var repeats = RepeatDetector()
    private var scene = SightTracker(onset: onset, relief: relief)
    private var standstill = SightTracker(onset: .zero, relief: .zero)
    private var lastLook: UTCTime?
    /// What the last look at the scene found, before it was believed; nil when all was well.
    package private(set) var lastVerdict: SightTrouble?
    /// Looks at the scene so far.
    package private(set) var lookCount = 0

    /// - Parameter ignored: What this camera is not to be reported for.
    package init(ignoring ignored: Set<SightTrouble> = []) {
        self.ignored = ignored
    }

    /// Looks at a picture.
    ///
    /// - Parameters:
    ///   - luma: Its brightness; read only during the call.
    ///   - isKeyframe: Whether it decodes by itself.
    ///   - time: When it was taken.
    /// - Returns: What became of spells of trouble by it.
    package mutating func look(at luma: LumaView, isKeyframe: Bool, time: UTCTime) -> [SightChange] {
        var changes: [SightChange] = []
        if isKeyframe {
            switch repeats.consume(PictureFingerprint(luma), at: time) {
            case .repeated(let trouble, let since) where !ignored.contains(trouble):
                changes += standstill.consume(trouble, since: since, at: time)
            case .undecided: break
            case .new, .repeated: changes += standstill.consume(nil, at: time)
            }
        }
        let elapsed = lastLook.map { time - $0 } ?? Self.lookInterval
        guard elapsed >= Self.lookInterval || elapsed < .zero else { return changes }
        lastLook = time
        return changes + lookAtScene(luma, elapsed: min(max(elapsed, .zero), SightTracker.longestStep), time)
    }

    /// The stream was lost or the camera withdrawn. What the scene looks like is kept.
    package mutating func close(_ reason: EndReason) -> [SightChange] {
        repeats.reset()
        lastLook = nil
        return scene.reset(reason) + standstill.reset(reason)
    }

    // MARK: -

    private mutating func lookAtScene(_ luma: LumaView, elapsed: Duration, _ time: UTCTime) -> [SightChange] {
        guard var judge = fitting(luma) else { return [] }
        let seen = judge.judge(luma)
        lastVerdict = seen
        lookCount += 1
        let told = seen.flatMap { ignored.contains($0) ? nil : $0 }
        var changes = scene.consume(told, at: time)
        // A camera that may turn is followed; darkness that is not reported is no scene to learn all the same.
        if seen == nil || seen == .turned && told == nil, !scene.isSuspicious { judge.learn(elapsed: elapsed) }
        if let spell = scene.current, spell.trouble == .turned, time - spell.start >= Self.acceptance {
            judge.forget()
            changes += scene.reset(.over)
        }
        self.judge = consume judge
        return changes
    }

    /// The judge of pictures of this size, a new one when the size has changed; nil when they are too small.
    private mutating func fitting(_ luma: LumaView) -> SceneJudge? {
        if let judge = judge.take(), judge.fits(luma) { return judge }
        return SceneJudge(width: luma.width, height: luma.height)
    }
}
