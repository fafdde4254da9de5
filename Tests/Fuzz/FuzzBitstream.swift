import MKDSCore

@testable import Bitstream

/// What libFuzzer calls: the first byte chooses the syntax and how much is the stream's description; facts must be
/// within their bounds, and the same packet must say the same twice.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzBitstream(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 1 else { return 0 }
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    let control = bytes[0]
    let rest = UnsafeRawBufferPointer(rebasing: bytes[1...])
    if control & 3 == 3 {
        if let set = KeyLengthValue(rest), let time = set.timestamp {
            precondition(UTCTime.storable.contains(time) && set.label == .datalinkSet, "a time out of nothing")
        }
        return 0
    }
    let description = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(control >> 2)))
    let packet = UnsafeRawBufferPointer(rebasing: rest.dropFirst(description.count))
    guard let reader = BitstreamReader(codec: control & 1 == 0 ? "h264" : "hevc", description: description) else {
        preconditionFailure("a codec that is known has no reader")
    }
    let contents = reader.read(packet)
    precondition(contents == reader.read(packet), "a packet says different things")
    for contents in [contents, reader.described] {
        precondition(contents.userData.count <= PacketContents.userDataLimit, "too much user data")
        if let parameters = contents.parameters {
            precondition((1...SequenceParameters.sideLimit).contains(parameters.width), "width")
            precondition((1...SequenceParameters.sideLimit).contains(parameters.height), "height")
            precondition(parameters.frameRate.map { $0.isFinite && $0 > 0 } ?? true, "rate")
        }
    }
    return 0
}
