internal import CLibxml2

/// Which names mean what, by the address under which libxml2's dictionary keeps them: comparing costs one look.
///
/// Lives as long as one parser context. A dictionary never forgets, so it and this table grow with each new name a camera
/// invents; ``isFull`` says when the context must be made anew.
struct NameTable: ~Copyable {
    /// Names a context may learn; the standard and all vendors seen use under 300.
    static let nameLimit = 2_048
    private static let slotCount = 8_192

    private let keys: UnsafeMutablePointer<UnsafePointer<UInt8>?>
    private let values: UnsafeMutablePointer<ElementName>
    private(set) var count = 0

    init(dictionary: xmlDictPtr) {
        keys = .allocate(capacity: Self.slotCount)
        keys.initialize(repeating: nil, count: Self.slotCount)
        values = .allocate(capacity: Self.slotCount)
        values.initialize(repeating: .other, count: Self.slotCount)
        for (name, element) in ElementName.spellings {
            guard let key = xmlDictLookup(dictionary, name.utf8Start, Int32(name.utf8CodeUnitCount)) else { continue }
            insert(key, element, at: slot(of: key))
        }
    }

    deinit {
        keys.deallocate()
        values.deallocate()
    }

    /// Whether so many names were learnt that the context should be replaced after this document.
    var isFull: Bool { count > Self.nameLimit }

    /// What a name of the dictionary means.
    @inline(__always)
    mutating func element(_ name: UnsafePointer<UInt8>) -> ElementName {
        var slot = slot(of: name)
        while let key = keys[slot] {
            if key == name { return values[slot] }
            slot = (slot + 1) % Self.slotCount
        }
        return learn(name, at: slot)
    }

    @inline(__always)
    private func slot(of name: UnsafePointer<UInt8>) -> Int {
        let address = UInt(bitPattern: name)
        return Int((address ^ address >> 12) % UInt(Self.slotCount))
    }

    private mutating func learn(_ name: UnsafePointer<UInt8>, at slot: Int) -> ElementName {
        let bytes = Bytes(start: name, count: Int(xmlStrlen(name)))
        let element: ElementName = BiometricVocabulary.contains(bytes) ? .biometric : .other
        // Past the limit names are judged each time: slower, but a document may not fill the table.
        if count <= Self.nameLimit { insert(name, element, at: slot) }
        return element
    }

    private mutating func insert(_ key: UnsafePointer<UInt8>, _ element: ElementName, at slot: Int) {
        var slot = slot
        while keys[slot] != nil { slot = (slot + 1) % Self.slotCount }
        keys[slot] = key
        values[slot] = element
        count += 1
    }
}
