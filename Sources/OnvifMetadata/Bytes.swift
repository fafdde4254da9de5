/// Bytes borrowed from a document or from libxml2; never outlives the call that got it.
typealias Bytes = UnsafeBufferPointer<UInt8>

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes from `offset` on begin with this ASCII text.
    @inline(__always)
    func hasPrefix(_ text: StaticString, at offset: Int = 0) -> Bool {
        let length = text.utf8CodeUnitCount
        guard count - offset >= length else { return false }
        for index in 0..<length where self[offset + index] != text.utf8Start[index] { return false }
        return true
    }

    @inline(__always)
    func equals(_ text: StaticString) -> Bool { count == text.utf8CodeUnitCount && hasPrefix(text) }

    func equals(_ other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }

    /// Whether they are this text in small letters or capitals, without regard to control characters.
    func equalsIgnoringCase(_ lower: StaticString) -> Bool {
        guard count == lower.utf8CodeUnitCount else { return false }
        for index in 0..<count where self[index] | 0x20 != lower.utf8Start[index] { return false }
        return true
    }

    @inline(__always)
    func slice(_ range: Range<Int>) -> Bytes { Bytes(rebasing: self[range]) }

    /// Without white space (XML 1.0 § 2.3) at both ends.
    var trimmed: Bytes {
        var range = 0..<count
        while let first = range.first, self[first].isXMLSpace { range = first + 1..<range.upperBound }
        while let last = range.last, self[last].isXMLSpace { range = range.lowerBound..<last }
        return slice(range)
    }

    var string: String { String(decoding: self, as: UTF8.self) }
}

extension UInt8 {
    /// White space as XML 1.0 § 2.3 defines it.
    @inline(__always)
    var isXMLSpace: Bool { self == 0x20 || self == 0x0a || self == 0x0d || self == 0x09 }

    /// Ends a name within a tag.
    @inline(__always)
    var endsXMLName: Bool {
        isXMLSpace || self == UInt8(ascii: ">") || self == UInt8(ascii: "/") || self == UInt8(ascii: "=")
    }
}
