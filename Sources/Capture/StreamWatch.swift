package import MKDSCore

/// Tells what changes in a camera's stream, calmly. Pure, and older than one connection: a camera that comes back with
/// other settings is noticed. A restart of capture begins anew: what is seen first is no change.
///
/// | what | counts when | and again after |
/// |---|---|---|
/// | codec, picture size | a whole keyframe has it and says so, or two pictures in a row have it | at once, 10 in 10 minutes |
/// | profile | two keyframes in a row say it | 10 minutes |
/// | frame rate | three whole minutes agree (10 %) and differ from what was told last by a fifth | an hour |
/// | distance of keyframes | the same | an hour |
/// | signing, metadata tracks | seen, or not seen for ``StreamDetailsMeter/signingPatience`` | 10 minutes |
///
/// What changes again sooner is told when the time has come, if it still differs from what was told last. So a camera
/// that never rests yields at most 50 events an hour of all but codec and size, and 66 of these. The last of ten
/// minutes that had more than enough says so: `changed from picture size 640x360 to 1920x1080/640x360/…`.
package struct StreamWatch: Sendable {
    /// What follows from a decoded picture.
    package enum Verdict: Hashable, Sendable {
        case same
        /// Of another shape, which does not count yet.
        case doubtful
        /// Another shape counts from now on; without changes where it is the first one.
        case new([StreamChange])
    }

    /// Minutes with longer pauses say nothing of the rate.
    private static let longestPause: Duration = .seconds(3)
    private static let shortestSample: Duration = .seconds(55)
    /// Changes of shape told within ``shapeRest``.
    private static let shapeLimit = 10
    private static let shapeRest: Duration = .seconds(600)

    private var shape: StreamShape?
    private var previous: StreamShape?
    /// When changes of shape were told.
    private var toldShapes: [UTCTime] = []
    private var profile = SettledValue<String>(needed: 2, rest: .seconds(600))
    private var frameRate = SettledValue<Double>(needed: 3, rest: .seconds(3600))
    private var group = SettledValue<Double>(needed: 3, rest: .seconds(3600))
    private var signing = SettledValue<MediaSigning>(needed: 1, rest: .seconds(600))
    private var metadata = SettledValue<[MetadataFormat]>(needed: 1, rest: .seconds(600))

    package init() {}

    /// The profile that counts; nil until two keyframes in a row said it.
    package var settledProfile: String? { profile.told }

    /// A picture was decoded.
    ///
    /// - Parameters:
    ///   - seen: Its shape.
    ///   - announced: Size that the parameter set of this very picture says; nil when it brought none. Damaged data
    ///     gives absurd sizes, so another shape needs a second witness: this, or the picture before.
    ///   - now: The wall clock.
    /// - Returns: What follows.
    package mutating func note(
        _ seen: StreamShape, announced: (width: Int, height: Int)?, at now: UTCTime
    ) -> Verdict {
        defer { previous = seen }
        if seen == shape { return .same }
        let isConfirmed = announced.map { $0 == (seen.width, seen.height) } ?? false
        guard shape == nil || isConfirmed || seen == previous else { return .doubtful }
        let changes = shape?.changes(to: seen) ?? []
        guard shape == nil || isToldNow(now) else { return .doubtful }
        shape = seen
        guard toldShapes.count > Self.shapeLimit else { return .new(changes) }
        // Rests as long from here on.
        toldShapes = toldShapes.map { _ in now }
        return .new(changes.map { StreamChange($0.aspect, from: $0.from, to: "\($0.to)/\($0.from)/…") })
    }

    /// Whether another shape may be told at this moment; it counts as told then.
    private mutating func isToldNow(_ now: UTCTime) -> Bool {
        // A clock set back must not silence it.
        toldShapes.removeAll { now < $0 || now - $0 >= Self.shapeRest }
        guard toldShapes.count <= Self.shapeLimit else { return false }
        toldShapes.append(now)
        return true
    }

    /// A keyframe brought a parameter set.
    package mutating func note(profile seen: String, at now: UTCTime) -> StreamChange? {
        profile.consume(seen, at: now) { $0 == $1 }.map { StreamChange(.profile, from: $0.from, to: $0.to) }
    }

    /// The run so far tells of signatures; nil: nothing yet.
    package mutating func note(signing seen: MediaSigning?, at now: UTCTime) -> StreamChange? {
        guard let seen else { return nil }
        return signing.consume(seen, at: now) { $0 == $1 }.map {
            StreamChange(.signing, from: $0.from.wireName, to: $0.to.wireName)
        }
    }

    /// A connection gives pictures, and has these tracks beside the video.
    package mutating func note(metadata seen: [MetadataFormat], at now: UTCTime) -> StreamChange? {
        metadata.consume(seen.sorted(), at: now) { $0 == $1 }.map {
            StreamChange(.metadata, from: StreamChange.names($0.from), to: StreamChange.names($0.to))
        }
    }

    /// A minute is over.
    package mutating func note(_ sample: StreamSample) -> [StreamChange] {
        guard sample.duration >= Self.shortestSample, sample.missed == 0,
            sample.longestPause.map({ $0 <= Self.longestPause }) ?? false
        else { return [] }
        let now = sample.minute + sample.duration
        var changes: [StreamChange] = []
        let rate = Double(sample.packets) / sample.duration.inSeconds
        if let change = frameRate.consume(rate, at: now, agree: Self.agree) {
            changes.append(
                StreamChange(
                    .frameRate, from: StreamChange.tenths(change.from), to: StreamChange.tenths(change.to)))
        }
        // Where every picture is a keyframe, their distance says nothing the rate does not.
        if let mean = sample.meanGroup, sample.keyframes < sample.packets,
            let change = group.consume(mean.inSeconds, at: now, agree: Self.agree)
        {
            changes.append(
                StreamChange(
                    .group, from: StreamChange.tenths(change.from) + " s", to: StreamChange.tenths(change.to) + " s"))
        }
        return changes
    }

    /// Two minutes agree within a tenth; against what was told last, within a fifth.
    private static func agree(_ left: Double, _ right: Double, _ isTold: Bool) -> Bool {
        abs(left - right) <= max(left, right) * (isTold ? 0.2 : 0.1)
    }
}

/// A value that counts only once it was said some times in a row, and changes at most once in a while. Pure.
struct SettledValue<Value: Sendable>: Sendable {
    private let needed: Int
    private let rest: Duration
    private(set) var told: Value?
    private var toldAt: UTCTime?
    private var candidate: (value: Value, count: Int)?

    /// - Parameters:
    ///   - needed: How often in a row a value must be said before it counts.
    ///   - rest: Least time between two changes that are told.
    init(needed: Int, rest: Duration) {
        self.needed = needed
        self.rest = rest
    }

    /// Takes a value in.
    ///
    /// - Parameters:
    ///   - value: What is said now.
    ///   - now: When.
    ///   - agree: Whether two values are the same; the last argument says whether one is what was told.
    /// - Returns: The change to tell, if any; the first value is none.
    mutating func consume(
        _ value: Value, at now: UTCTime, agree: (Value, Value, Bool) -> Bool
    ) -> (from: Value, to: Value)? {
        if let told, agree(told, value, true) {
            candidate = nil
            return nil
        }
        if let candidate, agree(candidate.value, value, false) {
            self.candidate = (candidate.value, candidate.count + 1)
        } else {
            candidate = (value, 1)
        }
        guard let candidate, candidate.count >= needed else { return nil }
        guard let before = told else {
            told = candidate.value
            self.candidate = nil
            return nil
        }
        // A clock set back must not silence it for longer than the rest.
        if let toldAt, now >= toldAt, now - toldAt < rest { return nil }
        told = value
        toldAt = now
        self.candidate = nil
        return (before, value)
    }

    mutating func consume(
        _ value: Value, at now: UTCTime, agree: (Value, Value) -> Bool
    ) -> (from: Value, to: Value)? {
        consume(value, at: now) { left, right, _ in agree(left, right) }
    }
}
