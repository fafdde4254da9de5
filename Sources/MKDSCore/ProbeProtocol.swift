/// What mkdsd asks of a `mkds-capture probe`: one JSON line on its standard input, which then stays open. Its end means:
/// stop in order. It may hold a password, so it is never logged.
package struct ProbeOrder: Hashable, Codable, Sendable {
    /// Longest watching, seconds.
    package static let longest = 60.0
    /// Watching unless told otherwise, seconds.
    package static let usual = 15.0

    /// Without user name and password.
    package var url: String
    package var user: String?
    package var password: String?
    package var trust: CameraTrust?
    package var motion: MotionSettings
    /// The camera's ONVIF device service, on the URL's host; nil tries where most cameras have it.
    package var deviceService: String?
    /// How long to watch the stream once it flows, seconds.
    package var seconds: Double

    package init(
        url: String, user: String? = nil, password: String? = nil, trust: CameraTrust? = nil,
        motion: MotionSettings = MotionSettings(), deviceService: String? = nil, seconds: Double = Self.usual
    ) {
        self.url = url
        self.user = user
        self.password = password
        self.trust = trust
        self.motion = motion
        self.deviceService = deviceService
        self.seconds = seconds
    }
}

extension ProbeOrder: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "a probe" }
    package var debugDescription: String { description }
}

/// How far a probe has come.
package enum ProbeStage: String, CaseIterable, Codable, Sendable {
    /// The host's name is looked up.
    case resolve
    /// Its port is knocked on.
    case connect
    /// TLS hands are shaken.
    case tls
    /// The stream is asked for.
    case open
    /// Pictures are watched.
    case watch
    /// The camera's ONVIF services are asked.
    case device
}

/// One line of `mkds-capture probe` on its standard output: progress at least once a second, the facts at the end.
package struct ProbeNotice: Hashable, Codable, Sendable {
    package var stage: ProbeStage
    /// Seconds watched so far.
    package var watched: Double
    /// The end; nil before it.
    package var facts: ProbeFacts?

    package init(stage: ProbeStage, watched: Double = 0, facts: ProbeFacts? = nil) {
        self.stage = stage
        self.watched = watched
        self.facts = facts
    }
}
