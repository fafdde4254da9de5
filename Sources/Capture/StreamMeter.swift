package import MKDSCore
package import Media

/// Measures one run minute by minute of the wall clock. Pure.
///
/// Arrivals decide which minute a packet belongs to; a wall clock that is set back does not open a minute twice.
package struct StreamMeter: Sendable {
    private let camera: CameraID
    private let run: UUIDv7
    private var sample: StreamSample?
    /// Where the part of the minute that the run covers begins.
    private var coveredSince: UTCTime?
    private var lastArrival: UTCTime?
    private var lastReceived: ContinuousClock.Instant?
    private var lastKeyframe: Duration?
    /// Sum of the distances of keyframes that ended in this minute, and how many there were.
    private var groups: (sum: Duration, count: Int) = (.zero, 0)
    private var lastMissed: UInt64?

    package init(camera: CameraID, run: UUIDv7) {
        self.camera = camera
        self.run = run
    }

    /// Takes a packet in.
    ///
    /// - Parameters:
    ///   - packet: The packet.
    ///   - arrival: When it came, by the wall clock.
    ///   - missed: Network packets found missing on this camera's connections so far.
    /// - Returns: The sample of the minute before, when this packet begins another.
    package mutating func note(_ packet: PacketFacts, arrival: UTCTime, missed: UInt64) -> StreamSample? {
        let minute = StreamSample.minute(of: arrival)
        var finished: StreamSample?
        if let current = sample, minute > current.minute {
            let end = current.minute + .seconds(60)
            finished = finish(at: end)
            // A minute that follows at once is covered from its beginning.
            coveredSince = end == minute ? minute : arrival
        }
        var current = sample ?? StreamSample(camera: camera, run: run, minute: minute)
        if coveredSince == nil { coveredSince = arrival }
        current.packets += 1
        current.bytes += UInt64(packet.byteCount)
        if let lastReceived {
            current.longestPause = max(current.longestPause ?? .zero, lastReceived.duration(to: packet.received))
        }
        if let lastMissed, missed > lastMissed { current.missed += UInt32(clamping: missed - lastMissed) }
        if packet.isKeyframe { noteKeyframe(at: packet.time, in: &current) }
        sample = current
        lastMissed = missed
        lastReceived = packet.received
        lastArrival = max(lastArrival ?? arrival, arrival)
        return finished
    }

    private mutating func noteKeyframe(at time: Duration, in current: inout StreamSample) {
        current.keyframes += 1
        if let lastKeyframe, time > lastKeyframe {
            let distance = time - lastKeyframe
            groups = (groups.sum + distance, groups.count + 1)
            current.longestGroup = max(current.longestGroup ?? .zero, distance)
            current.meanGroup = groups.sum / groups.count
        }
        lastKeyframe = time
    }

    /// Media time jumped: no distance is measured across.
    package mutating func noteJump() {
        lastKeyframe = nil
    }

    /// The run is over.
    ///
    /// - Returns: The sample of its last minute; nil when nothing came.
    package mutating func close() -> StreamSample? {
        lastArrival.flatMap { finish(at: $0) }
    }

    private mutating func finish(at end: UTCTime) -> StreamSample? {
        defer {
            sample = nil
            coveredSince = nil
            groups = (.zero, 0)
        }
        guard var finished = sample, let coveredSince else { return nil }
        finished.duration = min(max(.zero, end - coveredSince), .seconds(60))
        return finished
    }
}
