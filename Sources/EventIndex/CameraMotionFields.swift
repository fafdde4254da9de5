internal import MKDSCore

/// The field `motion`: a JSON object with any of the keys of ``MotionSettings``.
struct CameraMotionFields {
    private let fields: CameraFields

    init(_ fields: CameraFields) {
        self.fields = fields
    }

    /// The settings, defaults where nothing was said; nil with the mistake noted.
    func settings(_ problems: inout RegisterProblems) -> MotionSettings? {
        guard let value = value(&problems) else { return nil }
        guard case .object(let members) = value else {
            return fail("must be a JSON object", "musí být objekt JSON", &problems)
        }
        var settings = MotionSettings()
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            switch key {
            case "masks":
                guard let masks = masks(value, &problems) else { return nil }
                settings.masks = masks
            case "minimum_area":
                guard let number = number(key, value, 0.00001...1, &problems) else { return nil }
                settings.minimumArea = number
            case "sensitivity":
                guard let number = number(key, value, 1...50, &problems) else { return nil }
                settings.sensitivity = number
            case "quiet_seconds":
                guard let number = number(key, value, 0.2...60, &problems) else { return nil }
                settings.quietSeconds = number
            case "pictures_per_second":
                guard let number = number(key, value, 0.1...30, &problems) else { return nil }
                settings.picturesPerSecond = number
            case "ignored_trouble":
                guard let trouble = ignoredTrouble(value, &problems) else { return nil }
                settings.ignoredTrouble = trouble
            default:
                let known = "masks, minimum_area, sensitivity, quiet_seconds, pictures_per_second, ignored_trouble"
                return fail(
                    "unknown key \(quotable(key)); known are \(known)",
                    "neznámý klíč \(quotable(key)); známé jsou \(known)",
                    &problems)
            }
        }
        return settings
    }

    private func value(_ problems: inout RegisterProblems) -> RegisterJSON? {
        if let shape = fields.shapes["motion"] { return shape }
        guard let text = fields.texts["motion"] else { return .object([:]) }
        let limits = RegisterJSON.Limits(byteCount: 16 << 10, depth: 8, valueCount: 4000)
        do {
            return try RegisterJSON(parsing: Array(text.utf8), limits: limits)
        } catch {
            return fail(
                "column \(error.column): \(error.message)", "sloupec \(error.column): \(error.messageCs)", &problems)
        }
    }

    private func number(
        _ key: String, _ value: RegisterJSON, _ range: ClosedRange<Double>, _ problems: inout RegisterProblems
    ) -> Double? {
        guard case .number(let number) = value, range.contains(number) else {
            let bounds = "\(range.lowerBound) … \(range.upperBound)"
            return fail(
                "\(key) must be a number within \(bounds)", "\(key) musí být číslo v mezích \(bounds)", &problems)
        }
        return number
    }

    private func ignoredTrouble(_ value: RegisterJSON, _ problems: inout RegisterProblems) -> [SightTrouble]? {
        let known = SightTrouble.allCases.map(\.rawValue).joined(separator: ", ")
        guard case .array(let items) = value, items.count <= SightTrouble.allCases.count else {
            return fail(
                "ignored_trouble must be a list of \(known)", "ignored_trouble musí být seznam z \(known)", &problems)
        }
        let read = items.compactMap { item -> SightTrouble? in
            if case .string(let name) = item { SightTrouble(rawValue: name) } else { nil }
        }
        guard read.count == items.count else {
            return fail(
                "ignored_trouble must be a list of \(known)", "ignored_trouble musí být seznam z \(known)", &problems)
        }
        return read
    }

    private func masks(_ value: RegisterJSON, _ problems: inout RegisterProblems) -> [[[Double]]]? {
        guard case .array(let items) = value, items.count <= 32 else { return failMasks(&problems) }
        var masks: [[[Double]]] = []
        for item in items {
            guard case .array(let points) = item, (3...100).contains(points.count) else { return failMasks(&problems) }
            var mask: [[Double]] = []
            for point in points {
                guard case .array(let pair) = point, pair.count == 2, case .number(let x) = pair[0],
                    case .number(let y) = pair[1], (0...1).contains(x), (0...1).contains(y)
                else { return failMasks(&problems) }
                mask.append([x, y])
            }
            masks.append(mask)
        }
        return masks
    }

    private func failMasks(_ problems: inout RegisterProblems) -> [[[Double]]]? {
        fail(
            "masks must be at most 32 polygons of 3 to 100 points, each [x, y] within 0 … 1",
            "masks musí být nejvýše 32 polygonů o 3 až 100 bodech, každý [x, y] v mezích 0 … 1", &problems)
    }

    private func fail<T>(_ message: String, _ messageCs: String, _ problems: inout RegisterProblems) -> T? {
        fields.fail("motion", message, messageCs, &problems)
        return nil
    }
}
