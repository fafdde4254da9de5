internal import CLibxml2

/// Which names mean what, by the address under which libxml2's dictionary keeps them: comparing costs one look.
///
/// Lives as long as one parser context. A dictionary never forgets, so it and this table grow with each new name a camera
/// invents, until the context is made anew.
struct NameTable: ~Copyable {
    /// Words a context may learn; the standard and all vendors seen use under 300.
    static let nameLimit = 2_048
    private static let slotCount = 8_192

    private struct Slot {
        var name: UnsafePointer<UInt8>?
        var element = ElementName.other
    }

    private let slots: UnsafeMutablePointer<Slot>
    private(set) var count = 0

    init(dictionary: xmlDictPtr) {
        slots = .allocate(capacity: Self.slotCount)
        slots.initialize(repeating: Slot(), count: Self.slotCount)
        for (name, element) in ElementName.spellings {
            guard let key = xmlDictLookup(dictionary, name.utf8Start, Int32(name.utf8CodeUnitCount)) else { continue }
            insert(key, element, at: slot(of: key))
        }
    }

    deinit {
        slots.deallocate()
    }

    /// What a name of the dictionary means.
    @inline(__always)
    mutating func element(_ name: UnsafePointer<UInt8>) -> ElementName {
        var slot = slot(of: name)
        while let key = slots[slot].name {
            if key == name { return slots[slot].element }
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
        while slots[slot].name != nil { slot = (slot + 1) % Self.slotCount }
        slots[slot] = Slot(name: key, element: element)
        count += 1
    }
}
