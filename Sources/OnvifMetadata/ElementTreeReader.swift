private import CLibxml2

/// Reads a whole SOAP answer into a tree of elements, under the same rules as ``DocumentReader``: no document type
/// declaration, no file, no network, ``DocumentLimits`` for everything.
package enum ElementTreeReader {
    /// - Returns: The root.
    /// - Throws: ``DocumentError``; nothing of a refused document is used.
    package static func read(
        _ xml: [UInt8], limits: DocumentLimits = DocumentLimits()
    ) throws(DocumentError) -> XMLElement {
        let text = try XMLText(xml, limits: limits)
        LibXML.start
        var handler = TreeCallbacks.handler
        let builder = TreeBuilder(limits: limits)
        let target = Unmanaged.passUnretained(builder).toOpaque()
        guard let context = xmlCreatePushParserCtxt(&handler, target, nil, 0, nil) else {
            throw DocumentError(.outOfMemory)
        }
        defer { xmlFreeParserCtxt(context) }
        builder.context = context
        xmlCtxtUseOptions(context, Int32(XML_PARSE_IGNORE_ENC.rawValue | XML_PARSE_NONET.rawValue))
        text.utf8.withUnsafeBytes { document in
            let bytes = UnsafeRawBufferPointer(rebasing: document[text.start...])
            _ = xmlParseChunk(context, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), 1)
        }
        let line = context.pointee.input.map { Int($0.pointee.line) } ?? 0
        if let refusal = builder.refusal { throw DocumentError(refusal, line: line) }
        guard context.pointee.wellFormed == 1, let root = builder.root else {
            throw DocumentError(.notWellFormed, line: line, parserCode: Int(context.pointee.errNo))
        }
        return root
    }
}

/// What the callbacks fill, of one thread.
private final class TreeBuilder {
    let limits: DocumentLimits
    /// Names and namespaces by the address under which libxml2's dictionary keeps them while it parses: however often one
    /// is used, there is one text of it.
    private var words: [UnsafePointer<UInt8>: String] = [:]
    var context: xmlParserCtxtPtr?
    private(set) var root: XMLElement?
    private(set) var refusal: DocumentError.Code?
    private var open: [XMLElement] = []
    private var declared: [Int] = []
    private var elementCount = 0
    private var attributeCount = 0
    private var namespaceCount = 0

    init(limits: DocumentLimits) {
        self.limits = limits
    }

    /// Called only within `xmlParseChunk`, while the builder is alive.
    static func of(_ target: UnsafeMutableRawPointer) -> TreeBuilder {
        Unmanaged<TreeBuilder>.fromOpaque(target).takeUnretainedValue()
    }

    func refuse(_ code: DocumentError.Code) {
        if refusal == nil { refusal = code }
        if let context { xmlStopParser(context) }
    }

    func start(
        _ name: UnsafePointer<UInt8>, _ uri: UnsafePointer<UInt8>?, _ namespaces: Declarations, _ given: Attributes
    ) {
        guard refusal == nil else { return }
        elementCount += 1
        attributeCount += given.count
        namespaceCount += namespaces.count
        guard open.count < limits.depth else { return refuse(.tooDeep) }
        guard elementCount <= limits.elementCount else { return refuse(.tooManyElements) }
        // All attributes together are bounded as elements are.
        guard given.count <= limits.attributeCount, attributeCount <= limits.elementCount else {
            return refuse(.tooManyAttributes)
        }
        guard namespaceCount <= limits.namespaceCount else { return refuse(.tooManyNamespaces) }
        guard namespaces.longest <= limits.namespaceByteCount else { return refuse(.valueTooLong) }
        var attributes: [XMLElement.Attribute] = []
        for index in 0..<given.count {
            guard given.value(index).count <= limits.valueByteCount else { return refuse(.valueTooLong) }
            attributes.append(
                .init(
                    name: word(given.name(index)), namespace: word(given.namespace(index)), value: given.text(index)))
        }
        declared.append(namespaces.count)
        open.append(XMLElement(name: word(name), namespace: word(uri), attributes: attributes))
    }

    private func word(_ pointer: UnsafePointer<UInt8>?) -> String {
        guard let pointer else { return "" }
        if let known = words[pointer] { return known }
        let word = String(cString: pointer).withPlainAmpersands
        words[pointer] = word
        return word
    }

    func end() {
        guard refusal == nil, let element = open.popLast() else { return }
        namespaceCount -= declared.popLast() ?? 0
        if open.isEmpty {
            root = element
        } else {
            open[open.count - 1].children.append(element)
        }
    }

    func characters(_ bytes: Bytes) {
        guard refusal == nil, !open.isEmpty else { return }
        guard open[open.count - 1].text.utf8.count + bytes.count <= limits.valueByteCount else {
            return refuse(.valueTooLong)
        }
        open[open.count - 1].text += bytes.string
    }
}

private enum TreeCallbacks {
    static var handler: xmlSAXHandler {
        var handler = xmlSAXHandler()
        handler.initialized = UInt32(XML_SAX2_MAGIC)
        handler.startElementNs = { target, name, _, uri, namespaceCount, namespaces, attributeCount, _, attributes in
            guard let target, let name else { return }
            TreeBuilder.of(target).start(
                name, uri, Declarations(base: namespaces, count: Int(namespaceCount)),
                Attributes(base: attributes, count: Int(attributeCount)))
        }
        handler.endElementNs = { target, _, _, _ in
            guard let target else { return }
            TreeBuilder.of(target).end()
        }
        handler.characters = characters
        handler.ignorableWhitespace = characters
        handler.cdataBlock = characters
        handler.internalSubset = { target, _, _, _ in
            guard let target else { return }
            TreeBuilder.of(target).refuse(.documentType)
        }
        // Errors are read from the context; without this libxml2 would print them.
        handler.serror = { _, _ in }
        return handler
    }

    private static let characters: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int32) -> Void = {
        target, start, count in
        guard let target, let start else { return }
        TreeBuilder.of(target).characters(Bytes(start: start, count: Int(count)))
    }
}

/// The namespaces one start tag declares, as libxml2 hands them over: prefix and URI each.
private struct Declarations {
    let base: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
    let count: Int

    /// Bytes of the longest URI.
    var longest: Int { (0..<count).reduce(0) { max($0, Int(xmlStrlen(base?[$1 * 2 + 1]))) } }
}

extension Attributes {
    /// The namespace's URI, out of libxml2's dictionary, nil for none.
    fileprivate func namespace(_ index: Int) -> UnsafePointer<UInt8>? { base?[index * 5 + 2] }

    fileprivate func text(_ index: Int) -> String { value(index).string.withPlainAmpersands }
}

extension String {
    /// libxml2 leaves an ampersand of an attribute's value or of a namespace as a character reference, for a second parser
    /// that we do not use.
    fileprivate var withPlainAmpersands: String { replacing("&#38;", with: "&") }
}
