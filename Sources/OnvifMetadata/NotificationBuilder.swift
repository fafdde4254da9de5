/// A notification while its elements are read.
struct NotificationBuilder {
    enum Section { case source, key, data }

    /// Number of its start tag within the document.
    let element: Int
    var value = Notification()
    var section = Section.data
    /// It carries face or plate data and must not come out.
    var isBiometric = false
    /// A topic that speaks of faces or plates: harmless only while it tells no more than yes or no.
    private var hasTellingTopic = false
    private var isBooleanOnly = true

    init(element: Int) {
        self.element = element
    }

    mutating func setTopic(_ text: Bytes) {
        value.topic = Topic.normalised(text)
        var topic = value.topic
        topic.withUTF8 { bytes in
            // ONVIF Analytics Service Specification: RuleEngine/Recognition/Face and /LicensePlate.
            if bytes.containsSegment("Recognition") { isBiometric = true }
            hasTellingTopic = hasTellingTopic || BiometricVocabulary.contains(bytes)
        }
    }

    mutating func add(name: Bytes, value: Bytes) {
        if section == .data && value.boolean == nil { isBooleanOnly = false }
        let item = SimpleItem(name.string, value.string)
        switch section {
        case .source:
            if self.value.source.isEmpty { self.value.source.reserveCapacity(3) }
            self.value.source.append(item)
        case .key: self.value.key.append(item)
        case .data: self.value.data.append(item)
        }
    }

    /// Whether it must be cut out, known once it has ended.
    var mustBeCut: Bool { isBiometric || hasTellingTopic && (!isBooleanOnly || value.elementItemCount > 0) }
}

extension UnsafeBufferPointer<UInt8> {
    /// xs:boolean (XML Schema 2 § 3.2.2), in any case as some makers write it.
    var boolean: Bool? {
        let text = trimmed
        switch text.count {
        case 1 where text[0] == UInt8(ascii: "1"): return true
        case 1 where text[0] == UInt8(ascii: "0"): return false
        case 4 where text.equalsIgnoringCase("true"): return true
        case 5 where text.equalsIgnoringCase("false"): return false
        default: return nil
        }
    }

    fileprivate func containsSegment(_ segment: StaticString) -> Bool {
        var start = 0
        while start < count {
            let end = self[start...].firstIndex(of: UInt8(ascii: "/")) ?? count
            if slice(start..<end).equals(segment) { return true }
            start = end + 1
        }
        return false
    }
}
