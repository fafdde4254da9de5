package import MKDSCore
internal import Yams

/// Motion settings of one camera in a YAML file, for trying them out before they go into the register.
///
/// The file holds the keys of ``MotionSettings`` at its top level: `masks`, `minimum_area`, `sensitivity`,
/// `quiet_seconds`, `pictures_per_second`, `ignored_trouble`. What is absent keeps its default.
package enum MotionSettingsFile {
    /// Reads the file; blocking. Throws every mistake at once, each with its line.
    package static func read(path: String) throws(SettingsError) -> MotionSettings {
        try read(bytes: SettingsText.read(path), file: path)
    }

    /// Reads the text of a file; `file` is only for messages.
    package static func read(bytes: [UInt8], file: String) throws(SettingsError) -> MotionSettings {
        let document = try SettingsDocument(bytes: bytes, file: file)
        let settings = motion(document.section())
        try document.check()
        return settings
    }

    static func motion(_ section: SettingsSection) -> MotionSettings {
        let standard = MotionSettings()
        let settings = MotionSettings(
            masks: masks(section) ?? standard.masks,
            minimumArea: section.number("minimum_area", in: 0.00001...1) ?? standard.minimumArea,
            sensitivity: section.number("sensitivity", in: 1...100) ?? standard.sensitivity,
            quietSeconds: section.number("quiet_seconds", in: 0.1...60) ?? standard.quietSeconds,
            picturesPerSecond: section.number("pictures_per_second", in: 0.1...60) ?? standard.picturesPerSecond,
            ignoredTrouble: ignoredTrouble(section) ?? standard.ignoredTrouble)
        section.finish()
        return settings
    }

    /// Names of ``SightTrouble``.
    private static func ignoredTrouble(_ section: SettingsSection) -> [SightTrouble]? {
        section.list("ignored_trouble", limit: SightTrouble.allCases.count)?.compactMap { node, key in
            if case .scalar(let scalar) = node, let trouble = SightTrouble(rawValue: scalar.string) { return trouble }
            let known = SightTrouble.allCases.map(\.rawValue).joined(separator: ", ")
            section.report(key, node, "must be one of \(known)")
            return nil
        }
    }

    /// Up to 32 polygons of 3 to 64 points, each two shares of the picture's width and height.
    private static func masks(_ section: SettingsSection) -> [[[Double]]]? {
        section.list("masks", limit: 32)?.compactMap { polygon, key in
            guard case .sequence(let points) = polygon, (3...64).contains(points.count) else {
                section.report(
                    key, polygon, "must be a polygon of 3 to 64 points, as in [[0, 0], [0.2, 0], [0.2, 0.1]]")
                return nil
            }
            let read = points.enumerated().compactMap { index, point in
                self.point(point, "\(key)[\(index)]", section)
            }
            return read.count == points.count ? read : nil
        }
    }

    private static func point(_ node: Node, _ key: String, _ section: SettingsSection) -> [Double]? {
        if case .sequence(let pair) = node, pair.count == 2 {
            let numbers = pair.compactMap(\.number).filter { (0...1).contains($0) }
            if numbers.count == 2 { return numbers }
        }
        section.report(key, node, "must be a point [x, y], each a share of the picture from 0 to 1")
        return nil
    }
}
