/// One element of a SOAP answer with all that lies in it. Names are matched without their namespaces, as makers misspell
/// those; what must be sent back verbatim keeps them.
package struct XMLElement: Sendable {
    /// An attribute; namespace declarations are none.
    package struct Attribute: Hashable, Sendable {
        package let name: String
        package let namespace: String
        package let value: String
    }

    /// The local name.
    package let name: String
    /// The namespace's URI, empty for none.
    package let namespace: String
    package let attributes: [Attribute]
    package internal(set) var children: [XMLElement] = []
    /// All text directly in it, one piece after the other.
    package internal(set) var text = ""

    /// The first child of that local name.
    package subscript(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    /// All children of that local name.
    package func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The attribute of that local name.
    package func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.value }

    /// The element at the end of a path of local names, the first child each time.
    package func at(_ path: String...) -> XMLElement? {
        var element = self
        for name in path {
            guard let child = element[name] else { return nil }
            element = child
        }
        return element
    }

    /// Its text without white space around it, at most 1000 characters, what would not show left out.
    package var trimmedText: String {
        let scalars = text.unicodeScalars.filter { $0.isShowable || $0 == "\n" }
        var trimmed = scalars[...]
        while trimmed.first?.properties.isWhitespace == true { trimmed.removeFirst() }
        while trimmed.last?.properties.isWhitespace == true { trimmed.removeLast() }
        return String(String.UnicodeScalarView(trimmed.prefix(1000)))
    }

    /// Elements as XML again, one after the other, each element and attribute with its namespace; prefixes are new.
    ///
    /// - Parameters:
    ///   - elements: What is written.
    ///   - extra: Text put into the outermost start tags, such as a further attribute; begins with a blank.
    ///   - byteLimit: What the text may have at most, as each namespace is written anew wherever it is used.
    /// - Returns: Nil when it would be longer, or when a name holds a second colon, with which it cannot be written as it
    ///   was read.
    package static func serialized(_ elements: [XMLElement], extra: String = "", byteLimit: Int) -> String? {
        var xml = ""
        for element in elements {
            guard element.serialize(into: &xml, extra: extra, byteLimit) else { return nil }
        }
        return xml
    }

    /// Appends itself; false when a name cannot be written or, at the latest one element past it, the limit is exceeded.
    private func serialize(into xml: inout String, extra: String, _ byteLimit: Int) -> Bool {
        guard !name.utf8.contains(UInt8(ascii: ":")),
            !attributes.contains(where: { $0.name.utf8.contains(UInt8(ascii: ":")) })
        else { return false }
        var tag = name
        var declarations = ""
        if !namespace.isEmpty {
            tag = "n:\(name)"
            declarations = " xmlns:n=\"\(Self.escaped(namespace))\""
        }
        for (index, attribute) in attributes.enumerated() {
            if attribute.namespace.isEmpty {
                declarations += " \(attribute.name)=\"\(Self.escaped(attribute.value))\""
            } else {
                let prefix = attribute.namespace == "http://www.w3.org/XML/1998/namespace" ? "xml" : "m\(index)"
                if prefix != "xml" { declarations += " xmlns:\(prefix)=\"\(Self.escaped(attribute.namespace))\"" }
                declarations += " \(prefix):\(attribute.name)=\"\(Self.escaped(attribute.value))\""
            }
        }
        xml += "<\(tag)\(declarations)\(extra)>"
        // Text between children is white space in all that is ever sent back.
        if children.isEmpty { xml += Self.escaped(text) }
        for child in children {
            guard child.serialize(into: &xml, extra: "", byteLimit) else { return false }
        }
        xml += "</\(tag)>"
        return xml.utf8.count <= byteLimit
    }

    /// Text as it may stand in an element or in an attribute value (XML 1.0 § 2.4); what XML cannot hold is left out.
    package static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&apos;"
            case "\t", "\n", "\r": result += "&#\(scalar.value);"
            default:
                if scalar.value >= 0x20, scalar.value & 0xfffe != 0xfffe { result.unicodeScalars.append(scalar) }
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    /// Whether it may stand in text a person reads: no control character, nothing that turns or hides what follows.
    package var isShowable: Bool {
        value >= 0x20 && !(0x7f...0x9f).contains(value) && !properties.isDefaultIgnorableCodePoint
    }
}
