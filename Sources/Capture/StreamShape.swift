package import MKDSCore

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

    /// What is different now.
    package func changes(to other: StreamShape) -> [StreamChange] {
        var changes: [StreamChange] = []
        if codec != other.codec { changes.append(StreamChange(.codec, from: codec, to: other.codec)) }
        if (width, height) != (other.width, other.height) {
            changes.append(StreamChange(.size, from: "\(width)x\(height)", to: "\(other.width)x\(other.height)"))
        }
        return changes
    }
}
