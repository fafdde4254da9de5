/// What an event is about. Raw values are stored and never renumbered.
package enum EventKind: UInt8, CaseIterable, Sendable {
    case motion = 1
    /// From ONVIF frames.
    case object = 2
    /// Line, field, loitering from ONVIF rules.
    case rule = 3
    case tamper = 4
    /// Lost, recovered, refused, stream change: what the camera itself suffers.
    case health = 5
}

/// Who saw it: the camera's own chip or our analysis. Raw values are stored and never renumbered.
package enum EventSource: UInt8, CaseIterable, Sendable {
    case camera = 1
    case server = 2
}

/// What the times of an event, run or gap rest on. Raw values are stored and never renumbered.
package enum ClockSource: UInt8, CaseIterable, Sendable {
    /// The server's wall clock when the packet arrived.
    case arrival = 1
    /// The camera's clock, carried by RTCP sender reports.
    case rtcp = 2
    /// A time the camera wrote into its own document.
    case camera = 3
    /// A file's time base, put on the wall clock where reading began.
    case file = 4
}

/// Why an event, run or gap is closed. Raw values are stored and never renumbered.
package enum EndReason: UInt8, CaseIterable, Sendable {
    /// It ended by itself: stillness returned, the camera answered again.
    case over = 1
    /// It reached the longest span one event may have; what goes on is a new event.
    case split = 2
    /// The stream ended or was lost while it lasted.
    case streamLost = 3
    /// The camera was taken out of service or its settings changed.
    case withdrawn = 4
    /// The capture process died; its successor closed what was open at the last moment known.
    case recovered = 5
}

/// One revision of an event. A later revision of the same id replaces the earlier whole.
///
/// Revision 0 is written when the event opens; each extension and the close carry the full state and a higher number,
/// so a reader needs only the last one it has seen.
package struct Event: Hashable, Sendable {
    package var id: UUIDv7
    package var revision: UInt32
    package var camera: CameraID
    package var kind: EventKind
    package var source: EventSource
    /// Machine word below the kind, empty for plain motion; for health one of ``HealthTopic``.
    package var topic: String
    package var start: UTCTime
    /// The last moment it was seen to last; equals the end once closed.
    package var lastSeen: UTCTime
    /// Nil while the event is open.
    package var end: UTCTime?
    package var endReason: EndReason?
    package var clock: ClockSource
    /// Half-width of the interval around ``start`` and ``end`` that holds the truth, nil when unknown.
    package var uncertainty: Duration?
    /// Share of the unmasked picture that moved when most of it did, 0…1.
    package var peak: Float
    package var peakTime: UTCTime?
    /// Union of the moving regions over the whole event.
    package var box: PictureBox?
    package var cells: CellGrid?
    /// Plain sentence for a person (health: the reason), English, no secrets; at most 500 bytes.
    package var detail: String
    /// What the clocks said when it began; nil where no picture began it, and in entries of earlier versions.
    package var reading: ClockReading?

    package init(
        id: UUIDv7, revision: UInt32 = 0, camera: CameraID, kind: EventKind, source: EventSource = .server,
        topic: String = "", start: UTCTime, lastSeen: UTCTime, end: UTCTime? = nil, endReason: EndReason? = nil,
        clock: ClockSource, uncertainty: Duration? = nil, peak: Float = 0, peakTime: UTCTime? = nil,
        box: PictureBox? = nil, cells: CellGrid? = nil, detail: String = "", reading: ClockReading? = nil
    ) {
        self.id = id
        self.revision = revision
        self.camera = camera
        self.kind = kind
        self.source = source
        self.topic = topic
        self.start = start
        self.lastSeen = lastSeen
        self.end = end
        self.endReason = endReason
        self.clock = clock
        self.uncertainty = uncertainty
        self.peak = peak
        self.peakTime = peakTime
        self.box = box
        self.cells = cells
        self.detail = detail
        self.reading = reading
    }
}

/// Topics of health events: what kept a camera from being seen. The raw value is stored as the event's topic.
package enum HealthTopic: String, CaseIterable, Sendable {
    /// No connection: host, port or name cannot be reached, or it does not answer.
    case unreachable
    /// The camera refused the user name or password, or wants a digest we cannot do.
    case credentialsRefused = "credentials-refused"
    /// The camera's certificate is not the one set as trust, or no trust is set; the detail tells its fingerprint.
    case untrusted
    /// Connected, but packets stopped or never came.
    case stalled
    /// Connection closed or broken after it worked.
    case lost
    /// A codec, container or picture size we do not accept.
    case unsupported
    /// Bytes that are not what they claim to be.
    case malformed
    /// The stream ended where it should not (truncated file).
    case ended
    /// Codec, picture size, profile, rates, signing or metadata tracks changed; the detail is a ``StreamChange`` sentence.
    case streamChanged = "stream-changed"
    /// The camera's clock is further from the server's than ``TimeCheck/warningOffset``.
    case clockError = "clock-error"
    /// The camera's clock was set to another time; the detail says by how much.
    case clockStepped = "clock-stepped"
    /// The camera's own services (ONVIF) cannot be asked, so that its clock is not read and events may be missing.
    case servicesFailed = "services-failed"
    /// A camera that moves came to look at another of its named positions; the detail says which.
    case presetChanged = "preset-changed"
    /// The spool could not write (disk full); what was held in memory is named in the detail.
    case spoolBlocked = "spool-blocked"
    /// What the camera says beside its video cannot be used: an encoding that is not supported, more than is taken, or
    /// a track it will not send.
    case metadataRefused = "metadata-refused"
    /// The camera set its clock, by its own word.
    case clockSynchronised = "clock-synchronised"
    /// The capture process crashed three times in the camera's thread; it is not opened until an administrator says so.
    case quarantined
}
