internal import MKDSCore

/// Finds keyframes that come back: the same one again and again (frozen), or a stretch of them (looped).
///
/// A replay has to begin at a keyframe, and it decodes to the same pixels, so two keyframes in a row that stood in a row
/// before are a replay. Pure; about 32 KB for a camera.
struct RepeatDetector: Sendable {
    /// A picture must have stood this long: HTTP cameras send the same JPEG twice when they have no newer one.
    static let standingSpan: Duration = .seconds(2)
    /// Keyframes remembered, 17 minutes of 0.5 s GOPs and over an hour of 2 s ones: the longest loop that is found.
    static let memory = 2048
    /// New keyframes that end it. One may come where a loop joins its own beginning.
    static let newKeyframes = 2

    /// What a keyframe says.
    enum Finding: Equatable {
        case new
        /// It may be new, or only stand where a loop joins.
        case undecided
        case repeated(SightTrouble, since: UTCTime)
    }

    private var ring: [UInt64] = []
    private var next = 0
    private var last: UInt64?
    private var lastTime: UTCTime?
    /// When the picture that stands came first.
    private var standingSince: UTCTime?
    private var open: SightTrouble?
    private var misses = 0

    /// Takes the fingerprint of a keyframe in.
    ///
    /// - Parameters:
    ///   - fingerprint: Of its brightness; nil for one that says nothing, which ends nothing and proves nothing.
    ///   - time: When it was taken.
    /// - Returns: What keyframes do at this moment.
    mutating func consume(_ fingerprint: PictureFingerprint?, at time: UTCTime) -> Finding {
        guard let value = fingerprint?.value else { return open == nil ? .new : .undecided }
        defer { remember(value, at: time) }
        if value == last {
            let since = standingSince ?? time
            if open == .frozen || time - since >= Self.standingSpan { return found(.frozen, since) }
            return open == nil ? .new : .undecided
        }
        standingSince = time
        if let last, follows(value, last) { return found(.looped, lastTime ?? time) }
        misses += 1
        if misses >= Self.newKeyframes || open == .frozen { open = nil }
        return open == nil ? .new : .undecided
    }

    /// Forgets the stream: what comes next is another one.
    mutating func reset() {
        self = RepeatDetector()
    }

    // MARK: -

    private mutating func found(_ trouble: SightTrouble, _ since: UTCTime) -> Finding {
        misses = 0
        open = trouble
        return .repeated(trouble, since: since)
    }

    /// Whether the two keyframes stood in this order before.
    private func follows(_ value: UInt64, _ predecessor: UInt64) -> Bool {
        guard ring.count > 2 else { return false }
        return ring.withUnsafeBufferPointer { ring in
            // The youngest is the predecessor itself; the place before the oldest belongs to another time.
            let oldest = ring.count < Self.memory ? 0 : next
            for index in ring.indices where ring[index] == value && index != oldest {
                if ring[index == 0 ? ring.count - 1 : index - 1] == predecessor { return true }
            }
            return false
        }
    }

    private mutating func remember(_ value: UInt64, at time: UTCTime) {
        // A picture that stands fills one place, so that it does not drive out what a loop is known by.
        if value != last {
            if ring.count < Self.memory { ring.append(value) } else { ring[next] = value }
            next = (next + 1) % Self.memory
        }
        last = value
        lastTime = time
    }
}
