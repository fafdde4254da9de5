import OnvifMetadata

/// What libFuzzer calls: bytes become pieces and times, and the assembler must keep its promises.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzAssembler(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var limits = DocumentLimits()
    limits.documentByteCount = 16_384
    limits.inflatedByteCount = 65_536
    var assembler = DocumentAssembler(limits: limits)
    let bytes = UnsafeBufferPointer(start: start, count: count)
    var now = epoch
    var position = 0
    var documentByteCount = 0
    var inflatedByteCount = 0
    while position < count {
        // The byte before each piece says how long it is, and whether the camera pauses.
        let control = Int(bytes[position])
        position += 1
        if control >= 0xf0 { now += .seconds(3) }
        let end = control >= 0xe0 ? count : min(count, position + control)
        let piece = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[position..<end]))
        for document in assembler.append(piece, at: now) {
            precondition((1...limits.documentByteCount).contains(document.received.count), "size of a document")
            precondition(document.xml.count <= limits.inflatedByteCount, "size of what it inflates to")
            documentByteCount += document.received.count
            if document.isCompressed { inflatedByteCount += document.xml.count }
        }
        position = end
    }
    assembler.reset()
    precondition(inflatedByteCount <= assembler.counters.inflatedByteCount, "inflated and not counted")
    precondition(documentByteCount + assembler.counters.skippedByteCount <= count, "bytes out of nothing")
    return 0
}

private let epoch = ContinuousClock.now
