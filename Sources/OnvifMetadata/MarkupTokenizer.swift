private import Glibc

/// Steps through the tags of an XML document by their bytes.
///
/// For well-formed documents without a document type declaration this is exact, in UTF-8 as in any single-byte
/// superset of ASCII: outside comments, CDATA sections and processing instructions every `<` begins a tag, and a tag ends
/// with the first `>` outside quotes (XML 1.0 § 2.4, § 3.1). What is not well-formed it steps through somehow.
struct MarkupTokenizer {
    struct Tag {
        enum Kind { case start, end, empty }

        let kind: Kind
        let range: Range<Int>
        /// As written, with its prefix.
        let name: Range<Int>
    }

    private let bytes: Bytes
    private var position = 0

    init(_ bytes: Bytes) {
        self.bytes = bytes
    }

    /// The next tag; nil at the end.
    mutating func next() -> Tag? {
        while let start = find(UInt8(ascii: "<"), from: position) {
            if bytes.hasPrefix("<!--", at: start) {
                skip(from: start + 4, to: "-->")
            } else if bytes.hasPrefix("<![CDATA[", at: start) {
                skip(from: start + 9, to: "]]>")
            } else if bytes.hasPrefix("<?", at: start) {
                skip(from: start + 2, to: "?>")
            } else {
                return tag(at: start)
            }
        }
        return nil
    }

    private mutating func tag(at start: Int) -> Tag? {
        var quote: UInt8 = 0
        var end = start + 1
        while end < bytes.count {
            let byte = bytes[end]
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == UInt8(ascii: ">") {
                break
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            }
            end += 1
        }
        position = min(end + 1, bytes.count)
        let isEnd = bytes.hasPrefix("</", at: start)
        let isEmpty = !isEnd && end > start + 1 && end < bytes.count && bytes[end - 1] == UInt8(ascii: "/")
        let nameStart = start + (isEnd ? 2 : 1)
        var nameEnd = nameStart
        while nameEnd < end, !bytes[nameEnd].endsXMLName { nameEnd += 1 }
        return Tag(
            kind: isEnd ? .end : isEmpty ? .empty : .start, range: start..<position, name: nameStart..<nameEnd)
    }

    private mutating func skip(from start: Int, to close: StaticString) {
        var search = start
        while let end = find(UInt8(ascii: ">"), from: search) {
            search = end + 1
            let begin = search - close.utf8CodeUnitCount
            if begin >= start && bytes.hasPrefix(close, at: begin) {
                position = search
                return
            }
        }
        position = bytes.count
    }

    private func find(_ byte: UInt8, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + start, Int32(byte), bytes.count - start)
        else { return nil }
        return base.distance(to: found.assumingMemoryBound(to: UInt8.self))
    }
}
