/// A document as it may be stored.
package struct StorableDocument: Hashable, Sendable {
    /// The bytes as they were sent, or, if something was cut, the XML without it, every other byte as it was.
    package let bytes: [UInt8]
    /// Of the bytes as they were sent, before anything was cut.
    package let receivedDigest: SHA256Digest
    /// What was cut, in document order; empty when `bytes` is what was sent.
    package let cuts: [BiometricCut]
}

/// Cuts face and plate data out of documents before they are stored (R13), byte exact elsewhere (R14).
///
/// What to cut libxml2 has decided, by element number (``DocumentContents/biometricCuts``): names in whatever spelling,
/// topics behind entities. Where those elements lie in the bytes a ``MarkupTokenizer`` tells. Both must agree on every
/// cut element's name and on the number of elements, else nothing is stored.
package enum BiometricFilter {
    /// Why a document cannot be stored.
    package enum Failure: Error {
        /// Parser and tokenizer disagree, so the bytes to cut are not known for certain.
        case disagreement
        /// libcrypto refused to hash.
        case noDigest
    }

    /// The document to store; `contents` is what a ``DocumentReader`` read from this very document.
    ///
    /// - Throws: ``Failure``.
    package static func storable(
        _ document: AssembledDocument, _ contents: DocumentContents
    ) throws(Failure) -> StorableDocument {
        guard let digest = SHA256Digest(of: document.received) else { throw .noDigest }
        guard !contents.biometricCuts.isEmpty else {
            return StorableDocument(bytes: document.received, receivedDigest: digest, cuts: [])
        }
        let cuts = contents.biometricCuts.sorted { $0.element < $1.element }
        let ranges = document.xml.withUnsafeBufferPointer { locate(cuts, in: $0, elementCount: contents.elementCount) }
        guard let ranges else { throw .disagreement }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(document.xml.count)
        var position = 0
        for range in ranges {
            bytes += document.xml[position..<range.lowerBound]
            position = range.upperBound
        }
        bytes += document.xml[position...]
        return StorableDocument(bytes: bytes, receivedDigest: digest, cuts: cuts)
    }

    /// The outermost byte ranges of the elements; nil when they are not there.
    private static func locate(_ cuts: [BiometricCut], in xml: Bytes, elementCount: Int) -> [Range<Int>]? {
        var tokenizer = MarkupTokenizer(xml)
        var remaining = cuts[...]
        var ranges: [Range<Int>] = []
        var element = -1
        var depth = 0
        var open: (start: Int, depth: Int)?
        while let tag = tokenizer.next() {
            if tag.kind != .end {
                element += 1
                depth += 1
                if let cut = remaining.first, cut.element == element {
                    // libxml2 leaves names with stray colons as they are, so only the end of what is written must agree.
                    guard xml.slice(tag.name).string.hasSuffix(cut.name) else { return nil }
                    remaining.removeFirst()
                    if open == nil { open = (tag.range.lowerBound, depth) }
                }
            }
            if tag.kind != .start {
                if let outermost = open, outermost.depth == depth {
                    ranges.append(outermost.start..<tag.range.upperBound)
                    open = nil
                }
                depth -= 1
            }
        }
        return remaining.isEmpty && open == nil && depth == 0 && element + 1 == elementCount ? ranges : nil
    }
}
