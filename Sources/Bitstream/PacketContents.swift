package import MKDSCore

/// What the NAL units before the first slice of one packet say.
package struct PacketContents: Hashable, Sendable {
    /// The last sequence parameter set that could be read.
    package var parameters: SequenceParameters?
    /// Whose unregistered user data it carries, each once, in order; at most ``userDataLimit``.
    package var userData: [StreamIdentifier] = []
    /// User data registered by ITU-T T.35: captions, broadcasters' data.
    package var hasRegisteredUserData = false
    /// A picture timing message.
    package var hasPictureTiming = false

    static let userDataLimit = 8

    package init() {}

    /// Takes the messages of an SEI unit in (H.264 § 7.3.2.3.1, H.265 § 7.3.5): type, size, payload, again.
    mutating func addMessages(_ payload: UnsafeRawBufferPointer) {
        var reader = PayloadReader(payload)
        while let type = reader.messageNumber(), let size = reader.messageNumber() {
            switch type {
            case 1: hasPictureTiming = true
            case 4: hasRegisteredUserData = true
            default: break
            }
            var left = size
            if type == 5, size >= 16 {
                guard let high = reader.word(), let low = reader.word() else { return }
                note(StreamIdentifier(high: high, low: low))
                left -= 16
            }
            while left > 0 {
                guard reader.byte() != nil else { return }
                left -= 1
            }
        }
    }

    private mutating func note(_ identifier: StreamIdentifier) {
        guard userData.count < Self.userDataLimit, !userData.contains(identifier) else { return }
        userData.append(identifier)
    }
}

extension PayloadReader {
    /// A type or size: 255 for each FF, and the byte that is none. Nil at the end and beyond what a packet can hold.
    fileprivate mutating func messageNumber() -> Int? {
        var number = 0
        while let next = byte() {
            number += Int(next)
            if next != 0xff { return number }
        }
        return nil
    }

    fileprivate mutating func word() -> UInt64? {
        var word: UInt64 = 0
        for _ in 0..<8 {
            guard let next = byte() else { return nil }
            word = word << 8 | UInt64(next)
        }
        return word
    }
}
