package import MKDSCore

/// One camera on the wire: its register entry and how it fares at this moment.
package struct CameraResource: Hashable, Codable, Sendable {
    package var id: CameraID
    package var name: String
    package var owner: String
    package var purposeClass: PurposeClass
    package var legalBasis: String
    /// Never with user name or password.
    package var url: String
    /// The credential's name, never its content.
    package var credential: String?
    /// How an encrypted camera is known: a fingerprint or certificates in PEM.
    package var trust: CameraTrust?
    /// The camera's own services; `null` when they are not asked.
    package var onvif: OnvifAccess?
    package var mast: GeoJSONPoint?
    package var scene: GeoJSONPoint?
    package var view: GeoJSONPolygon?
    /// Code of the okrsek that counts where the deciding point lies on its border.
    package var borderOkrsek: String?
    package var retentionHours: Int
    package var enabled: Bool
    package var motion: MotionSettings
    /// `null` when no capture process has spoken of the camera.
    package var status: CameraStatusResource?

    package init(_ record: CameraRecord, status: CameraStatus?) {
        id = record.id
        name = record.name
        owner = record.owner
        purposeClass = record.purposeClass
        legalBasis = record.legalBasis
        url = record.url
        credential = record.credential
        trust = record.trust
        onvif = record.onvif
        mast = GeoJSONPoint(coordinates: record.mast)
        scene = GeoJSONPoint(coordinates: record.scene)
        view = record.view.map(GeoJSONPolygon.init)
        borderOkrsek = record.borderOkrsek
        retentionHours = record.retentionHours
        enabled = record.enabled
        motion = record.motion
        self.status = status.map(CameraStatusResource.init)
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, name, owner, url, credential, trust, onvif, mast, scene, view, enabled, motion, status
        case purposeClass = "purpose_class"
        case legalBasis = "legal_basis"
        case borderOkrsek = "border_okrsek"
        case retentionHours = "retention_hours"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(owner, forKey: .owner)
        try container.encode(purposeClass, forKey: .purposeClass)
        try container.encode(legalBasis, forKey: .legalBasis)
        try container.encode(url, forKey: .url)
        try container.encode(credential, forKey: .credential)
        try container.encode(trust, forKey: .trust)
        try container.encode(onvif, forKey: .onvif)
        try container.encode(mast, forKey: .mast)
        try container.encode(scene, forKey: .scene)
        try container.encode(view, forKey: .view)
        try container.encode(borderOkrsek, forKey: .borderOkrsek)
        try container.encode(retentionHours, forKey: .retentionHours)
        try container.encode(enabled, forKey: .enabled)
        try container.encode(motion, forKey: .motion)
        try container.encode(status, forKey: .status)
    }
}

/// How one camera's connection stands at this moment.
package struct CameraStatusResource: Hashable, Codable, Sendable {
    package var state: CameraStatus.State
    package var since: UTCTime
    /// Machine word of the trouble, one of ``HealthTopic``.
    package var reason: String?
    package var detail: String?
    package var codec: String?
    package var width: Int32?
    package var height: Int32?
    package var frameRate: Float?
    /// Bits a second.
    package var bitRate: Float?
    package var lastPacket: UTCTime?
    package var reconnects: Int
    package var damaged: Int
    /// What the times of the stream rest on.
    package var clock: ClockSource?
    /// Camera clock minus server clock; absent when the camera tells no time.
    package var clockOffsetMilliseconds: Double?
    /// Half-width of the interval that holds the truth.
    package var uncertaintyMilliseconds: Double?
    /// What the camera tells of itself; `null` when it tells nothing.
    package var metadata: MetadataStatusResource?

    package init(_ status: CameraStatus) {
        state = status.state
        since = status.since
        reason = status.reason
        detail = status.detail
        codec = status.codec
        width = status.width
        height = status.height
        frameRate = status.frameRate
        bitRate = status.bitRate
        lastPacket = status.lastPacket
        reconnects = status.reconnects
        damaged = status.damaged
        clock = status.clock
        clockOffsetMilliseconds = status.clockOffset.map { $0 * 1000 }
        uncertaintyMilliseconds = status.uncertainty.map { $0 * 1000 }
        metadata = status.metadata.map(MetadataStatusResource.init)
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case state, since, reason, detail, codec, width, height, reconnects, damaged, clock, metadata
        case clockOffsetMilliseconds = "clock_offset_ms"
        case uncertaintyMilliseconds = "uncertainty_ms"
        case frameRate = "frame_rate"
        case bitRate = "bit_rate"
        case lastPacket = "last_packet"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(state, forKey: .state)
        try container.encode(since, forKey: .since)
        try container.encode(reason, forKey: .reason)
        try container.encode(detail, forKey: .detail)
        try container.encode(codec, forKey: .codec)
        try container.encode(width, forKey: .width)
        try container.encode(height, forKey: .height)
        try container.encode(frameRate, forKey: .frameRate)
        try container.encode(bitRate, forKey: .bitRate)
        try container.encode(lastPacket, forKey: .lastPacket)
        try container.encode(reconnects, forKey: .reconnects)
        try container.encode(damaged, forKey: .damaged)
        try container.encode(clock, forKey: .clock)
        try container.encode(clockOffsetMilliseconds, forKey: .clockOffsetMilliseconds)
        try container.encode(uncertaintyMilliseconds, forKey: .uncertaintyMilliseconds)
        try container.encode(metadata, forKey: .metadata)
    }
}
