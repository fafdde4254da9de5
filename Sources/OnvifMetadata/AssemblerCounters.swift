/// Why a document, or what looked like one, did not come out whole.
package enum DropReason: UInt8, CaseIterable, Sendable {
    /// The next document began before this one had ended: pieces of it were lost.
    case interrupted
    /// It was not complete within ``DocumentLimits/completion``.
    case timeout
    /// The connection ended within it.
    case streamEnded
    /// Larger than ``DocumentLimits/documentByteCount``.
    case tooLarge
    /// It inflates to more than ``DocumentLimits/inflatedByteCount``.
    case inflatedTooLarge
    /// gzip whose data or check value is wrong: pieces of it were lost.
    case damagedGzip
    /// Efficient XML Interchange (`vnd.onvif.metadata.exi.*`), which is not supported.
    case exi
    /// UTF-16 or UTF-32, which ONVIF does not allow (Core Specification: UTF-8).
    case wideCharacters
    /// It carries a document type declaration.
    case documentType
    /// XML whose root is no `MetadataStream`.
    case foreignRoot
}

/// What an assembler has seen since it was made; only ever grows.
package struct AssemblerCounters: Hashable, Sendable {
    /// Whole documents handed out.
    package internal(set) var documents = 0
    /// Those of them that were sent as gzip.
    package internal(set) var compressedDocuments = 0
    /// Bytes that belonged to no document, padding not counted.
    package internal(set) var skippedByteCount = 0
    /// Bytes that gzip was inflated to, whatever became of them: those of members that proved damaged or too large, too.
    package internal(set) var inflatedByteCount = 0
    private var dropped = [Int](repeating: 0, count: DropReason.allCases.count)

    /// Documents dropped for this reason; of EXI and UTF-16 it is pieces, as their ends cannot be seen.
    package func count(_ reason: DropReason) -> Int { dropped[Int(reason.rawValue)] }

    /// Documents dropped, of whatever reason.
    package var droppedDocuments: Int { dropped.reduce(0, +) }

    mutating func drop(_ reason: DropReason) { dropped[Int(reason.rawValue)] += 1 }
}
