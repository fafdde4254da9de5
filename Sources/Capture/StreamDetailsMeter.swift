package import Bitstream
package import MKDSCore

/// Gathers over one run what its packets tell of the stream. Pure.
package struct StreamDetailsMeter: Sendable {
    /// Signatures stand in every group of pictures, or every few. Without one for that long, and over that many
    /// keyframes, there are none.
    package static let signingPatience: Duration = .seconds(60)
    package static let signingKeyframes = 8

    package private(set) var details = StreamDetails()
    private var unsignedSince: UTCTime?
    private var unsignedKeyframes = 0
    private var klvPackets = 0
    private var firstKLV: Duration?

    package init(metadata: [MetadataFormat]) {
        details.metadata = metadata.sorted()
    }

    /// Takes in what a video packet says.
    package mutating func note(_ contents: PacketContents, isKeyframe: Bool, at now: UTCTime) {
        if let parameters = contents.parameters {
            details.level = parameters.level
            details.announcedFrameRate = parameters.frameRate.map { Float($0) }
        }
        if contents.hasRegisteredUserData { details.hasRegisteredUserData = true }
        if contents.hasPictureTiming { details.hasPictureTiming = true }
        for identifier in contents.userData
        where details.userData.count < StreamDetails.userDataLimit && !details.userData.contains(identifier) {
            details.userData.append(identifier)
        }
        noteSigning(contents.userData.lazy.compactMap { MediaSigning(userData: $0) }.first, isKeyframe, now)
    }

    private mutating func noteSigning(_ signing: MediaSigning?, _ isKeyframe: Bool, _ now: UTCTime) {
        if let signing {
            details.signing = signing
            unsignedSince = now
            unsignedKeyframes = 0
            return
        }
        let since = unsignedSince ?? now
        unsignedSince = min(since, now)
        if isKeyframe { unsignedKeyframes += 1 }
        if unsignedKeyframes >= Self.signingKeyframes, now - since >= Self.signingPatience { details.signing = .absent }
    }

    /// Takes in a packet of the KLV track.
    ///
    /// - Parameters:
    ///   - set: What it holds.
    ///   - time: When, from any beginning that stays.
    package mutating func note(_ set: KeyLengthValue, at time: Duration) {
        klvPackets += 1
        let first = firstKLV ?? time
        firstKLV = first
        let span = (time - first).inSeconds
        details.klv = KLVFacts(
            label: set.label, rate: span > 0 ? Float(Double(klvPackets - 1) / span) : 0,
            timestamp: set.timestamp ?? details.klv?.timestamp)
    }
}
