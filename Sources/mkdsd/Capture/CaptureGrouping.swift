internal import MKDSCore

/// Which camera belongs to which capture group.
///
/// Stable on purpose: a camera stays where it is while it is in service, whatever happens to the others, since moving
/// it would interrupt it. A new camera joins the lowest-numbered group with room, else opens the next group. A camera
/// taken out of service leaves a free place.
struct CaptureGrouping: Hashable, Sendable {
    /// Group names by camera.
    private(set) var groups: [CameraID: String]

    /// Takes over an earlier grouping (of the last run of the daemon).
    init(_ groups: [CameraID: String] = [:]) {
        self.groups = groups
    }

    /// Brings the grouping to exactly these cameras, at most `size` to a group; a group that is already larger keeps
    /// its members.
    mutating func update(cameras: [CameraID], size: Int) {
        let wanted = Set(cameras)
        groups = groups.filter { wanted.contains($0.key) }
        var counts: [String: Int] = [:]
        for name in groups.values { counts[name, default: 0] += 1 }
        for camera in cameras.sorted() where groups[camera] == nil {
            var number = 1
            while counts[Self.name(number), default: 0] >= max(1, size) { number += 1 }
            groups[camera] = Self.name(number)
            counts[Self.name(number), default: 0] += 1
        }
    }

    /// `g01`, `g02`, …, `g100`: also the name of the group's spool directory.
    static func name(_ number: Int) -> String {
        number < 10 ? "g0\(number)" : "g\(number)"
    }

    /// True for names this type gives; anything else in the spool directory is not a group of ours.
    static func isName(_ text: String) -> Bool {
        guard text.hasPrefix("g"), let number = Int(text.dropFirst()), number > 0 else { return false }
        return name(number) == text
    }
}
