/// Whether a camera could see. The raw value is spoken on the wire.
package enum CoverageState: String, CaseIterable, Codable, Sendable {
    /// Pictures came and showed the scene, as far as we can tell.
    case seen
    /// Pictures came but something kept them from showing the scene.
    case impaired
    /// No usable picture came, or nobody looked.
    case unseen
    /// What happened is not recorded, or not yet.
    case unknown
}

/// Reasons that are no event's topic; beside them stand ``HealthTopic``, ``SightTrouble`` and topics told by cameras.
package enum CoverageReason: String, CaseIterable, Sendable {
    /// The camera was in the register and enabled, but no capture process watched it.
    case notRunning = "not-running"
    /// Capture was killed here: up to a minute before its end may have been seen.
    case killed
    /// The last that was told of a connection which still lasts, or whose end has not been loaded yet.
    case notReported = "not-reported"
    case disabled
    case notRegistered = "not-registered"
}

/// A span of one camera's time in which one thing held.
package struct CoverageInterval: Hashable, Sendable {
    package var camera: CameraID
    package var state: CoverageState
    /// Machine word, empty for what was seen.
    package var reason: String
    /// Within what was asked for.
    package var from: UTCTime
    package var to: UTCTime
    /// When it began, also where that is before ``from``.
    package var since: UTCTime
    /// The event that tells of it, where one does.
    package var event: UUIDv7?

    package init(
        camera: CameraID, state: CoverageState, reason: String, from: UTCTime, to: UTCTime, since: UTCTime,
        event: UUIDv7? = nil
    ) {
        self.camera = camera
        self.state = state
        self.reason = reason
        self.from = from
        self.to = to
        self.since = since
        self.event = event
    }
}
