package import MKDSCore

/// What a container or camera says about its video; size and rate are 0 when it does not say.
///
/// The pictures themselves decide: size and codec are not updated while a stream runs.
package struct VideoStream: Hashable, Sendable {
    /// FFmpeg's name: `h264`, `hevc`, `mjpeg`.
    package var codec: String
    /// `High`, `Main`; empty when unknown.
    package var profile: String
    package var width: Int32
    package var height: Int32
    /// Pictures a second as announced.
    package var frameRate: Float

    package init(codec: String, profile: String, width: Int32, height: Int32, frameRate: Float) {
        self.codec = codec
        self.profile = profile
        self.width = width
        self.height = height
        self.frameRate = frameRate
    }
}

/// What is known of one encoded picture without decoding it.
package struct PacketFacts: Hashable, Sendable {
    /// Media time of presentation. For files it counts from the beginning of the file, for cameras from a moment of the
    /// camera's choice; HTTP-MJPEG has none of its own, so it is the time since opening.
    package var time: Duration
    package var isKeyframe: Bool
    package var byteCount: Int
    /// When its first bytes came.
    package var received: ContinuousClock.Instant
    /// Reading waited for those bytes: what came before had been read. Else they lay ready, who knows how long.
    package var isAwaited: Bool
    /// What the camera's clock showed when the picture was taken, by the last RTCP sender report; nil before the first
    /// one. Wrong by 13 hours between a wrap of the RTP timestamp and the next report (RFC 3550 § 6.4.1).
    package var cameraTime: UTCTime?

    package init(
        time: Duration, isKeyframe: Bool, byteCount: Int, received: ContinuousClock.Instant = .now,
        isAwaited: Bool = true, cameraTime: UTCTime? = nil
    ) {
        self.time = time
        self.isKeyframe = isKeyframe
        self.byteCount = byteCount
        self.received = received
        self.isAwaited = isAwaited
        self.cameraTime = cameraTime
    }
}

/// What may come beside the video.
package enum MetadataKind: Hashable, CaseIterable, Sendable {
    /// A piece of a document of an ONVIF metadata stream (ONVIF Streaming Specification § 5.1.2.1); where documents begin
    /// and end is not told.
    case onvif
    /// Key-length-value groups (SMPTE ST 336) of a container.
    case klv
}

/// What is known of one packet of metadata without reading it.
package struct MetadataFacts: Hashable, Sendable {
    package var kind: MetadataKind
    /// Media time on the video's scale; nil when there is none. Of an ONVIF stream it is wrong if the camera counts
    /// anything but 90 kHz: the document's own times are what counts.
    package var time: Duration?
    package var byteCount: Int
    /// When it came, to the moment: nothing holds it back.
    package var received: ContinuousClock.Instant
    /// What the camera's clock showed, by the last RTCP sender report of this stream; nil before the first one.
    package var cameraTime: UTCTime?

    package init(
        kind: MetadataKind, time: Duration?, byteCount: Int, received: ContinuousClock.Instant, cameraTime: UTCTime?
    ) {
        self.kind = kind
        self.time = time
        self.byteCount = byteCount
        self.received = received
        self.cameraTime = cameraTime
    }
}

/// What a camera or file sent next.
package enum DemuxedPacket: Hashable, Sendable {
    case video(PacketFacts)
    case metadata(MetadataFacts)
}

/// Which codecs are let into a decoder.
package enum CodecPolicy: Hashable, Sendable {
    /// H.264, H.265, MJPEG: what cameras send and nothing else.
    case camera
    /// For files an administrator tries by hand: the above and the MPEG-4 family.
    case file

    var names: String {
        switch self {
        case .camera: "h264,hevc,mjpeg"
        case .file: "h264,hevc,mjpeg,mpeg4,msmpeg4,msmpeg4v1,msmpeg4v2,msmpeg4v3,mpeg1video,mpeg2video"
        }
    }

    func allows(_ codec: String) -> Bool {
        names.split(separator: ",").contains { $0 == codec }
    }
}

/// Deadlines of one connection.
package struct DemuxerDeadlines: Hashable, Sendable {
    /// From the first byte sent to the stream being described, all addresses of a host together.
    package var open: Duration
    /// Without a video packet, whatever else may arrive.
    package var stall: Duration

    package init(open: Duration = .seconds(10), stall: Duration = .seconds(5)) {
        self.open = open
        self.stall = stall
    }

    /// HLS hands out whole segments: what is silence elsewhere is the length of a segment there.
    func adapted(to kind: MediaInput.Kind) -> DemuxerDeadlines {
        kind == .hls ? DemuxerDeadlines(open: open * 2, stall: stall * 6) : self
    }
}
