/// Why a document was refused.
package struct DocumentError: Error, Hashable, Sendable {
    /// The one reason.
    package enum Code: UInt8, CaseIterable, Sendable {
        /// It does not begin as XML does.
        case notXML
        /// UTF-16 or UTF-32.
        case wideCharacters
        /// Bytes beyond ASCII under a declared encoding other than UTF-8 and ISO-8859-1.
        case encoding
        /// libxml2 found it not well-formed.
        case notWellFormed
        /// It carries a document type declaration.
        case documentType
        /// Its root is neither a metadata stream nor a SOAP envelope.
        case foreignRoot
        /// Larger than ``DocumentLimits/inflatedByteCount``.
        case tooLarge
        case tooDeep
        case tooManyElements
        case tooManyAttributes
        case tooManyNamespaces
        case tagTooLong
        case valueTooLong
        case tooManyItems
        /// Face or plate data sits where it cannot be cut out without taking the whole document.
        case uncuttable
        /// libxml2 had no memory.
        case outOfMemory
    }

    /// The reason.
    package let code: Code
    /// Line of the document, from 1; 0 where reading did not begin.
    package let line: Int
    /// libxml2's number of what is wrong (`xmlParserErrors`), 0 for what we refuse ourselves.
    package let parserCode: Int

    init(_ code: Code, line: Int = 0, parserCode: Int = 0) {
        self.code = code
        self.line = line
        self.parserCode = parserCode
    }
}

extension DocumentError: CustomStringConvertible {
    /// Holds nothing of the document.
    package var description: String {
        var text = "metadata document refused: \(code)"
        if line > 0 { text += ", line \(line)" }
        if parserCode > 0 { text += ", libxml2 error \(parserCode)" }
        return text
    }
}
