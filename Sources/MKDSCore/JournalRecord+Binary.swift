// The bytes of one journal record (docs/design/spool.md § Record).
//
//     u8 format version (1) · u8 kind · fields in the order of `encode` below, little endian, no padding
//
// Optional fields are announced in one or two bytes of flags before the fields. Strings are a length (u8, u16 for
// details) and UTF-8 without NUL. Durations keep all of their 128 bits, so that a record comes back as it was.

/// What can be wrong with the bytes of a journal record.
package struct JournalRecordError: Error, Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        /// The bytes end before the record does.
        case truncated
        /// The record ends before the bytes do.
        case trailingBytes
        /// Written by a program that knows a later format.
        case unknownVersion(UInt8)
        /// A kind of record this program does not know; a later one wrote it.
        case unknownKind(UInt8)
        /// A field holds a value it cannot have.
        case invalidField(String)
    }

    package var code: Code
    /// Where in the record it was noticed, bytes from its beginning.
    package var offset: Int

    package init(code: Code, offset: Int) {
        self.code = code
        self.offset = offset
    }
}

extension JournalRecordError: CustomStringConvertible {
    package var description: String {
        let what =
            switch code {
            case .truncated: "it ends too early"
            case .trailingBytes: "bytes follow its end"
            case .unknownVersion(let version): "format version \(version) was written by a newer program"
            case .unknownKind(let kind): "record kind \(kind) was written by a newer program"
            case .invalidField(let field): "field \(field) holds no valid value"
            }
        return "journal record cannot be read: \(what) (byte \(offset))"
    }
}

extension JournalRecord {
    /// No encoded record is longer than this.
    package static let byteLimit = 4096

    private enum Kind: UInt8 {
        case captureStarted = 1
        case event = 2
        case run = 3
        case gap = 4
        case document = 5
        case documentPart = 6
        case sample = 7
    }

    /// Appends the bytes of this record to `buffer`.
    ///
    /// What the format cannot hold is made to fit rather than lost: strings are cut at their limit between characters
    /// and NUL becomes a space, numbers that are not finite become 0, times are held within ``UTCTime/storable``.
    package func encode(into buffer: inout [UInt8]) {
        buffer.append(1)
        switch self {
        case .captureStarted(let start):
            buffer.append(Kind.captureStarted.rawValue)
            buffer.append(start.time)
            buffer.append(shortText: start.version)
        case .event(let event):
            buffer.append(Kind.event.rawValue)
            event.encode(into: &buffer)
        case .run(let run):
            buffer.append(Kind.run.rawValue)
            run.encode(into: &buffer)
        case .gap(let gap):
            buffer.append(Kind.gap.rawValue)
            gap.encode(into: &buffer)
        case .document(let document):
            buffer.append(Kind.document.rawValue)
            document.encode(into: &buffer)
        case .documentPart(let part):
            buffer.append(Kind.documentPart.rawValue)
            part.encode(into: &buffer)
        case .sample(let sample):
            buffer.append(Kind.sample.rawValue)
            sample.encode(into: &buffer)
        }
    }

    /// Reads exactly one record from all of `bytes`.
    package init(decoding bytes: UnsafeRawBufferPointer) throws(JournalRecordError) {
        var reader = RecordReader(bytes: bytes)
        let version = try reader.byte()
        guard version == 1 else { throw JournalRecordError(code: .unknownVersion(version), offset: 0) }
        let kindByte = try reader.byte()
        guard let kind = Kind(rawValue: kindByte) else {
            throw JournalRecordError(code: .unknownKind(kindByte), offset: 1)
        }
        switch kind {
        case .captureStarted:
            self = .captureStarted(
                CaptureStart(time: try reader.time("time"), version: try reader.shortText("version")))
        case .event: self = .event(try Event(from: &reader))
        case .run: self = .run(try StreamRun(from: &reader))
        case .gap: self = .gap(try Gap(from: &reader))
        case .document: self = .document(try RawDocument(from: &reader))
        case .documentPart: self = .documentPart(try DocumentPart(from: &reader))
        case .sample: self = .sample(try StreamSample(from: &reader))
        }
        guard reader.offset == bytes.count else { throw reader.failure(.trailingBytes) }
    }

    /// Reads exactly one record from all of `bytes`.
    package init(decoding bytes: [UInt8]) throws(JournalRecordError) {
        let result = bytes.withUnsafeBytes { buffer -> Result<JournalRecord, JournalRecordError> in
            do throws(JournalRecordError) {
                return .success(try JournalRecord(decoding: buffer))
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }
}

extension UTCTime {
    /// Moments that a journal record and a PostgreSQL timestamp can both hold: years 1 to 9999.
    package static let storable = UTCTime(seconds: -62_135_596_800)...UTCTime(microseconds: 253_402_300_799_999_999)
}

// MARK: - Event

extension Event {
    private struct Flags {
        static let end: UInt8 = 1
        static let endReason: UInt8 = 2
        static let uncertainty: UInt8 = 4
        static let peakTime: UInt8 = 8
        static let box: UInt8 = 16
        static let cells: UInt8 = 32
        /// Since journals know clock readings; earlier ones never set it.
        static let reading: UInt8 = 64
        static let all: UInt8 = 127
    }

    fileprivate func encode(into buffer: inout [UInt8]) {
        var flags: UInt8 = 0
        if end != nil { flags |= Flags.end }
        if endReason != nil { flags |= Flags.endReason }
        if uncertainty != nil { flags |= Flags.uncertainty }
        if peakTime != nil { flags |= Flags.peakTime }
        if box != nil { flags |= Flags.box }
        if cells != nil { flags |= Flags.cells }
        if reading != nil { flags |= Flags.reading }
        buffer.append(flags)
        buffer.append(id)
        buffer.append(integer: revision)
        buffer.append(kind.rawValue)
        buffer.append(source.rawValue)
        buffer.append(clock.rawValue)
        buffer.append(start)
        buffer.append(lastSeen)
        buffer.append(finite: peak)
        if let end { buffer.append(end) }
        if let endReason { buffer.append(endReason.rawValue) }
        if let uncertainty { buffer.append(uncertainty) }
        if let peakTime { buffer.append(peakTime) }
        if let box {
            buffer.append(finite: box.left)
            buffer.append(finite: box.top)
            buffer.append(finite: box.right)
            buffer.append(finite: box.bottom)
        }
        if let cells {
            buffer.append(integer: cells.words.0)
            buffer.append(integer: cells.words.1)
            buffer.append(integer: cells.words.2)
            buffer.append(integer: cells.words.3)
        }
        buffer.append(shortText: camera.rawValue)
        buffer.append(shortText: topic)
        buffer.append(detail: detail)
        reading?.encode(into: &buffer)
    }

    fileprivate init(from reader: inout RecordReader) throws(JournalRecordError) {
        let flags = try reader.flags(Flags.all)
        id = try reader.id()
        revision = try reader.integer()
        kind = try reader.enumeration("kind")
        source = try reader.enumeration("source")
        clock = try reader.enumeration("clock")
        start = try reader.time("start")
        lastSeen = try reader.time("last seen")
        peak = try reader.finite("peak")
        end = flags & Flags.end != 0 ? try reader.time("end") : nil
        endReason = flags & Flags.endReason != 0 ? try reader.enumeration("end reason") : nil
        uncertainty = flags & Flags.uncertainty != 0 ? try reader.duration("uncertainty") : nil
        peakTime = flags & Flags.peakTime != 0 ? try reader.time("peak time") : nil
        if flags & Flags.box != 0 {
            box = PictureBox(
                left: try reader.finite("box"), top: try reader.finite("box"), right: try reader.finite("box"),
                bottom: try reader.finite("box"))
        } else {
            box = nil
        }
        if flags & Flags.cells != 0 {
            cells = CellGrid(
                words: (try reader.integer(), try reader.integer(), try reader.integer(), try reader.integer()))
        } else {
            cells = nil
        }
        camera = try reader.camera()
        topic = try reader.shortText("topic")
        detail = try reader.detail()
        reading = flags & Flags.reading != 0 ? try ClockReading(from: &reader) : nil
    }
}
