package import MKDSCore

/// One connection to a camera's stream on the wire.
package struct StreamResource: Hashable, Codable, Sendable {
    package var id: UUIDv7
    package var camera: CameraID
    package var codec: String
    package var profile: String
    /// Nil where it was not told.
    package var level: String?
    package var width: Int32
    package var height: Int32
    package var frameRate: Float
    package var announcedFrameRate: Float?
    package var groupSeconds: Double?
    package var bitRate: Float
    package var firstPacket: UTCTime
    package var lastPacket: UTCTime
    package var packets: UInt64
    package var bytes: UInt64
    /// Nil while it lasts.
    package var endReason: EndReason?
    package var clock: ClockSource
    /// Nil until it was watched long enough to tell.
    package var signing: MediaSigning?
    package var userData: [StreamIdentifier]
    package var hasRegisteredUserData: Bool
    package var hasPictureTiming: Bool
    package var metadata: [MetadataFormat]
    package var klv: KLVResource?

    package init(_ run: StreamRun) {
        id = run.id
        camera = run.camera
        codec = run.codec
        profile = run.profile
        let details = run.details
        level = details?.level.isEmpty == false ? details?.level : nil
        width = run.width
        height = run.height
        frameRate = run.frameRate
        announcedFrameRate = details?.announcedFrameRate
        groupSeconds = run.groupOfPictures?.inSeconds
        bitRate = run.bitRate
        firstPacket = run.firstPacket
        lastPacket = run.lastPacket
        packets = run.packets
        bytes = run.bytes
        endReason = run.endReason
        clock = run.clock
        signing = details?.signing
        userData = details?.userData ?? []
        hasRegisteredUserData = details?.hasRegisteredUserData ?? false
        hasPictureTiming = details?.hasPictureTiming ?? false
        metadata = details?.metadata ?? []
        klv = details?.klv.map { KLVResource(label: $0.label, rate: $0.rate, timestamp: $0.timestamp) }
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, camera, codec, profile, level, width, height, packets, bytes, clock, signing, metadata, klv
        case frameRate = "frame_rate"
        case announcedFrameRate = "announced_frame_rate"
        case groupSeconds = "gop_s"
        case bitRate = "bit_rate"
        case firstPacket = "first_packet"
        case lastPacket = "last_packet"
        case endReason = "end_reason"
        case userData = "user_data"
        case hasRegisteredUserData = "registered_user_data"
        case hasPictureTiming = "picture_timing"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(camera, forKey: .camera)
        try container.encode(codec, forKey: .codec)
        try container.encode(profile, forKey: .profile)
        try container.encode(level, forKey: .level)
        try container.encode(width, forKey: .width)
        try container.encode(height, forKey: .height)
        try container.encode(frameRate, forKey: .frameRate)
        try container.encode(announcedFrameRate, forKey: .announcedFrameRate)
        try container.encode(groupSeconds, forKey: .groupSeconds)
        try container.encode(bitRate, forKey: .bitRate)
        try container.encode(firstPacket, forKey: .firstPacket)
        try container.encode(lastPacket, forKey: .lastPacket)
        try container.encode(packets, forKey: .packets)
        try container.encode(bytes, forKey: .bytes)
        try container.encode(endReason, forKey: .endReason)
        try container.encode(clock, forKey: .clock)
        try container.encode(signing, forKey: .signing)
        try container.encode(userData, forKey: .userData)
        try container.encode(hasRegisteredUserData, forKey: .hasRegisteredUserData)
        try container.encode(hasPictureTiming, forKey: .hasPictureTiming)
        try container.encode(metadata, forKey: .metadata)
        try container.encode(klv, forKey: .klv)
    }
}

/// What a KLV track said, on the wire.
package struct KLVResource: Hashable, Codable, Sendable {
    package var label: StreamIdentifier
    package var rate: Float
    package var timestamp: UTCTime?

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(label, forKey: .label)
        try container.encode(rate, forKey: .rate)
        try container.encode(timestamp, forKey: .timestamp)
    }
}

/// What came from a camera within one step of a time series, all its runs together.
package struct BitrateResource: Hashable, Codable, Sendable {
    /// Beginning of the step.
    package var start: UTCTime
    /// How much of the step was covered by runs, seconds.
    package var coveredSeconds: Double
    package var bytes: Int64
    /// Bits a second over what was covered.
    package var bitRate: Double
    package var packets: Int64
    /// Pictures a second over what was covered.
    package var frameRate: Double
    package var keyframes: Int64
    /// Network packets found missing.
    package var missed: Int64
    package var longestPauseSeconds: Double?
    package var groupSeconds: Double?
    package var longestGroupSeconds: Double?

    package init(_ rates: StreamRates) {
        start = rates.start
        coveredSeconds = rates.covered.inSeconds
        bytes = rates.bytes
        let span = rates.covered.inSeconds
        bitRate = span > 0 ? (Double(rates.bytes) * 8 / span).rounded() : 0
        packets = rates.packets
        frameRate = span > 0 ? (Double(rates.packets) / span * 1000).rounded() / 1000 : 0
        keyframes = rates.keyframes
        missed = rates.missed
        longestPauseSeconds = rates.longestPause?.inSeconds
        groupSeconds = rates.meanGroup?.inSeconds
        longestGroupSeconds = rates.longestGroup?.inSeconds
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case start, bytes, packets, keyframes, missed
        case coveredSeconds = "covered_s"
        case bitRate = "bit_rate"
        case frameRate = "frame_rate"
        case longestPauseSeconds = "longest_pause_s"
        case groupSeconds = "gop_s"
        case longestGroupSeconds = "longest_gop_s"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(start, forKey: .start)
        try container.encode(coveredSeconds, forKey: .coveredSeconds)
        try container.encode(bytes, forKey: .bytes)
        try container.encode(bitRate, forKey: .bitRate)
        try container.encode(packets, forKey: .packets)
        try container.encode(frameRate, forKey: .frameRate)
        try container.encode(keyframes, forKey: .keyframes)
        try container.encode(missed, forKey: .missed)
        try container.encode(longestPauseSeconds, forKey: .longestPauseSeconds)
        try container.encode(groupSeconds, forKey: .groupSeconds)
        try container.encode(longestGroupSeconds, forKey: .longestGroupSeconds)
    }
}

/// The answer to `GET /v1/cameras/{id}/bitrate`.
package struct BitrateSeries: Hashable, Codable, Sendable {
    package var camera: CameraID
    package var from: UTCTime
    package var to: UTCTime
    package var stepSeconds: Int
    /// Steps in which anything came, by time.
    package var items: [BitrateResource]

    package init(camera: CameraID, query: BitrateQuery, items: [BitrateResource]) {
        self.camera = camera
        from = query.from
        to = query.to
        stepSeconds = query.stepSeconds
        self.items = items
    }

    private enum CodingKeys: String, CodingKey {
        case camera, from, to, items
        case stepSeconds = "step_s"
    }
}
