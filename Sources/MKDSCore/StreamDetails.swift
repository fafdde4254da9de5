/// Sixteen bytes that name something in a stream: the UUID of user data (ITU-T H.264 § D.2.7) or the universal label of
/// metadata (SMPTE ST 298). As text it is written like a UUID.
package struct StreamIdentifier: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// User data of the ONVIF Media Signing Specification.
    package static let onvifMediaSigning = StreamIdentifier(high: 0x005b_c93f_2d71_5e95, low: 0xada4_796f_9087_7a6f)
    /// User data of Axis Signed Video; the letters `Signed Video...0`.
    package static let axisSignedVideo = StreamIdentifier(high: 0x5369_676e_6564_2056, low: 0x6964_656f_2e2e_2e30)
    /// The settings the x264 encoder writes at the beginning of its streams.
    package static let x264Settings = StreamIdentifier(high: 0xdc45_e9bd_e6d9_48b7, low: 0x962c_d820_d923_eeef)
    /// The set of MISB ST 0601, UAS Datalink.
    package static let datalinkSet = StreamIdentifier(high: 0x060e_2b34_020b_0101, low: 0x0e01_0301_0100_0000)
}

extension StreamIdentifier: LosslessStringConvertible {
    package var description: String { UUIDv7(high: high, low: low).description }

    package init?(_ description: String) {
        guard let id = UUIDv7(description) else { return nil }
        self.init(high: id.high, low: id.low)
    }
}

extension StreamIdentifier: Codable {
    package init(from decoder: any Decoder) throws {
        let id = try UUIDv7(from: decoder)
        self.init(high: id.high, low: id.low)
    }

    package func encode(to encoder: any Encoder) throws {
        try UUIDv7(high: high, low: low).encode(to: encoder)
    }
}

/// Whether a stream carries signatures over its pictures. Raw values are stored and never renumbered.
///
/// That they are there says nothing about their being valid: that is checked with the recording.
package enum MediaSigning: UInt8, CaseIterable, Sendable {
    case absent = 0
    /// ONVIF Media Signing.
    case onvif = 1
    /// Axis Signed Video, its forerunner.
    case axis = 2

    /// What user data of this kind tells; nil when it is no signature.
    package init?(userData: StreamIdentifier) {
        switch userData {
        case .onvifMediaSigning: self = .onvif
        case .axisSignedVideo: self = .axis
        default: return nil
        }
    }
}

/// A kind of metadata track beside the video. Raw values are stored and never renumbered.
package enum MetadataFormat: UInt8, CaseIterable, Comparable, Sendable {
    /// XML of ONVIF analytics and events.
    case onvif = 1
    /// Key-length-value sets (SMPTE ST 336) in an MPEG transport stream.
    case klv = 2

    package static func < (left: MetadataFormat, right: MetadataFormat) -> Bool { left.rawValue < right.rawValue }
}

/// What a stream tells of itself beyond codec, size and rates.
package struct StreamDetails: Hashable, Sendable {
    /// Most kinds of user data that are kept.
    package static let userDataLimit = 4

    /// Level of the codec: `4.1`; empty when unknown.
    package var level: String
    /// Pictures a second as the stream announces them; nil when it does not.
    package var announcedFrameRate: Float?
    /// Nil until it was watched long enough to tell, and for MJPEG, which has no place for signatures.
    package var signing: MediaSigning?
    /// Whose unregistered user data was seen, signatures among them, in the order of appearance.
    package var userData: [StreamIdentifier]
    /// User data registered by ITU-T T.35 was seen.
    package var hasRegisteredUserData: Bool
    /// Picture timing messages were seen.
    package var hasPictureTiming: Bool
    /// Metadata tracks beside the video, in the order of their raw values.
    package var metadata: [MetadataFormat]
    /// What the KLV track said; nil without one, and until its first set came.
    package var klv: KLVFacts?

    package init(
        level: String = "", announcedFrameRate: Float? = nil, signing: MediaSigning? = nil,
        userData: [StreamIdentifier] = [], hasRegisteredUserData: Bool = false, hasPictureTiming: Bool = false,
        metadata: [MetadataFormat] = [], klv: KLVFacts? = nil
    ) {
        self.level = level
        self.announcedFrameRate = announcedFrameRate
        self.signing = signing
        self.userData = userData
        self.hasRegisteredUserData = hasRegisteredUserData
        self.hasPictureTiming = hasPictureTiming
        self.metadata = metadata
        self.klv = klv
    }
}

/// What the KLV track of a stream said.
package struct KLVFacts: Hashable, Sendable {
    /// Universal label of its sets.
    package var label: StreamIdentifier
    /// Packets a second, measured over the run; 0 until two came.
    package var rate: Float
    /// The newest precision time stamp (MISB ST 0601 item 2) by the camera's clock; nil when its sets carry none.
    package var timestamp: UTCTime?

    package init(label: StreamIdentifier, rate: Float = 0, timestamp: UTCTime? = nil) {
        self.label = label
        self.rate = rate
        self.timestamp = timestamp
    }
}

/// What came from one stream within one minute of the wall clock, or the part of it that one run covers.
///
/// Written once, when the minute or the run is over: a sample has no revisions.
package struct StreamSample: Hashable, Sendable {
    package var camera: CameraID
    /// The run it belongs to.
    package var run: UUIDv7
    /// The minute's beginning.
    package var minute: UTCTime
    /// How much of the minute the run covers.
    package var duration: Duration
    package var packets: UInt32
    package var bytes: UInt64
    package var keyframes: UInt32
    /// Packets the depacketiser found missing.
    package var missed: UInt32
    /// Longest time between the arrivals of two packets, the later of them in this minute; nil without two.
    package var longestPause: Duration?
    /// Mean and longest distance of keyframes, the later of them in this minute; nil without two.
    package var meanGroup: Duration?
    package var longestGroup: Duration?

    package init(
        camera: CameraID, run: UUIDv7, minute: UTCTime, duration: Duration = .zero, packets: UInt32 = 0,
        bytes: UInt64 = 0, keyframes: UInt32 = 0, missed: UInt32 = 0, longestPause: Duration? = nil,
        meanGroup: Duration? = nil, longestGroup: Duration? = nil
    ) {
        self.camera = camera
        self.run = run
        self.minute = minute
        self.duration = duration
        self.packets = packets
        self.bytes = bytes
        self.keyframes = keyframes
        self.missed = missed
        self.longestPause = longestPause
        self.meanGroup = meanGroup
        self.longestGroup = longestGroup
    }

    /// The minute a moment lies in.
    package static func minute(of time: UTCTime) -> UTCTime {
        let length: Int64 = 60_000_000
        let remainder = time.microseconds % length
        return UTCTime(microseconds: time.microseconds - remainder - (remainder < 0 ? length : 0))
    }
}

/// Samples of one camera put together over one step of a time series.
package struct StreamRates: Hashable, Sendable {
    package var start: UTCTime
    /// How much of the step runs cover; more than the step where two runs overlap.
    package var covered: Duration
    package var bytes: Int64
    package var packets: Int64
    package var keyframes: Int64
    package var missed: Int64
    package var longestPause: Duration?
    package var meanGroup: Duration?
    package var longestGroup: Duration?

    package init(
        start: UTCTime, covered: Duration, bytes: Int64, packets: Int64, keyframes: Int64, missed: Int64,
        longestPause: Duration? = nil, meanGroup: Duration? = nil, longestGroup: Duration? = nil
    ) {
        self.start = start
        self.covered = covered
        self.bytes = bytes
        self.packets = packets
        self.keyframes = keyframes
        self.missed = missed
        self.longestPause = longestPause
        self.meanGroup = meanGroup
        self.longestGroup = longestGroup
    }
}
