internal import Glibc
internal import MKDSCore

/// Walks through the files of a spool for a reader; holds the present file open between reads.
struct JournalCursor: ~Copyable {
    private var file: FileDescriptor?
    private var number: UInt64 = 0
    /// A later file was seen before the last look into this one, so this one is complete.
    private var complete = false
    /// Records were taken from the present file since it was last synced.
    private var unsynced = false
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkByteCount, alignment: 16)

    /// Bytes read at a time. More than the writer ever writes at once, so a write under way always fits.
    static let chunkByteCount = 2 << 20
    /// A batch ends at so many damages, or bytes of them, so that a file of rubbish cannot keep a reader busy, of whom
    /// other spools want something too, or fill its memory.
    private static let damageLimit = 64
    private static let damageByteLimit: UInt64 = 8 << 20

    init() {}

    deinit {
        buffer.deallocate()
    }

    mutating func read(
        _ spool: SpoolDirectory, after position: JournalPosition?, limit: Int
    ) throws(SpoolError) -> JournalBatch {
        var batch = JournalBatch(records: [], end: position ?? JournalPosition(file: 0, offset: 0))
        while !batch.isFull(limit: limit) && batch.damages.count < Self.damageLimit
            && batch.damages.reduce(0, { $0 + $1.byteCount }) < Self.damageByteLimit
        {
            guard try select(spool, &batch) else { break }
            let bytes = try chunk(spool, at: batch.end.offset)
            if takeFrames(spool, bytes, limit: limit, into: &batch) { continue }
            guard try passEnd(spool, bytes, into: &batch) else { break }
        }
        try syncFile(spool)
        return batch
    }

    // MARK: - Files

    /// Makes the file that the end of the batch lies in, or the next there is, the present one. False without any.
    private mutating func select(_ spool: SpoolDirectory, _ batch: inout JournalBatch) throws(SpoolError) -> Bool {
        let header = UInt64(JournalFrame.fileHeaderByteCount)
        if file != nil && number == batch.end.file { return true }
        try syncFile(spool)
        file = nil
        while let next = try spool.fileNumbers().first(where: { $0 >= batch.end.file }) {
            if next > batch.end.file || batch.end.offset < header {
                batch.end = JournalPosition(file: next, offset: header)
            }
            // Gone between listing and opening: look again.
            guard let opened = try spool.openForReading(SpoolDirectory.fileName(next)) else { continue }
            file = consume opened
            number = next
            complete = false
            if batch.end.offset == header { try checkHeader(spool, &batch) }
            return true
        }
        try checkAge(spool, batch.end)
        return false
    }

    /// A position in a file that was never written means that an older copy of the spool was put back: its next files
    /// would bear numbers the index has behind it, and be taken for known.
    private func checkAge(_ spool: SpoolDirectory, _ position: JournalPosition) throws(SpoolError) {
        guard let highest = try SpoolCounter.peek(spool), position.file > highest else { return }
        throw SpoolError(
            code: .damaged,
            context:
                "the spool \(spool.path) is older than the index: it knows files up to \(highest), the index has read "
                + "file \(position.file); move the directory away")
    }

    private mutating func checkHeader(_ spool: SpoolDirectory, _ batch: inout JournalBatch) throws(SpoolError) {
        let bytes = try chunk(spool, at: 0)
        let expected = JournalFrame.fileHeader(number: number, spoolID: spool.spoolID)
        if !bytes.prefix(expected.count).elementsEqual(expected) {
            report(
                JournalDamage(
                    position: JournalPosition(file: number, offset: 0), byteCount: UInt64(expected.count),
                    reason: "the file's header is not the one of this spool and number"), spool, &batch)
        }
    }

    private func chunk(_ spool: SpoolDirectory, at offset: UInt64) throws(SpoolError) -> UnsafeRawBufferPointer {
        let path = spool.path(of: SpoolDirectory.fileName(number))
        guard let count = try file?.read(at: offset, into: buffer, path) else {
            throw SpoolError(code: .file, context: "\(path) is not open")
        }
        return UnsafeRawBufferPointer(rebasing: buffer[..<count])
    }

    private mutating func syncFile(_ spool: SpoolDirectory) throws(SpoolError) {
        guard unsynced, let descriptor = file?.raw else { return }
        guard fdatasync(descriptor) == 0 else {
            throw SpoolError.system("cannot sync \(spool.path(of: SpoolDirectory.fileName(number)))")
        }
        unsynced = false
    }

    // MARK: - Frames

    /// Takes whole frames from the beginning of the bytes. False when there is none.
    private mutating func takeFrames(
        _ spool: SpoolDirectory, _ bytes: UnsafeRawBufferPointer, limit: Int, into batch: inout JournalBatch
    ) -> Bool {
        var used = 0
        while !batch.isFull(limit: limit) && batch.damages.count < Self.damageLimit {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
            guard
                case .whole(let payload, let byteCount) = JournalFrame.look(
                    at: rest, number: number, offset: batch.end.offset)
            else { break }
            do throws(JournalRecordError) {
                batch.records.append(try JournalRecord(decoding: payload))
            } catch {
                let damage = JournalDamage(
                    position: batch.end, byteCount: UInt64(byteCount), reason: error.description)
                report(damage, spool, &batch)
            }
            used += byteCount
            batch.byteCount += byteCount
            batch.end.offset += UInt64(byteCount)
        }
        if used > 0 { unsynced = true }
        return used > 0
    }

    /// Decides about bytes that do not begin with a whole frame. False when there is nothing more to read now.
    private mutating func passEnd(
        _ spool: SpoolDirectory, _ bytes: UnsafeRawBufferPointer, into batch: inout JournalBatch
    ) throws(SpoolError) -> Bool {
        if !complete, try spool.fileNumbers().contains(where: { $0 > number }) {
            // The writer goes to the next file only when this one is complete. It may have grown since it was read.
            complete = true
            return true
        }
        if bytes.isEmpty {
            guard complete else { return false }
            batch.end = JournalPosition(file: number + 1, offset: 0)
            return true
        }
        let passed: Int
        if let next = JournalFrame.nextWhole(in: bytes, from: 1, number: number, offset: batch.end.offset) {
            if !complete, try hasChanged(spool, bytes, at: batch.end.offset) { return true }
            passed = next
        } else if bytes.count == Self.chunkByteCount {
            // Longer than any write under way. A frame may begin in the last bytes and end beyond them.
            passed = bytes.count - JournalFrame.headerByteCount - JournalFrame.payloadByteLimit
        } else if complete {
            passed = bytes.count
        } else {
            return false
        }
        report(
            JournalDamage(position: batch.end, byteCount: UInt64(passed), reason: "bytes that are no journal entry"),
            spool, &batch)
        batch.end.offset += UInt64(passed)
        return true
    }

    /// Whether the beginning of the bytes reads otherwise now. A writer on a full disk cuts back what it could not
    /// finish and writes the place anew; a read in that very moment can see some of both.
    private func hasChanged(
        _ spool: SpoolDirectory, _ bytes: UnsafeRawBufferPointer, at offset: UInt64
    ) throws(SpoolError) -> Bool {
        let before = Array(bytes.prefix(JournalFrame.headerByteCount + JournalFrame.payloadByteLimit))
        return !(try chunk(spool, at: offset).starts(with: before))
    }

    // MARK: - Damage

    private func report(_ damage: JournalDamage, _ spool: SpoolDirectory, _ batch: inout JournalBatch) {
        var damage = damage
        if let last = batch.damages.last, last.position.file == damage.position.file,
            last.position.offset + last.byteCount == damage.position.offset, last.reason == damage.reason
        {
            batch.damages[batch.damages.count - 1].byteCount += damage.byteCount
            return
        }
        do throws(SpoolError) {
            try spool.keepAside(number)
        } catch {
            damage.reason += " (the file could not be kept aside: \(error))"
        }
        batch.damages.append(damage)
    }
}
