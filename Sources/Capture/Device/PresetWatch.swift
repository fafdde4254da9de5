package import MKDSCore

/// Tells when a camera that moves came to look at another named position, or at none. Pure.
package struct PresetWatch: Sendable {
    private let camera: CameraID
    /// Name of the position; empty for none. Nil before the first look.
    private var current: String?
    /// What the last look said; a change counts when two looks in a row agree.
    private var candidate: String?

    package init(camera: CameraID) {
        self.camera = camera
    }

    /// Takes the next look; not while the camera moves.
    ///
    /// - Parameters:
    ///   - preset: Where it looks; nil for no named position.
    ///   - now: The server's wall clock.
    /// - Returns: A health event of a moment when it looks elsewhere than before; the first look only says where that is.
    package mutating func look(at preset: DevicePreset?, now: UTCTime) -> [JournalRecord] {
        let seen = preset.map { $0.name.isEmpty ? $0.token : $0.name } ?? ""
        defer { candidate = seen }
        guard seen != current, seen == candidate else { return [] }
        let isFirst = current == nil
        current = seen
        guard !isFirst else { return [] }
        let detail =
            seen.isEmpty ? "the camera looks at none of its presets" : "the camera was turned to its preset \"\(seen)\""
        return [HealthTracker(camera: camera).moment(.presetChanged, detail, at: now)]
    }
}
