internal import FoundationEssentials
internal import MKDSCore

/// The last known list of cameras with their groups, kept in `cameras.json` so that capture can begin while the
/// database is away. It holds no secret: records only name their credentials.
struct CameraListFile: Codable, Hashable {
    private static let byteLimit = 64 << 20

    var version = 1
    var cameras: [CameraRecord]
    /// Group names by camera id.
    var groups: [String: String]

    init(cameras: [CameraRecord], grouping: CaptureGrouping) {
        self.cameras = cameras
        groups = Dictionary(uniqueKeysWithValues: grouping.groups.map { ($0.key.rawValue, $0.value) })
    }

    var grouping: CaptureGrouping {
        let pairs = groups.compactMap { key, group in
            CaptureGrouping.isName(group) ? CameraID(key).map { ($0, group) } : nil
        }
        return CaptureGrouping(Dictionary(pairs) { first, _ in first })
    }

    /// Blocking. Nil when there is no such file yet.
    static func read(_ path: String) throws -> CameraListFile? {
        guard let bytes = try StateFile.read(path, byteLimit: byteLimit) else { return nil }
        return try JSONDecoder().decode(CameraListFile.self, from: Data(bytes))
    }

    /// Blocking; replaces the file whole or not at all.
    func write(_ path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try StateFile.write(path, Array(encoder.encode(self)))
    }
}
