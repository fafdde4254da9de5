internal import CLibxml2

/// Reads whole documents with libxml2's SAX2 push parser into typed values.
///
/// Owns one parser context and uses it again for each document. No document type declaration, hence no entities but the
/// five of XML, no file, no network (``DocumentLimits`` for the rest). Belongs to one thread at a time.
package struct DocumentReader: ~Copyable {
    private let limits: DocumentLimits
    private let keepsBiometrics: Bool
    private var session: ParserSession?

    /// A reader for one camera. `keepsBiometrics`: face and plate data is wanted, because the camera's record carries a
    /// legal basis (R13); by default it is left out of the contents and named in ``DocumentContents/biometricCuts``.
    package init(limits: DocumentLimits = DocumentLimits(), keepsBiometrics: Bool = false) {
        self.limits = limits
        self.keepsBiometrics = keepsBiometrics
    }

    /// Names the parser has learnt from documents and keeps.
    var nameCount: Int { session?.nameCount ?? 0 }

    /// Reads one whole document, in UTF-8 or what ``XMLText`` can make UTF-8 of.
    ///
    /// - Throws: ``DocumentError``; nothing of a refused document is used.
    package mutating func read(_ xml: [UInt8]) throws(DocumentError) -> DocumentContents {
        let text = try XMLText(xml, limits: limits)
        // A dictionary that learnt many words is thrown away with its context.
        if session?.isWorn == true { session = nil }
        if session == nil { session = ParserSession(limits: limits, keepsBiometrics: keepsBiometrics) }
        guard let session else { throw DocumentError(.outOfMemory) }
        do throws(DocumentError) {
            return try session.parse(text)
        } catch {
            // Its dictionary is full, or memory is short.
            if error.code == .outOfMemory { self.session = nil }
            throw error
        }
    }
}

/// A libxml2 push parser context together with the state its callbacks fill.
private final class ParserSession {
    /// Bytes of a dictionary beyond which a context is replaced. libxml2 refuses what is new to one of 10 MB.
    private static let dictionaryByteLimit = 1 << 20

    private let context: xmlParserCtxtPtr
    /// Handed to libxml2 as user data; freed after the context.
    private let state: UnsafeMutablePointer<ReaderState>

    /// Nil when libxml2 has no memory.
    init?(limits: DocumentLimits, keepsBiometrics: Bool) {
        LibXML.start
        var handler = SAXCallbacks.handler
        state = .allocate(capacity: 1)
        guard let context = xmlCreatePushParserCtxt(&handler, state, nil, 0, nil) else {
            state.deallocate()
            return nil
        }
        guard let dictionary = context.pointee.dict else {
            xmlFreeParserCtxt(context)
            state.deallocate()
            return nil
        }
        self.context = context
        state.initialize(
            to: ReaderState(
                limits: limits, keepsBiometrics: keepsBiometrics, context: context, dictionary: dictionary))
        // We decide the encoding, and nothing may reach for the network.
        xmlCtxtUseOptions(context, Int32(XML_PARSE_IGNORE_ENC.rawValue | XML_PARSE_NONET.rawValue))
    }

    deinit {
        xmlFreeParserCtxt(context)
        state.deinitialize(count: 1)
        state.deallocate()
    }

    var nameCount: Int { state.pointee.names.count }

    /// Whether the dictionary, which never forgets, should go: names, prefixes and namespaces are all in it.
    var isWorn: Bool {
        let dictionary = context.pointee.dict
        return Int(xmlDictSize(dictionary)) > NameTable.nameLimit
            || xmlDictGetUsage(dictionary) > Self.dictionaryByteLimit
    }

    func parse(_ text: XMLText) throws(DocumentError) -> DocumentContents {
        guard xmlCtxtResetPush(context, nil, 0, nil, nil) == 0 else { throw DocumentError(.outOfMemory) }
        state.pointee.begin()
        text.utf8.withUnsafeBytes { document in
            let bytes = UnsafeRawBufferPointer(rebasing: document[text.start...])
            _ = xmlParseChunk(context, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), 1)
        }
        let line = context.pointee.input.map { Int($0.pointee.line) } ?? 0
        if let refusal = state.pointee.refusal { throw DocumentError(refusal, line: line) }
        guard context.pointee.errNo != Int32(XML_ERR_NO_MEMORY.rawValue) else {
            throw DocumentError(.outOfMemory, line: line)
        }
        guard context.pointee.wellFormed == 1 else {
            throw DocumentError(.notWellFormed, line: line, parserCode: Int(context.pointee.errNo))
        }
        return state.pointee.takeContents()
    }
}

/// libxml2 wants its globals made once, before threads use it.
enum LibXML {
    static let start: Void = xmlInitParser()
}

/// The callbacks: each does nothing but hand over to ``ReaderState``. They are called only within `xmlParseChunk`, while
/// the session that owns the target is alive.
enum SAXCallbacks {
    fileprivate static var handler: xmlSAXHandler {
        var handler = xmlSAXHandler()
        handler.initialized = UInt32(XML_SAX2_MAGIC)
        handler.startElementNs = { target, name, _, _, namespaceCount, _, attributeCount, _, attributes in
            guard let target, let name else { return }
            target.assumingMemoryBound(to: ReaderState.self).pointee.startElement(
                name, namespaceCount: namespaceCount,
                attributes: Attributes(base: attributes, count: Int(attributeCount)))
        }
        handler.endElementNs = { target, _, _, _ in
            target?.assumingMemoryBound(to: ReaderState.self).pointee.endElement()
        }
        handler.internalSubset = { target, _, _, _ in
            target?.assumingMemoryBound(to: ReaderState.self).pointee.refuse(.documentType)
        }
        // Errors are read from the context; without this libxml2 would print them.
        handler.serror = { _, _ in }
        return handler
    }

    /// Set only while text is wanted.
    static let characters: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int32) -> Void = {
        target, start, count in
        target?.assumingMemoryBound(to: ReaderState.self).pointee.characters(Bytes(start: start, count: Int(count)))
    }
}
