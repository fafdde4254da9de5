/// Names of elements, attributes and items that carry face or licence plate data, of ONVIF and of vendors.
///
/// A name is split into words (`HumanFace` → human, face; `plate_number` → plate, number). In a word face and plate tell
/// wherever they stand (`platenumber`, `LICENSEPLATENO`), but in words that are known to mean something else (`surface`).
enum BiometricVocabulary {
    /// Whether the name speaks of a face or a plate.
    static func contains(_ name: Bytes) -> Bool {
        guard mayTell(name) else { return false }
        var index = 0
        while index < name.count {
            let end = wordEnd(name, from: index)
            if end > index && isTelling(name.slice(index..<end)) { return true }
            index = max(end, index + 1)
        }
        return false
    }

    /// Whether an element with this `Name` carries face or plate data, or a picture, in its `Value` (empty when it has
    /// none) or in itself. "A face was detected: yes" identifies nobody; a picture's number or size is no picture.
    static func contains(itemName name: Bytes, value: Bytes) -> Bool {
        if contains(name) { return value.boolean == nil }
        return isPicture(name) && value.boolean == nil && value.float == nil
    }

    private static func isPicture(_ name: Bytes) -> Bool {
        // Nearly all names stop here.
        switch name.last.map({ $0 | 0x20 }) {
        case UInt8(ascii: "e"): name.hasSuffix("image") || name.hasSuffix("picture")
        case UInt8(ascii: "f"): name.hasSuffix("imageref")
        case UInt8(ascii: "t"): name.hasSuffix("snapshot")
        case UInt8(ascii: "o"): name.hasSuffix("photo")
        case UInt8(ascii: "a"): name.hasSuffix("imagedata") || name.hasSuffix("picturedata")
        default: false
        }
    }

    /// Whether three letters of any telling word are in it. Nearly all names stop here.
    private static func mayTell(_ name: Bytes) -> Bool {
        for index in 0..<name.count {
            switch name[index] | 0x20 {
            case UInt8(ascii: "c"): if name.has("fac", at: index - 2) { return true }
            case UInt8(ascii: "a"): if name.has("pla", at: index - 2) { return true }
            case UInt8(ascii: "o"): if name.has("bio", at: index - 2) { return true }
            case UInt8(ascii: "r"): if name.has("pr", at: index - 1) { return true }
            default: break
            }
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
        guard word.count >= 3 else { return false }
        for index in 0...word.count - 3 {
            switch word[index] | 0x20 {
            case UInt8(ascii: "f"):
                if word.has("facial", at: index) || word.has("face", at: index) && !isInnocentFace(word, index) {
                    return true
                }
            case UInt8(ascii: "p"):
                if word.has("plate", at: index) && !isInnocentPlate(word, index) { return true }
            case UInt8(ascii: "b"):
                if word.has("biometric", at: index) { return true }
            case UInt8(ascii: "l"):
                if word.has("lpr", at: index), index == 0 || index == word.count - 3 { return true }
            case UInt8(ascii: "a"):
                guard index == 0 || index == word.count - 4 else { break }
                if word.has("anpr", at: index) || word.has("alpr", at: index) { return true }
            default: break
            }
        }
        return false
    }

    /// Interface, surface, facet.
    private static func isInnocentFace(_ word: Bytes, _ index: Int) -> Bool {
        word.has("inter", at: index - 5) || word.has("sur", at: index - 3)
            || index == 0 && word.has("facet", at: 0) && (word.count == 5 || word.count == 6 && word.hasSuffix("s"))
    }

    /// Template, boilerplate, plateau, platelet.
    private static func isInnocentPlate(_ word: Bytes, _ index: Int) -> Bool {
        word.has("tem", at: index - 3) || word.has("boiler", at: index - 6)
            || index == 0 && (word.has("plateau", at: 0) || word.has("platelet", at: 0))
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the letters end so, in either case.
    fileprivate func hasSuffix(_ lower: StaticString) -> Bool { has(lower, at: count - lower.utf8CodeUnitCount) }

    /// Whether these letters stand there, in either case; nothing stands before the beginning.
    fileprivate func has(_ lower: StaticString, at offset: Int) -> Bool {
        let length = lower.utf8CodeUnitCount
        guard offset >= 0, count - offset >= length else { return false }
        for index in 0..<length where self[offset + index] | 0x20 != lower.utf8Start[index] { return false }
        return true
    }
}

extension UInt8 {
    fileprivate var isCapital: Bool { (0x41...0x5a).contains(self) }
    fileprivate var isSmall: Bool { (0x61...0x7a).contains(self) }
    fileprivate var isLetter: Bool { isCapital || isSmall }
}
