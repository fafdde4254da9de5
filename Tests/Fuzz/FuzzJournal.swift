// Compiled together with Sources/Spool/JournalFrame.swift, so that no file system is needed.

import MKDSCore

/// What libFuzzer calls: bytes as a record, as frames, and as damage to frames that were whole.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzJournal(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 2 else { return 0 }
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    let body = UnsafeRawBufferPointer(rebasing: bytes[2...])
    let record = checkRecord(body)
    walk(body)
    // The first two bytes say where a byte of a journal made of the record is spoiled.
    if let record { checkDamage(record, at: Int(bytes[0]) << 2 | Int(bytes[1]) & 3, by: bytes[1] | 1) }
    return 0
}

/// What decodes must encode to the very same bytes: one record has one form.
private func checkRecord(_ bytes: UnsafeRawBufferPointer) -> JournalRecord? {
    guard let record = try? JournalRecord(decoding: bytes) else { return nil }
    var encoded: [UInt8] = []
    record.encode(into: &encoded)
    precondition(encoded.count <= JournalRecord.byteLimit, "longer than the limit")
    precondition(encoded.elementsEqual(bytes), "decoded to what encodes otherwise")
    return record
}

/// Reads as the spool's reader does: whole frames, else on to the next one. Returns what they hold; a whole frame
/// without a record is damage to the reader.
@discardableResult
private func walk(_ bytes: UnsafeRawBufferPointer) -> [JournalRecord] {
    var position = 0
    var records: [JournalRecord] = []
    while position < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
        if case .whole(let payload, let byteCount) = JournalFrame.look(at: rest, number: 7, offset: UInt64(position)) {
            precondition(byteCount > payload.count && byteCount <= rest.count, "a frame beyond its bytes")
            if let record = try? JournalRecord(decoding: payload) { records.append(record) }
            position += byteCount
        } else if let next = JournalFrame.nextWhole(in: rest, from: 1, number: 7, offset: UInt64(position)) {
            precondition(next > 0 && next < rest.count, "no step")
            position += next
        } else {
            break
        }
    }
    return records
}

/// One byte of three frames is spoiled: what stands before it is read as it was, and the frame it lies in is not.
///
/// Not that all behind it is read: numbers in a record can be made to look like a frame of their own, by whoever writes
/// the journal. It takes such a writer and damage in the very place, and a writer may write what it likes anyway.
private func checkDamage(_ record: JournalRecord, at place: Int, by change: UInt8) {
    let start = JournalRecord.captureStarted(CaptureStart(time: UTCTime(seconds: 1), version: "fuzz"))
    var journal: [UInt8] = []
    var ends: [Int] = []
    for record in [start, record, start] {
        JournalFrame.append(record, number: 7, offset: UInt64(journal.count), to: &journal)
        ends.append(journal.count)
    }
    precondition(journal.withUnsafeBytes { walk($0) } == [start, record, start], "not what was written")
    let spoiled = place % journal.count
    journal[spoiled] ^= change
    let before = ends.count { $0 <= spoiled }
    let found = journal.withUnsafeBytes { walk($0) }
    precondition(found.count >= before, "what stands before the damage was not read")
    precondition(found.prefix(before).elementsEqual([start, record, start].prefix(before)), "read otherwise")
    if before == 2 { precondition(found.count == 2, "a spoiled frame was read") }
}
