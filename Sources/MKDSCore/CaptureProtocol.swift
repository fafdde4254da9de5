/// What mkdsd tells a capture process: the whole list of its cameras, one JSON line on the process's standard input,
/// sent again whenever it changes. Cameras that did not change go on undisturbed. End of input means: stop in order.
package struct CaptureAssignment: Hashable, Codable, Sendable {
    package var cameras: [AssignedCamera]
    /// Those of the cameras that are not to be opened, only reported as such.
    package var quarantined: [CameraID]

    package init(cameras: [AssignedCamera], quarantined: [CameraID] = []) {
        self.cameras = cameras
        self.quarantined = quarantined
    }
}

/// One camera of a capture process. It may hold a password, so it is never logged.
package struct AssignedCamera: Hashable, Codable, Sendable {
    package var id: CameraID
    /// Without user name and password.
    package var url: String
    package var user: String?
    package var password: String?
    /// Whom to expect behind an `rtsps://` URL or an https device service.
    package var trust: CameraTrust?
    /// The camera's own services, with the same login; nil when they are not asked.
    package var onvif: OnvifAccess?
    package var motion: MotionSettings

    package init(
        id: CameraID, url: String, user: String? = nil, password: String? = nil, trust: CameraTrust? = nil,
        onvif: OnvifAccess? = nil, motion: MotionSettings
    ) {
        self.id = id
        self.url = url
        self.user = user
        self.password = password
        self.trust = trust
        self.onvif = onvif
        self.motion = motion
    }
}

extension AssignedCamera: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "camera \(id)" }
    package var debugDescription: String { description }
}

/// What a capture process tells mkdsd, one JSON line each on its standard output, at least once a second.
///
/// It is a status only: what must not be lost goes through the journal.
package struct CaptureReport: Hashable, Codable, Sendable {
    package var time: UTCTime
    package var cameras: [CameraStatus]
    /// Journal entries waiting in memory for the disk.
    package var unsyncedEntries: Int
    /// Why the journal cannot be written at the moment, nil when it can.
    package var spoolTrouble: String?
    /// User and system CPU seconds of the process so far.
    package var cpuSeconds: Double
    package var walls: CaptureWalls

    package init(
        time: UTCTime, cameras: [CameraStatus], unsyncedEntries: Int, spoolTrouble: String?, cpuSeconds: Double,
        walls: CaptureWalls
    ) {
        self.time = time
        self.cameras = cameras
        self.unsyncedEntries = unsyncedEntries
        self.spoolTrouble = spoolTrouble
        self.cpuSeconds = cpuSeconds
        self.walls = walls
    }
}

/// State of one camera's thread.
package struct CameraStatus: Hashable, Codable, Sendable {
    package enum State: String, Codable, Sendable {
        case connecting
        case live
        /// Waiting before the next try; ``reason`` and ``detail`` say why.
        case waiting
        /// A file that was read to its end.
        case finished
    }

    package var camera: CameraID
    package var state: State
    package var since: UTCTime
    /// A ``HealthTopic``.
    package var reason: String?
    package var detail: String?
    package var codec: String?
    package var width: Int32?
    package var height: Int32?
    package var frameRate: Float?
    package var bitRate: Float?
    package var lastPacket: UTCTime?
    package var reconnects: Int
    /// Pictures of which only a part arrived or decoded, as counted from FFmpeg's complaints.
    package var damaged: Int
    /// What the times of the stream rest on, once it was read.
    package var clock: ClockSource?
    /// Seconds the camera's clock is ahead of the server's; nil when it tells no time.
    package var clockOffset: Double?
    /// Half-width of the interval that holds the truth, seconds.
    package var uncertainty: Double?
    /// What the camera tells of itself; nil until it told something.
    package var metadata: MetadataStatus?

    package init(
        camera: CameraID, state: State, since: UTCTime, reason: String? = nil, detail: String? = nil,
        codec: String? = nil, width: Int32? = nil, height: Int32? = nil, frameRate: Float? = nil,
        bitRate: Float? = nil, lastPacket: UTCTime? = nil, reconnects: Int = 0, damaged: Int = 0,
        clock: ClockSource? = nil, clockOffset: Double? = nil, uncertainty: Double? = nil
    ) {
        self.camera = camera
        self.state = state
        self.since = since
        self.reason = reason
        self.detail = detail
        self.codec = codec
        self.width = width
        self.height = height
        self.frameRate = frameRate
        self.bitRate = bitRate
        self.lastPacket = lastPacket
        self.reconnects = reconnects
        self.damaged = damaged
        self.clock = clock
        self.clockOffset = clockOffset
        self.uncertainty = uncertainty
    }
}
