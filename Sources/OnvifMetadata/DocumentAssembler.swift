/// A whole metadata document as it came from the camera.
package struct AssembledDocument: Sendable {
    /// The bytes exactly as they were sent: XML, or one gzip member.
    package internal(set) var received: [UInt8]
    /// The XML: the same bytes, or what the gzip member held.
    package internal(set) var xml: [UInt8]
    /// Whether it was sent as gzip (`vnd.onvif.metadata+gzip`).
    package internal(set) var isCompressed: Bool
    /// When its first piece arrived.
    package internal(set) var begun: ContinuousClock.Instant

    init(received: [UInt8], xml: [UInt8], isCompressed: Bool, begun: ContinuousClock.Instant) {
        self.received = received
        self.xml = xml
        self.isCompressed = isCompressed
        self.begun = begun
    }

    /// A document that came whole and as XML, as in the answer to PullMessages.
    package init(xml: [UInt8], begun: ContinuousClock.Instant) {
        self.init(received: xml, xml: xml, isCompressed: false, begun: begun)
    }
}

/// Makes whole documents of the payloads of an ONVIF metadata stream, whose marker bits are lost on the way.
///
/// ONVIF Streaming Specification § 5.1.2.1 ends a document with the RTP marker, which libavformat does not hand on. So a
/// document ends with its root's end tag or with its gzip member, and begins with `<?xml`, a byte order mark, a root
/// start tag or a gzip header. One assembler per connection, on the camera's thread; it has no clock and does no I/O.
///
/// What does not come out whole is counted with its reason; after that nothing is believed until a document begins.
package struct DocumentAssembler: ~Copyable {
    private enum Kind { case none, xml, gzip }

    /// What is known about the place where the next document should begin.
    private enum Boundary {
        /// A document may begin here.
        case clean
        /// Bytes of a broken document may still come.
        case lost
        /// The stream is EXI, whose later pieces look like anything.
        case exi
    }

    private static let keptCapacity = 65_536

    /// What was seen so far.
    package private(set) var counters = AssemblerCounters()
    private let limits: DocumentLimits
    /// Bytes not yet handed out; those before `start` are done with.
    private var buffer: [UInt8] = []
    private var start = 0
    /// Where the newest piece begins in `buffer`.
    private var pieceStart = 0
    private var kind = Kind.none
    private var boundary = Boundary.clean
    private var scanner = RootScanner()
    private var inflater: Inflater?
    /// First byte that the inflater has not been given.
    private var inflatePosition = 0
    private var begun: ContinuousClock.Instant?
    /// The newest piece that looks like the begin of a document though one is unfinished; used if that one fails.
    private var restart: (offset: Int, at: ContinuousClock.Instant)?

    /// An assembler for one connection.
    package init(limits: DocumentLimits = DocumentLimits()) {
        self.limits = limits
    }

    /// Takes the next payload, cut wherever it may be.
    ///
    /// - Parameters:
    ///   - piece: the payload; not kept.
    ///   - now: when it arrived; must not go backwards.
    /// - Returns: the documents that are whole with it, oldest first; mostly none or one.
    package mutating func append(_ piece: UnsafeRawBufferPointer, at now: ContinuousClock.Instant)
        -> [AssembledDocument]
    {
        if kind != .none, let begun, now - begun > limits.completion { drop(.timeout) }
        let bytes = piece.bindMemory(to: UInt8.self)
        if buffer.isEmpty { begun = now }
        pieceStart = buffer.count
        if looksLikeRestart(bytes) { restart = (pieceStart, now) }
        buffer.append(contentsOf: bytes)
        var documents: [AssembledDocument] = []
        while start < buffer.count, step(&documents, now) {}
        compact()
        return documents
    }

    /// Ends the connection: an unfinished document is counted as lost, and the next piece begins anew.
    package mutating func reset() {
        if kind != .none { counters.drop(.streamEnded) }
        buffer = []
        start = 0
        restart = nil
        kind = .none
        boundary = .clean
    }

    // MARK: - Steps

    /// One step forward; false when more bytes are needed.
    private mutating func step(_ documents: inout [AssembledDocument], _ now: ContinuousClock.Instant) -> Bool {
        switch kind {
        case .none: findStart()
        case .xml: readXML(&documents, now)
        case .gzip: readGzip(&documents, now)
        }
    }

    private mutating func readXML(_ documents: inout [AssembledDocument], _ now: ContinuousClock.Instant) -> Bool {
        var scanner = self.scanner
        let outcome = buffer.withUnsafeBufferPointer { scanner.scan($0.slice(start..<$0.count)) }
        self.scanner = scanner
        switch outcome {
        case .end(let count) where count <= limits.documentByteCount:
            let xml = take(count)
            documents.append(AssembledDocument(received: xml, xml: xml, isCompressed: false, begun: begun ?? now))
            finish(now)
        case .interrupted(let offset):
            counters.drop(.interrupted)
            start += offset
            finish(now)
        case .refused(let reason):
            counters.drop(reason)
            start += scanner.position + 1
            finish(now)
            boundary = .lost
        case .incomplete where buffer.count - start <= limits.documentByteCount:
            return false
        case .end, .incomplete:
            drop(.tooLarge)
        }
        return true
    }

    private mutating func readGzip(_ documents: inout [AssembledDocument], _ now: ContinuousClock.Instant) -> Bool {
        let position = inflatePosition
        var inflater = self.inflater.take()
        let known = inflater?.output.count ?? 0
        let outcome = buffer.withUnsafeBufferPointer { inflater?.append($0.slice(position..<$0.count)) }
        counters.inflatedByteCount += (inflater?.output.count ?? 0) - known
        self.inflater = inflater.take()
        switch outcome {
        case .incomplete where buffer.count - start <= limits.documentByteCount:
            inflatePosition = buffer.count
            return false
        case .end(let consumed) where position + consumed - start <= limits.documentByteCount:
            let received = take(position + consumed - start)
            let xml = self.inflater?.output ?? []
            documents.append(AssembledDocument(received: received, xml: xml, isCompressed: true, begun: begun ?? now))
            counters.compressedDocuments += 1
            finish(now)
        case .failed(let reason):
            drop(reason)
        case .incomplete, .end, nil:
            drop(.tooLarge)
        }
        return true
    }

    /// Takes the document of this length out of the buffer.
    private mutating func take(_ count: Int) -> [UInt8] {
        counters.documents += 1
        boundary = .clean
        defer { start += count }
        return Array(buffer[start..<start + count])
    }

    /// The document is done with; what follows is looked at afresh.
    private mutating func finish(_ now: ContinuousClock.Instant) {
        kind = .none
        inflater = nil
        restart = nil
        begun = now
    }

    /// Gives the unfinished document up, together with all that was read but for a piece that may begin another.
    private mutating func drop(_ reason: DropReason) {
        counters.drop(reason)
        start = restart?.offset ?? buffer.count
        begun = restart?.at ?? begun
        restart = nil
        kind = .none
        inflater = nil
        boundary = .lost
        compact()
    }

    private mutating func compact() {
        if start >= buffer.count {
            // Room for usual documents stays, so that each costs one allocation.
            buffer.removeAll(keepingCapacity: buffer.capacity <= Self.keptCapacity)
        } else if start > 0 {
            buffer.removeFirst(start)
            inflatePosition -= start
            if let restart { self.restart = (restart.offset - start, restart.at) }
        }
        pieceStart = max(0, pieceStart - start)
        start = 0
    }

    // MARK: - Beginnings

    /// Whether a piece begins a document though the unfinished one does not tell: within gzip and within comments.
    private func looksLikeRestart(_ bytes: Bytes) -> Bool {
        switch kind {
        case .none: false
        case .xml: scanner.isBlind && bytes.hasPrefix("<?xml ")
        case .gzip: bytes.isGzipHeader == true
        }
    }

    /// Goes to where a document begins; false when that cannot be told yet.
    private mutating func findStart() -> Bool {
        let isPieceStart = start <= pieceStart
        let beginning = buffer.withUnsafeBufferPointer { bytes in
            bytes.slice(start..<bytes.count).beginning(isClean: boundary != .lost, isPieceStart: isPieceStart)
        }
        switch beginning {
        case .undecided(let padding):
            start += padding
            return false
        case .junk(let count):
            start += count
            counters.skippedByteCount += count
            if boundary == .clean { boundary = .lost }
        case .refused(let reason):
            // Where it ends cannot be seen: the piece goes, and each further one is judged by its first bytes.
            counters.drop(reason)
            start = buffer.count
            boundary = reason == .exi ? .exi : .lost
        case .xml(let padding):
            start += padding
            scanner = RootScanner()
            kind = .xml
        case .gzip(let padding):
            start += padding
            inflater = Inflater(limit: limits.inflatedByteCount)
            inflatePosition = start
            kind = .gzip
        }
        return true
    }
}
