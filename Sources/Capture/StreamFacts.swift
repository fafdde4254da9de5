package import Bitstream
package import MKDSCore
package import Media

/// Gathers the facts of one connection and says when they are worth writing down: at the first picture, about once a
/// minute, and at the end. Pure.
package struct StreamFacts: Sendable {
    /// Distance of revisions.
    package static let revisionInterval: Duration = .seconds(60)

    private var run: StreamRun
    private var revision: UInt32 = 0
    private var lastRevision: UTCTime?
    private var firstMedia: Duration?
    private var lastMedia: Duration = .zero
    private var firstKeyframe: Duration?
    private var lastKeyframe: Duration = .zero
    private var keyframeCount = 0
    /// Counts up to the packet from which rates are measured.
    private var firstByteCount: UInt64 = 0
    private var packetsAtStart: UInt64 = 0
    private var meter: StreamMeter
    private var detailsMeter: StreamDetailsMeter

    /// - Parameters:
    ///   - camera: Whose stream.
    ///   - video: What the stream said of itself.
    ///   - firstPacket: Arrival of its first packet, from which the run's id is minted.
    ///   - clock: What arrivals rest on.
    ///   - metadata: Tracks beside the video.
    package init(
        camera: CameraID, video: VideoStream, firstPacket: UTCTime, clock: ClockSource, metadata: [MetadataFormat] = []
    ) {
        run = StreamRun(
            id: UUIDv7(at: firstPacket), camera: camera, codec: video.codec, profile: video.profile,
            width: video.width, height: video.height, firstPacket: firstPacket, lastPacket: firstPacket, packets: 0,
            bytes: 0, clock: clock)
        meter = StreamMeter(camera: camera, run: run.id)
        detailsMeter = StreamDetailsMeter(metadata: metadata)
        run.details = detailsMeter.details
    }

    /// Takes a packet in.
    ///
    /// - Parameters:
    ///   - packet: The packet.
    ///   - contents: What it says of the stream.
    ///   - arrival: When it came.
    ///   - missed: Network packets found missing on this camera's connections so far.
    /// - Returns: The sample of the minute before, when this packet begins another.
    package mutating func note(
        _ packet: PacketFacts, contents: PacketContents = PacketContents(), arrival: UTCTime, missed: UInt64 = 0
    ) -> StreamSample? {
        detailsMeter.note(contents, isKeyframe: packet.isKeyframe, at: arrival)
        run.details = detailsMeter.details
        run.packets += 1
        run.bytes += UInt64(packet.byteCount)
        run.lastPacket = max(run.lastPacket, arrival)
        if firstMedia == nil {
            firstMedia = packet.time
            lastMedia = packet.time
            firstByteCount = run.bytes
        }
        lastMedia = max(lastMedia, packet.time)
        if packet.isKeyframe {
            keyframeCount += 1
            if firstKeyframe == nil {
                firstKeyframe = packet.time
                lastKeyframe = packet.time
            }
            lastKeyframe = max(lastKeyframe, packet.time)
        }
        measure()
        return meter.note(packet, arrival: arrival, missed: missed)
    }

    /// The parameter sets say this profile; the container may have announced none, or an old one.
    package mutating func noteProfile(_ profile: String) {
        run.profile = profile
    }

    /// Takes in a packet of the KLV track; its time counts from any beginning that stays.
    package mutating func note(_ set: KeyLengthValue, at time: Duration) {
        detailsMeter.note(set, at: time)
        run.details = detailsMeter.details
    }

    /// Media time jumped: rates are measured anew from here, counts go on.
    package mutating func noteJump() {
        firstMedia = nil
        firstKeyframe = nil
        keyframeCount = 0
        packetsAtStart = run.packets
        meter.noteJump()
    }

    /// What the clocks say of the last packet.
    package mutating func note(_ clock: CameraClock) {
        run.clock = clock.source
        run.reading = clock.reading(of: lastMedia)
        run.uncertainty = clock.uncertainty
    }

    /// A picture of this size was decoded; the size the container announced may be missing or old.
    package mutating func noteSize(width: Int, height: Int) {
        run.width = Int32(clamping: width)
        run.height = Int32(clamping: height)
    }

    /// The revision that is due, if any. Call it once a picture was seen.
    package mutating func revise(at now: UTCTime) -> StreamRun? {
        if let lastRevision, now - lastRevision < Self.revisionInterval { return nil }
        return nextRevision(at: now)
    }

    /// The sample of the run's last minute; nil when no packet came in it.
    package mutating func closeSample() -> StreamSample? { meter.close() }

    /// The last revision; nil when no packet came at all.
    package mutating func close(_ reason: EndReason) -> StreamRun? {
        guard run.packets > 0 else { return nil }
        run.endReason = reason
        return nextRevision(at: run.lastPacket)
    }

    /// The facts as they stand, for the status report.
    package var current: StreamRun { run }

    // MARK: -

    private mutating func nextRevision(at now: UTCTime) -> StreamRun {
        run.revision = revision
        revision += 1
        lastRevision = now
        return run
    }

    private mutating func measure() {
        guard let firstMedia else { return }
        let span = (lastMedia - firstMedia).inSeconds
        if span > 0 {
            run.frameRate = Float(Double(run.packets - packetsAtStart - 1) / span)
            run.bitRate = Float(Double(run.bytes - firstByteCount) * 8 / span)
        }
        if let firstKeyframe, keyframeCount >= 2 {
            run.groupOfPictures = (lastKeyframe - firstKeyframe) / (keyframeCount - 1)
        }
    }
}
