/// One thing that is different in a camera's stream, as the detail of a `stream-changed` event says it.
///
/// The sentence `changed from codec h264 to hevc, profile High to Main` is what is stored; programs that show it in another
/// language read it back with ``parse(_:)``.
package struct StreamChange: Hashable, Sendable {
    /// What changed. The raw value stands in the sentence and is never changed.
    package enum Aspect: String, CaseIterable, Sendable {
        /// FFmpeg's names.
        case codec
        /// `1920x1080`.
        case size = "picture size"
        case profile
        /// Pictures a second: `25.0`.
        case frameRate = "frame rate"
        /// Mean distance of keyframes in seconds: `2.0 s`.
        case group = "keyframe distance"
        /// Wire names of ``MediaSigning``.
        case signing
        /// Wire names of ``MetadataFormat`` joined by `+`, or `none`.
        case metadata = "metadata track"
    }

    package var aspect: Aspect
    package var from: String
    package var to: String

    package init(_ aspect: Aspect, from: String, to: String) {
        self.aspect = aspect
        self.from = from
        self.to = to
    }

    /// All of these as one sentence; nil for none.
    package static func sentence(_ changes: [StreamChange]) -> String? {
        guard !changes.isEmpty else { return nil }
        return beginning + changes.map { "\($0.aspect.rawValue) \($0.from) to \($0.to)" }.joined(separator: ", ")
    }

    /// The changes a sentence tells; nil for any other text.
    package static func parse(_ sentence: String) -> [StreamChange]? {
        guard sentence.hasPrefix(beginning) else { return nil }
        var changes: [StreamChange] = []
        for part in sentence.dropFirst(beginning.count).split(separator: ", ") {
            guard let aspect = Aspect.allCases.first(where: { part.hasPrefix($0.rawValue + " ") }) else { return nil }
            let values = part.dropFirst(aspect.rawValue.count + 1).split(separator: " to ")
            guard values.count == 2 else { return nil }
            changes.append(StreamChange(aspect, from: String(values[0]), to: String(values[1])))
        }
        return changes.isEmpty ? nil : changes
    }

    private static let beginning = "changed from "

    /// As tenths are written in a sentence: `12.5`.
    package static func tenths(_ value: Double) -> String {
        let tenths = Int64((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// As metadata tracks are written in a sentence: `onvif+klv`, `none`.
    package static func names(_ formats: [MetadataFormat]) -> String {
        formats.isEmpty ? "none" : formats.map(\.wireName).joined(separator: "+")
    }
}
