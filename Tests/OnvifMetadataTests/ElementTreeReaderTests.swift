import Testing

@testable import OnvifMetadata

struct ElementTreeReaderTests {
    private func read(_ text: String) throws -> XMLElement { try ElementTreeReader.read(Array(text.utf8)) }

    private func address(_ text: String) -> UnsafePointer<UInt8>? {
        text.utf8.withContiguousStorageIfAvailable { $0.baseAddress } ?? nil
    }

    /// A text for each use of a namespace made a gigabyte of one of 16 KB and 65 000 elements.
    @Test func keepsOneTextOfANamespaceHoweverOftenItIsUsed() throws {
        let uri = String(repeating: "x", count: 1_024)
        let root = try read("<a xmlns='\(uri)' xmlns:p='urn:another'><b p:c='1' p:d='2'/><b/></a>")
        #expect(root.namespace == uri && root.children.map(\.namespace) == [uri, uri])
        #expect(root.children.allSatisfy { address($0.namespace) == address(root.namespace) })
        #expect(root.children[0].attributes.map(\.namespace) == ["urn:another", "urn:another"])
    }

    @Test(arguments: ["xmlns='%'", "xmlns:p='%'", "xmlns:p='a' xmlns:q='%'"])
    func refusesNamespacesThatAreTooLong(_ declaration: String) throws {
        let longest = String(repeating: "x", count: 1_024)
        #expect(try read("<a \(declaration.replacing("%", with: longest))/>").name == "a")
        #expect(throws: DocumentError(.valueTooLong, line: 1)) {
            try read("<a \(declaration.replacing("%", with: longest + "x"))/>")
        }
    }

    @Test func boundsAllAttributesTogether() throws {
        let element = "<b" + (0..<64).map { " a\($0)=''" }.joined() + "/>"
        #expect(try read("<a>\(String(repeating: element, count: 1_024))</a>").children.count == 1_024)
        #expect(throws: DocumentError.self) { try read("<a>\(String(repeating: element, count: 1_025))</a>") }
    }

    @Test func writesElementsWithTheirNamespacesAgain() throws {
        let text = "<r xmlns='urn:n' xmlns:p='urn:p'><a p:b='1' c='&lt;&amp;'>x</a><d xmlns=''/></r>"
        let children = try read(text).children
        let xml = try #require(XMLElement.serialized(children, extra: " e=\"f\"", byteLimit: 1_000))
        #expect(
            xml == "<n:a xmlns:n=\"urn:n\" xmlns:m0=\"urn:p\" m0:b=\"1\" c=\"&lt;&amp;\" e=\"f\">x</n:a><d e=\"f\"></d>"
        )
        #expect(XMLElement.serialized(children, extra: " e=\"f\"", byteLimit: xml.utf8.count) == xml)
        #expect(XMLElement.serialized(children, extra: " e=\"f\"", byteLimit: xml.utf8.count - 1) == nil)
    }

    /// Fuzzing found it written otherwise than read: libxml2 leaves it as a character reference in namespaces, too.
    @Test func readsAnAmpersandInANamespace() throws {
        let root = try read("<r xmlns='urn:a&amp;b'/>")
        #expect(root.namespace == "urn:a&b")
        #expect(XMLElement.serialized([root], byteLimit: 100) == "<n:r xmlns:n=\"urn:a&amp;b\"></n:r>")
    }

    /// Fuzzing found it: libxml2 takes what is behind the first colon for the local name.
    @Test func doesNotWriteANameWithTwoColons() throws {
        for text in ["<r x:y:z='1'/>", "<r><x:y:z/></r>"] {
            #expect(XMLElement.serialized([try read(text)], byteLimit: 100) == nil, "\(text)")
        }
    }

    /// Written out, each of the elements names its namespace anew: 64 MB, were it not stopped.
    @Test func stopsWritingAtItsLimit() throws {
        let uri = String(repeating: "x", count: 1_024)
        let root = try read("<a xmlns='\(uri)'>\(String(repeating: "<b/>", count: 60_000))</a>")
        #expect(XMLElement.serialized([root], byteLimit: 4_096) == nil)
        #expect(XMLElement.serialized(root.children, byteLimit: 4_096) == nil)
        #expect(XMLElement.serialized(Array(root.children.prefix(3)), byteLimit: 4_096) != nil)
    }
}
