private import CLibxml2

/// A document as UTF-8, whatever encoding it declares: what libxml2 is given, so that it never converts or loads anything.
///
/// ONVIF wants UTF-8. Makers declare other encodings and then send ASCII, which is the same in all of them. Bytes beyond
/// ASCII are read as ISO-8859-1 if that is declared, as UTF-8 if that or nothing is declared, and else refused.
struct XMLText {
    let utf8: [UInt8]
    /// Where the document begins: behind a byte order mark.
    let start: Int

    init(_ xml: [UInt8], limits: DocumentLimits) throws(DocumentError) {
        guard xml.count <= limits.inflatedByteCount else { throw DocumentError(.tooLarge) }
        let verdict = xml.withUnsafeBufferPointer { Self.judge($0, limits: limits) }
        start = xml.withUnsafeBufferPointer { $0.hasPrefix("\u{feff}") } ? 3 : 0
        switch verdict {
        case .utf8: utf8 = xml
        case .latin1: utf8 = Self.fromLatin1(xml)
        case .refused(let code): throw DocumentError(code)
        }
    }

    private enum Verdict {
        case utf8, latin1
        case refused(DocumentError.Code)
    }

    private static func judge(_ bytes: Bytes, limits: DocumentLimits) -> Verdict {
        if bytes.hasPrefix("\u{feff}") { return startsMarkup(bytes, at: 3) ?? tags(bytes, limits) ?? .utf8 }
        if bytes.count >= 2, bytes[0] >= 0xfe, bytes[1] >= 0xfe { return .refused(.wideCharacters) }
        if let refused = startsMarkup(bytes, at: 0) ?? tags(bytes, limits) { return refused }
        // Whether UTF-8 is UTF-8 libxml2 checks.
        guard let declared = declaredEncoding(bytes), !declared.equalsIgnoringCase("utf-8"), !bytes.isASCII else {
            return .utf8
        }
        switch String(decoding: declared, as: UTF8.self).lowercased() {
        case "utf8", "us-ascii", "ascii": return .utf8
        case "iso-8859-1", "latin1", "latin-1", "iso8859-1", "windows-1252", "cp1252": return .latin1
        default: return .refused(.encoding)
        }
    }

    private static func startsMarkup(_ bytes: Bytes, at offset: Int) -> Verdict? {
        var first = offset
        while first < bytes.count, bytes[first].isXMLSpace { first += 1 }
        guard first + 1 < bytes.count else { return .refused(.notXML) }
        if bytes[first] == 0 || bytes[first + 1] == 0 { return .refused(.wideCharacters) }
        return bytes[first] == UInt8(ascii: "<") ? nil : .refused(.notXML)
    }

    /// Refuses a tag that is too long before libxml2 compares its attributes with each other.
    private static func tags(_ bytes: Bytes, _ limits: DocumentLimits) -> Verdict? {
        guard bytes.count > limits.tagByteCount else { return nil }
        var tokenizer = MarkupTokenizer(bytes)
        while let tag = tokenizer.next() {
            if tag.range.count > limits.tagByteCount { return .refused(.tagTooLong) }
        }
        return nil
    }

    /// The value of `encoding` in the XML declaration, nil without one.
    private static func declaredEncoding(_ bytes: Bytes) -> Bytes? {
        guard bytes.hasPrefix("<?xml") else { return nil }
        let declaration = bytes.slice(0..<min(bytes.count, 200))
        let end = declaration.firstIndex(of: UInt8(ascii: ">")) ?? declaration.count
        for index in 5..<end where declaration.hasPrefix("encoding", at: index) {
            let rest = declaration.slice(index..<end)
            guard let open = rest.firstIndex(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }),
                let close = rest[(open + 1)...].firstIndex(of: rest[open])
            else { return nil }
            return rest.slice(open + 1..<close)
        }
        return nil
    }

    private static func fromLatin1(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bytes.count * 2) { buffer, count in
            var written = Int32(buffer.count)
            var read = Int32(bytes.count)
            isolat1ToUTF8(buffer.baseAddress, &written, bytes, &read)
            count = Int(written)
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether no byte has its highest bit set.
    fileprivate var isASCII: Bool {
        var union: UInt8 = 0
        for byte in self { union |= byte }
        return union < 0x80
    }
}
