@testable import OnvifMetadata

/// What libFuzzer calls: a document is read, cut and read again; what was to be cut must be gone.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzReader(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let xml = Array(UnsafeBufferPointer(start: start, count: count))
    var reader = DocumentReader()
    guard let contents = try? reader.read(xml) else { return 0 }
    let cellByteCount = contents.frames.reduce(0) { $0 + ($1.motionInCells?.bitmap.count ?? 0) }
    precondition(cellByteCount <= DocumentLimits().cellCount / 8 + contents.frames.count, "cells without measure")
    for notification in contents.notifications {
        _ = notification.meaning
        _ = notification.state
    }
    do {
        let stored = try BiometricFilter.storable(
            AssembledDocument(received: xml, xml: xml, isCompressed: false, begun: .now), contents)
        if stored.cuts.isEmpty {
            precondition(stored.bytes == xml, "changed though nothing was cut")
        } else {
            let again = try reader.read(stored.bytes)
            precondition(again.biometricCuts.isEmpty, "something was left uncut")
            precondition(again.notifications == contents.notifications, "a cut changed what is left")
        }
    } catch {
        preconditionFailure("a document that was read cannot be cut: \(error)")
    }
    return 0
}
