internal import CLibxml2

/// What libxml2's callbacks fill while one document is read; lives at a fixed address, of one thread.
struct ReaderState: ~Copyable {
    enum TextTarget { case none, topic, objectType, likelihood }

    let limits: DocumentLimits
    let keepsBiometrics: Bool
    var names: NameTable
    var contents = DocumentContents()
    /// Set when we stop the parser ourselves.
    private(set) var refusal: DocumentError.Code?

    /// Depth of the `NotificationMessage` that is open.
    private(set) var notificationDepth = 0

    private let context: xmlParserCtxtPtr
    /// What the attributes of the element just opened mean, in their order.
    let attributeNames: UnsafeMutablePointer<ElementName>
    /// `Name` and `Value` of the element just opened; empty for none.
    private(set) var itemName = Bytes(start: nil, count: 0)
    private(set) var itemValue = Bytes(start: nil, count: 0)
    /// Names from the root to the open element.
    private let path: UnsafeMutablePointer<ElementName>
    private let declaredNamespaces: UnsafeMutablePointer<Int32>
    private var depth = 0
    private var namespacesInForce = 0
    private var keptItemCount = 0
    private var keptCellCount = 0
    /// Depth of the element that is cut out, 0 if none.
    private var cutDepth = 0

    private var textTarget = TextTarget.none
    /// Room for ``DocumentLimits/valueByteCount``.
    private let text: UnsafeMutablePointer<UInt8>
    private var textCount = 0

    /// Whether ``notification`` is being filled.
    var isInNotification = false
    var notification = NotificationBuilder(element: 0)
    /// Whether ``frame`` is being filled.
    var isInFrame = false
    var frame = FrameBuilder()
    /// The class named last, and its bytes.
    var className = ""
    var classBytes: [UInt8] = []

    init(limits: DocumentLimits, keepsBiometrics: Bool, context: xmlParserCtxtPtr, dictionary: xmlDictPtr) {
        self.context = context
        self.limits = limits
        self.keepsBiometrics = keepsBiometrics
        names = NameTable(dictionary: dictionary)
        text = .allocate(capacity: limits.valueByteCount)
        attributeNames = .allocate(capacity: limits.attributeCount)
        attributeNames.initialize(repeating: .other, count: limits.attributeCount)
        path = .allocate(capacity: limits.depth + 1)
        path.initialize(repeating: .other, count: limits.depth + 1)
        declaredNamespaces = .allocate(capacity: limits.depth + 1)
        declaredNamespaces.initialize(repeating: 0, count: limits.depth + 1)
    }

    deinit {
        text.deallocate()
        attributeNames.deallocate()
        path.deallocate()
        declaredNamespaces.deallocate()
    }

    /// Forgets the document read before.
    mutating func begin() {
        contents = DocumentContents()
        refusal = nil
        depth = 0
        namespacesInForce = 0
        keptItemCount = 0
        keptCellCount = 0
        cutDepth = 0
        hear(.none)
        isInNotification = false
        isInFrame = false
    }

    /// Hands over what was read.
    mutating func takeContents() -> DocumentContents {
        var taken = DocumentContents()
        swap(&taken, &contents)
        return taken
    }

    /// Remembers the first reason to refuse, and tells libxml2 to stop.
    mutating func refuse(_ code: DocumentError.Code) {
        if refusal == nil { refusal = code }
        xmlStopParser(context)
    }

    /// A notification begins with the element just opened.
    mutating func beginNotification() {
        isInNotification = true
        notificationDepth = depth
        notification = NotificationBuilder(element: contents.elementCount - 1)
    }

    /// Whether the element being closed is the one that opened the notification.
    var endsNotification: Bool { isInNotification && depth == notificationDepth }

    /// The element around the open one.
    var parent: ElementName { depth > 1 ? path[depth - 2] : .other }

    // MARK: - Elements

    mutating func startElement(_ name: UnsafePointer<UInt8>, namespaceCount: Int32, attributes: Attributes) {
        guard refusal == nil else { return }
        contents.elementCount += 1
        guard depth < limits.depth else { return refuse(.tooDeep) }
        guard contents.elementCount <= limits.elementCount else { return refuse(.tooManyElements) }
        guard attributes.count <= limits.attributeCount else { return refuse(.tooManyAttributes) }
        namespacesInForce += Int(namespaceCount)
        guard namespacesInForce <= limits.namespaceCount else { return refuse(.tooManyNamespaces) }
        let element = names.element(name)
        path[depth] = element
        declaredNamespaces[depth] = namespaceCount
        depth += 1
        if depth == 1, element != .metadataStream, element != .envelope { return refuse(.foreignRoot) }
        guard cutDepth == 0 else { return }
        guard let isBiometric = judge(element, attributes) else { return refuse(.valueTooLong) }
        if isBiometric && !keepsBiometrics { return cut(name) }
        open(element, attributes)
    }

    /// Looks at all attributes, once: whether the element, one of them or a `Name` tells of face or plate data. Nil when a
    /// value is too long.
    private mutating func judge(_ element: ElementName, _ attributes: Attributes) -> Bool? {
        var isBiometric = element == .biometric
        var hasName = false
        itemName = Bytes(start: nil, count: 0)
        itemValue = itemName
        let byteLimit = limits.valueByteCount
        for index in 0..<attributes.count {
            let value = attributes.value(index)
            if value.count > byteLimit { return nil }
            let name = names.element(attributes.name(index))
            attributeNames[index] = name
            switch name {
            case .biometric: isBiometric = true
            case .nameAttribute:
                // Of several, with prefixes, the others are judged as if they told all.
                if hasName, BiometricVocabulary.contains(itemName) { isBiometric = true }
                hasName = true
                itemName = value
            case .value:
                itemValue = value
            default: break
            }
        }
        return isBiometric || hasName && BiometricVocabulary.contains(itemName: itemName, value: itemValue)
    }

    /// The element goes, or the whole notification around it.
    private mutating func cut(_ name: UnsafePointer<UInt8>) {
        guard depth > 1 else { return refuse(.uncuttable) }
        guard keep() else { return }
        if isInNotification {
            notification.isBiometric = true
        } else {
            contents.biometricCuts.append(
                BiometricCut(element: contents.elementCount - 1, name: String(cString: name)))
        }
        cutDepth = depth
    }

    mutating func endElement() {
        guard refusal == nil, depth > 0 else { return }
        let element = path[depth - 1]
        if cutDepth == 0 {
            close(element)
        } else if cutDepth == depth {
            cutDepth = 0
        }
        depth -= 1
        namespacesInForce -= Int(declaredNamespaces[depth])
    }

    /// Counts one thing that is kept; false when there are too many.
    mutating func keep() -> Bool {
        keptItemCount += 1
        if keptItemCount > limits.itemCount { refuse(.tooManyItems) }
        return keptItemCount <= limits.itemCount
    }

    /// Counts cells that are kept; false when there are too many.
    mutating func keepCells(_ count: Int) -> Bool {
        keptCellCount += count
        if keptCellCount > limits.cellCount { refuse(.tooManyItems) }
        return keptCellCount <= limits.cellCount
    }

    // MARK: - Text

    mutating func characters(_ bytes: Bytes) {
        guard textTarget != .none, refusal == nil, cutDepth == 0 else { return }
        guard let start = bytes.baseAddress else { return }
        guard textCount + bytes.count <= limits.valueByteCount else { return refuse(.valueTooLong) }
        (text + textCount).update(from: start, count: bytes.count)
        textCount += bytes.count
    }

    mutating func captureText(_ target: TextTarget) {
        textCount = 0
        hear(target)
    }

    /// libxml2 hands over text only while it is wanted. The same function for white space tells it not to look for what
    /// could be left out.
    private mutating func hear(_ target: TextTarget) {
        guard target != textTarget else { return }
        textTarget = target
        let callback = target == .none ? nil : SAXCallbacks.characters
        context.pointee.sax.pointee.characters = callback
        context.pointee.sax.pointee.ignorableWhitespace = callback
        context.pointee.sax.pointee.cdataBlock = callback
    }

    /// Ends the capture; what was captured, if for this target, lasts until the next begins.
    mutating func capturedText(_ target: TextTarget) -> Bytes? {
        guard textTarget == target else { return nil }
        hear(.none)
        return Bytes(start: text, count: textCount).trimmed
    }
}

/// The attributes of one start tag as libxml2 hands them over: five pointers each.
struct Attributes {
    let base: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
    let count: Int

    private static let noName: StaticString = ""

    /// The local name, out of libxml2's dictionary.
    @inline(__always)
    func name(_ index: Int) -> UnsafePointer<UInt8> { base?[index * 5] ?? Self.noName.utf8Start }

    @inline(__always)
    func value(_ index: Int) -> Bytes {
        guard let base, let start = base[index * 5 + 3], let end = base[index * 5 + 4] else {
            return Bytes(start: nil, count: 0)
        }
        return Bytes(start: start, count: start.distance(to: end))
    }
}
