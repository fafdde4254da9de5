@testable import OnvifMetadata

/// What libFuzzer calls: an answer of a device service is read into its tree, and that written out again must be read as
/// the same tree. The first byte chooses the limits: those of an answer, or narrower ones as of a datagram.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzTree(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 1 else { return 0 }
    var limits = DocumentLimits()
    if start[0] & 1 == 1 {
        limits.inflatedByteCount = 65_536
        limits.elementCount = 1_024
    }
    guard
        let root = try? ElementTreeReader.read(
            Array(UnsafeBufferPointer(start: start + 1, count: count - 1)), limits: limits)
    else { return 0 }
    var tally = Tally(limits: limits)
    tally.add(root, depth: 1)
    _ = root.trimmedText
    let byteLimit = 4_096
    if let xml = XMLElement.serialized([root], extra: " a=\"b\"", byteLimit: byteLimit) {
        precondition(xml.utf8.count <= byteLimit, "longer than its limit")
    }
    // Each use of a namespace may be as long as the longest, and each byte may need six.
    if let xml = XMLElement.serialized([root], byteLimit: 65_536) {
        var again = limits
        again.namespaceCount = Int.max
        again.tagByteCount = Int.max
        again.inflatedByteCount = Int.max
        again.valueByteCount = Int.max
        guard let second = try? ElementTreeReader.read(Array(xml.utf8), limits: again) else {
            preconditionFailure("what was written is not well-formed")
        }
        precondition(isSame(root, second), "written otherwise than read")
    }
    return 0
}

/// What a tree holds in sum, within the limits.
private struct Tally {
    let limits: DocumentLimits
    var elementCount = 0
    var attributeCount = 0

    init(limits: DocumentLimits) {
        self.limits = limits
    }

    mutating func add(_ element: XMLElement, depth: Int) {
        elementCount += 1
        attributeCount += element.attributes.count
        precondition(depth <= limits.depth && elementCount <= limits.elementCount, "elements")
        precondition(attributeCount <= limits.elementCount, "attributes")
        precondition(element.text.utf8.count <= limits.valueByteCount, "text")
        precondition(element.namespace.utf8.count <= limits.namespaceByteCount, "namespace")
        for attribute in element.attributes {
            precondition(attribute.namespace.utf8.count <= limits.namespaceByteCount, "namespace of an attribute")
            precondition(attribute.value.utf8.count <= limits.valueByteCount, "value")
        }
        for child in element.children { add(child, depth: depth + 1) }
    }
}

/// Text beside children is not written.
private func isSame(_ first: XMLElement, _ second: XMLElement) -> Bool {
    first.name == second.name && first.namespace == second.namespace && first.attributes == second.attributes
        && (first.text == second.text || !first.children.isEmpty) && first.children.count == second.children.count
        && zip(first.children, second.children).allSatisfy(isSame)
}
