/// Facts of one connection to one camera's stream, from its first packet to its last.
///
/// Like an event a run has revisions: 0 when the first packet came, later ones about once a minute, the last when it ends.
package struct StreamRun: Hashable, Sendable {
    package var id: UUIDv7
    package var revision: UInt32
    package var camera: CameraID
    /// `h264`, `hevc`, `mjpeg`: FFmpeg's names.
    package var codec: String
    package var profile: String
    package var width: Int32
    package var height: Int32
    /// Pictures a second, measured over the run; 0 until two packets came.
    package var frameRate: Float
    /// Mean distance of keyframes; nil until two came.
    package var groupOfPictures: Duration?
    /// Bits a second, measured over the run.
    package var bitRate: Float
    package var firstPacket: UTCTime
    package var lastPacket: UTCTime
    package var packets: UInt64
    package var bytes: UInt64
    /// Nil while the connection lasts.
    package var endReason: EndReason?
    package var clock: ClockSource
    /// What the clocks said of the last packet; nil in entries of earlier versions.
    package var reading: ClockReading?
    /// Half-width of the interval around the camera's time less its offset that holds the truth, nil when unknown.
    package var uncertainty: Duration?
    /// What the stream tells of itself beyond that; nil in entries of earlier versions.
    package var details: StreamDetails?

    package init(
        id: UUIDv7, revision: UInt32 = 0, camera: CameraID, codec: String, profile: String = "", width: Int32,
        height: Int32, frameRate: Float = 0, groupOfPictures: Duration? = nil, bitRate: Float = 0,
        firstPacket: UTCTime, lastPacket: UTCTime, packets: UInt64, bytes: UInt64, endReason: EndReason? = nil,
        clock: ClockSource, reading: ClockReading? = nil, uncertainty: Duration? = nil, details: StreamDetails? = nil
    ) {
        self.id = id
        self.revision = revision
        self.camera = camera
        self.codec = codec
        self.profile = profile
        self.width = width
        self.height = height
        self.frameRate = frameRate
        self.groupOfPictures = groupOfPictures
        self.bitRate = bitRate
        self.firstPacket = firstPacket
        self.lastPacket = lastPacket
        self.packets = packets
        self.bytes = bytes
        self.endReason = endReason
        self.clock = clock
        self.reading = reading
        self.uncertainty = uncertainty
        self.details = details
    }
}

/// A span in which a camera gave no usable picture, with the reason. Revision 0 opens it, the next closes it.
package struct Gap: Hashable, Sendable {
    package var id: UUIDv7
    package var revision: UInt32
    package var camera: CameraID
    package var start: UTCTime
    /// Nil while the gap lasts.
    package var end: UTCTime?
    /// The topic of the health event of the same span.
    package var reason: HealthTopic
    package var detail: String

    package init(
        id: UUIDv7, revision: UInt32 = 0, camera: CameraID, start: UTCTime, end: UTCTime? = nil, reason: HealthTopic,
        detail: String
    ) {
        self.id = id
        self.revision = revision
        self.camera = camera
        self.start = start
        self.end = end
        self.reason = reason
        self.detail = detail
    }
}
