internal import MKDSCore

/// Which cameras of a group are not to be opened because their bytes crash the capture process. Pure.
///
/// A camera that crashed it three times within an hour is left out until an administrator reloads the settings or
/// imports into the register.
struct CameraQuarantine {
    typealias Instant = ContinuousClock.Instant

    static let crashLimit = 3
    static let memory = Duration.seconds(3600)

    private var crashes: [CameraID: [Instant]] = [:]
    private(set) var cameras: Set<CameraID> = []

    /// Notes that the process died in the thread of this camera. Returns true when that puts it into quarantine.
    mutating func crashed(_ camera: CameraID, at now: Instant) -> Bool {
        let recent = crashes[camera, default: []].filter { now - $0 < Self.memory } + [now]
        crashes[camera] = recent.suffix(Self.crashLimit)
        return recent.count >= Self.crashLimit && cameras.insert(camera).inserted
    }

    /// Every camera gets another try.
    mutating func release() {
        crashes = [:]
        cameras = []
    }

    /// The assignment with the cameras that are to be left alone.
    func apply(to assignment: CaptureAssignment) -> CaptureAssignment {
        var held = assignment
        held.quarantined = assignment.cameras.map(\.id).filter(cameras.contains)
        return held
    }
}
