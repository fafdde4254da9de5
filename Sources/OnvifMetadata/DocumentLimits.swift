/// What one metadata document may be at most; anything above is refused, counted and never grows memory.
package struct DocumentLimits: Sendable {
    /// Bytes of a document as it was sent.
    package var documentByteCount = 4 << 20
    /// Bytes of a document after gzip was undone.
    package var inflatedByteCount = 4 << 20
    /// From the first to the last piece of a document.
    package var completion: Duration = .seconds(5)
    /// Elements within each other; well-behaved documents stay below 20.
    package var depth = 64
    /// Elements of one document.
    package var elementCount = 65_536
    /// Attributes of one element, namespace declarations not counted.
    package var attributeCount = 64
    /// Namespace declarations in force at one place; each prefix is looked up among them in turn.
    package var namespaceCount = 256
    /// Bytes of one start tag. libxml2 compares all attributes of a tag with each other, in quadratic time.
    package var tagByteCount = 16_384
    /// Bytes of one attribute value or text that is kept.
    package var valueByteCount = 16_384
    /// Bytes of one namespace's URI, where names are kept with their namespaces.
    package var namespaceByteCount = 1_024
    /// Notifications, frames, objects, cell motions, PTZ positions and simple items kept of one document, in sum.
    package var itemCount = 4_096
    /// Cells of all `MotionInCells` of one document.
    package var cellCount = 262_144

    /// The limits of docs/design/onvif.md.
    package init() {}
}
