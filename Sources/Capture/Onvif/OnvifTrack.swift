internal import MKDSCore
internal import OnvifMetadata

/// Makes documents of the pieces of one connection's metadata track, within a budget: a camera that floods loses its
/// documents, never its pictures. On the camera's thread; time comes in with each piece.
struct OnvifTrack: ~Copyable {
    /// Sustained rate, bytes a second as sent or as unpacked, whichever is more. The chattiest cameras known send 100 KiB.
    static let bytesPerSecond = 512 * 1_024
    /// Two of the largest documents that are read.
    static let burstByteCount = 8 << 20

    /// What is read of one camera on one way.
    static var budget: RateBudget { RateBudget(perSecond: Double(bytesPerSecond), burst: Double(burstByteCount)) }

    private var assembler = DocumentAssembler()
    private var budget = OnvifTrack.budget
    private var isFlooded = false
    /// Pieces let go because of the budget.
    private(set) var refusedPieceCount = 0
    private var told: Set<MetadataTrouble> = []

    var counters: AssemblerCounters { assembler.counters }

    /// Takes the next piece; the documents that are whole with it.
    mutating func append(
        _ piece: UnsafeRawBufferPointer, at now: ContinuousClock.Instant, wall: UTCTime
    ) -> [AssembledDocument] {
        guard budget.isOpen(at: wall) else {
            // What follows the hole is none of the document before it.
            if !isFlooded { assembler.reset() }
            isFlooded = true
            refusedPieceCount += 1
            return []
        }
        isFlooded = false
        let inflated = assembler.counters.inflatedByteCount
        let documents = assembler.append(piece, at: now)
        budget.spend(max(piece.count, assembler.counters.inflatedByteCount - inflated))
        return documents
    }

    /// What makes the track unusable and was not told of on this connection yet.
    mutating func takeTrouble() -> [MetadataTrouble] {
        var troubles: [MetadataTrouble] = []
        if assembler.counters.count(.exi) > 0 { troubles.append(.exi) }
        if assembler.counters.count(.wideCharacters) > 0 { troubles.append(.wideCharacters) }
        if refusedPieceCount > 0 { troubles.append(.flood) }
        return troubles.filter { told.insert($0).inserted }
    }
}

/// Why what a camera says beside its video is not used.
package enum MetadataTrouble: Hashable, Sendable {
    case exi
    case wideCharacters
    case flood
    /// More events or documents than are taken from one camera.
    case excess
    /// The camera would not open the track; with its own reason, in our words.
    case refused(String)

    /// The sentence of the health event.
    package var detail: String {
        switch self {
        case .exi:
            "the camera sends its metadata as EXI, which is not supported; set its metadata to XML, compression off or gzip"
        case .wideCharacters: "the camera sends its metadata as UTF-16, which ONVIF does not allow"
        case .flood:
            "the camera sends more metadata than is taken (512 KiB a second); part of it is let go, the pictures are not"
        case .excess: "the camera tells of more than is kept of one camera; part of it is let go"
        case .refused(let reason): "the camera's metadata track could not be opened: \(reason)"
        }
    }
}
