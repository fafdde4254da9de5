/// Codec and picture size: what may not change within a run.
package struct StreamShape: Hashable, Sendable {
    package var codec: String
    package var width: Int
    package var height: Int

    package init(codec: String, width: Int, height: Int) {
        self.codec = codec
        self.width = width
        self.height = height
    }

    /// What is different now, as a sentence; nil when nothing is.
    package func change(to other: StreamShape) -> String? {
        var parts: [String] = []
        if codec != other.codec { parts.append("codec \(codec) to \(other.codec)") }
        if (width, height) != (other.width, other.height) {
            parts.append("picture size \(width)x\(height) to \(other.width)x\(other.height)")
        }
        return parts.isEmpty ? nil : "changed from " + parts.joined(separator: ", ")
    }
}
