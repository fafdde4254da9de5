/// The way on which a camera's document came. Raw values are stored and never renumbered.
package enum DocumentPath: UInt8, CaseIterable, Sendable {
    /// The metadata track beside the video.
    case track = 1
    /// An answer of the camera's event service (PullMessages).
    case pullPoint = 2
}

/// A metadata document as it is kept (R14): what the camera sent, byte for byte, but for face and plate data that was
/// cut out (R13).
///
/// It never changes. In the journal its bytes travel in pieces: ``DocumentPart``s with all but the last, then this with
/// the last one, so that a document that can be read is whole.
package struct RawDocument: Hashable, Sendable {
    /// Most bytes of one piece.
    package static let pieceByteLimit = 2_800
    /// Most events one document is linked to; a document that tells of more is linked to the first ones.
    package static let eventLimit = 48

    /// Minted when the document came.
    package var id: UUIDv7
    package var camera: CameraID
    /// The server's wall clock when its first bytes came.
    package var received: UTCTime
    package var path: DocumentPath
    /// SHA-256 (FIPS 180-4) of what was sent, before anything was cut or unpacked: 32 bytes.
    package var digest: [UInt8]
    /// Bytes of the document as it is kept, all pieces together.
    package var byteCount: UInt32
    /// It is kept as the gzip member it came as.
    package var isCompressed: Bool
    /// Elements that were cut out; 0 when the kept bytes are the sent ones.
    package var cutCount: UInt32
    /// Where a moving camera looked by its own word, in its own units; nil where it did not say.
    package var pan: Float?
    package var tilt: Float?
    package var zoom: Float?
    /// The preset a moving camera says it has reached; empty when none.
    package var preset: String
    /// Events the document opened, extended or closed.
    package var events: [UUIDv7]
    /// ``DocumentPart``s that precede, numbered from 0.
    package var partCount: UInt16
    /// The last piece.
    package var tail: [UInt8]

    package init(
        id: UUIDv7, camera: CameraID, received: UTCTime, path: DocumentPath, digest: [UInt8], byteCount: UInt32,
        isCompressed: Bool = false, cutCount: UInt32 = 0, pan: Float? = nil, tilt: Float? = nil, zoom: Float? = nil,
        preset: String = "", events: [UUIDv7] = [], partCount: UInt16 = 0, tail: [UInt8]
    ) {
        self.id = id
        self.camera = camera
        self.received = received
        self.path = path
        self.digest = digest
        self.byteCount = byteCount
        self.isCompressed = isCompressed
        self.cutCount = cutCount
        self.pan = pan
        self.tilt = tilt
        self.zoom = zoom
        self.preset = preset
        self.events = events
        self.partCount = partCount
        self.tail = tail
    }
}

/// A piece of a ``RawDocument``, journalled before it.
package struct DocumentPart: Hashable, Sendable {
    package var document: UUIDv7
    /// From 0.
    package var number: UInt16
    /// Exactly ``RawDocument/pieceByteLimit`` bytes.
    package var bytes: [UInt8]

    package init(document: UUIDv7, number: UInt16, bytes: [UInt8]) {
        self.document = document
        self.number = number
        self.bytes = bytes
    }
}

extension RawDocument {
    /// The journal entries of a document with these bytes, in the order in which they must be appended; of `draft` the
    /// fields that say how it is cut into pieces are replaced.
    package static func records(of bytes: [UInt8], _ draft: RawDocument) -> [JournalRecord] {
        var document = draft
        var records: [JournalRecord] = []
        var start = 0
        while bytes.count - start > pieceByteLimit {
            let piece = Array(bytes[start..<start + pieceByteLimit])
            records.append(.documentPart(DocumentPart(document: draft.id, number: UInt16(records.count), bytes: piece)))
            start += pieceByteLimit
        }
        document.byteCount = UInt32(bytes.count)
        document.partCount = UInt16(records.count)
        document.tail = Array(bytes[start...])
        document.events = Array(draft.events.prefix(eventLimit))
        return records + [.document(document)]
    }
}

// MARK: - The bytes inside a journal record

extension RawDocument {
    private struct Flags {
        static let compressed: UInt8 = 1
        static let pan: UInt8 = 2
        static let tilt: UInt8 = 4
        static let zoom: UInt8 = 8
        static let all: UInt8 = 15
    }

    func encode(into buffer: inout [UInt8]) {
        var flags: UInt8 = isCompressed ? Flags.compressed : 0
        if pan != nil { flags |= Flags.pan }
        if tilt != nil { flags |= Flags.tilt }
        if zoom != nil { flags |= Flags.zoom }
        buffer.append(flags)
        buffer.append(id)
        buffer.append(path.rawValue)
        buffer.append(received)
        // A digest of any other length is none; it is made by one function of ours.
        buffer.append(contentsOf: digest.prefix(32) + [UInt8](repeating: 0, count: max(0, 32 - digest.count)))
        buffer.append(integer: byteCount)
        buffer.append(integer: cutCount)
        buffer.append(integer: partCount)
        for value in [pan, tilt, zoom] { if let value { buffer.append(finite: value) } }
        buffer.append(shortText: camera.rawValue)
        buffer.append(shortText: preset)
        buffer.append(UInt8(min(events.count, Self.eventLimit)))
        for event in events.prefix(Self.eventLimit) { buffer.append(event) }
        buffer.append(piece: tail)
    }

    init(from reader: inout RecordReader) throws(JournalRecordError) {
        let flags = try reader.flags(Flags.all)
        isCompressed = flags & Flags.compressed != 0
        id = try reader.id()
        path = try reader.enumeration("path")
        received = try reader.time("received")
        digest = try reader.bytes(32)
        byteCount = try reader.integer()
        cutCount = try reader.integer()
        partCount = try reader.integer()
        pan = flags & Flags.pan != 0 ? try reader.finite("pan") : nil
        tilt = flags & Flags.tilt != 0 ? try reader.finite("tilt") : nil
        zoom = flags & Flags.zoom != 0 ? try reader.finite("zoom") : nil
        camera = try reader.camera()
        preset = try reader.shortText("preset")
        events = []
        let count = try reader.byte()
        guard count <= Self.eventLimit else { throw reader.failure(.invalidField("events")) }
        for _ in 0..<count { events.append(try reader.id()) }
        tail = try reader.piece()
        guard UInt64(byteCount) == UInt64(partCount) * UInt64(Self.pieceByteLimit) + UInt64(tail.count) else {
            throw reader.failure(.invalidField("byte count"))
        }
    }
}

extension DocumentPart {
    func encode(into buffer: inout [UInt8]) {
        buffer.append(document)
        buffer.append(integer: number)
        buffer.append(piece: bytes)
    }

    init(from reader: inout RecordReader) throws(JournalRecordError) {
        document = try reader.id()
        number = try reader.integer()
        bytes = try reader.piece()
        guard bytes.count == RawDocument.pieceByteLimit else { throw reader.failure(.invalidField("piece")) }
    }
}

extension [UInt8] {
    fileprivate mutating func append(piece: [UInt8]) {
        let piece = piece.prefix(RawDocument.pieceByteLimit)
        append(integer: UInt16(piece.count))
        append(contentsOf: piece)
    }
}

extension RecordReader {
    fileprivate mutating func piece() throws(JournalRecordError) -> [UInt8] {
        let count: UInt16 = try integer()
        guard count <= RawDocument.pieceByteLimit else { throw failure(.invalidField("piece")) }
        return try bytes(Int(count))
    }
}
