/// Names of elements, attributes and items that carry face or licence plate data, of ONVIF and of vendors.
///
/// A name is split into words (`HumanFace` → human, face; `plate_number` → plate, number), so that `Interface` or
/// `Template` are not taken for what they contain.
enum BiometricVocabulary {
    private static let innocent: [StaticString] = ["interface", "surface", "template", "boilerplate"]

    /// Whether the name speaks of a face or a plate.
    static func contains(_ name: Bytes) -> Bool {
        var index = 0
        while index < name.count {
            let end = wordEnd(name, from: index)
            if end > index && isTelling(name.slice(index..<end)) { return true }
            index = max(end, index + 1)
        }
        return false
    }

    /// A word ends before a capital that follows a small letter, before the last capital of several, and at what is no letter.
    private static func wordEnd(_ name: Bytes, from start: Int) -> Int {
        var end = start
        while end < name.count, name[end].isLetter {
            if end > start, name[end].isCapital {
                if !name[end - 1].isCapital { break }
                if end + 1 < name.count, name[end + 1].isSmall { break }
            }
            end += 1
        }
        return end
    }

    private static func isTelling(_ word: Bytes) -> Bool {
        // Nearly all names stop here.
        switch word[word.count - 1] | 0x20 {
        case UInt8(ascii: "e"):
            guard word.hasSuffix("face") || word.hasSuffix("plate") else { return false }
            return !innocent.contains { word.count == $0.utf8CodeUnitCount && word.hasSuffix($0) }
        case UInt8(ascii: "s"):
            return word.count == 5 && word.hasSuffix("faces") || word.count == 6 && word.hasSuffix("plates")
                || word.count == 10 && word.hasSuffix("biometrics")
        case UInt8(ascii: "r"):
            return word.count == 3 && word.hasSuffix("lpr")
                || word.count == 4 && (word.hasSuffix("anpr") || word.hasSuffix("alpr"))
        case UInt8(ascii: "l"): return word.count == 6 && word.hasSuffix("facial")
        case UInt8(ascii: "c"): return word.count == 9 && word.hasSuffix("biometric")
        default: return false
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the letters end so, in either case.
    fileprivate func hasSuffix(_ lower: StaticString) -> Bool {
        let length = lower.utf8CodeUnitCount
        guard count >= length else { return false }
        for index in 0..<length where self[count - length + index] | 0x20 != lower.utf8Start[index] { return false }
        return true
    }
}

extension UInt8 {
    fileprivate var isCapital: Bool { (0x41...0x5a).contains(self) }
    fileprivate var isSmall: Bool { (0x61...0x7a).contains(self) }
    fileprivate var isLetter: Bool { isCapital || isSmall }
}
