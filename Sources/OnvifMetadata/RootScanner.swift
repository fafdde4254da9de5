private import Glibc

/// Finds where an XML document ends: at the end tag of its root, whatever comments and CDATA sections say.
///
/// A plain state machine over a growing buffer; it never looks at a byte twice but for the few of a token that was cut.
/// As `<` is allowed in no attribute value (XML 1.0 § 3.1), only the root's own start tag needs its quotes followed. It does
/// not check the document, which is libxml2's work.
struct RootScanner {
    enum Outcome {
        /// All bytes were read; the document goes on.
        case incomplete
        /// The document ends before this offset.
        case end(Int)
        /// Another document begins at this offset though this one has not ended.
        case interrupted(Int)
        case refused(DropReason)
    }

    private enum Phase {
        case prolog, rootTag, content
        /// Within a comment, CDATA section or processing instruction: a construct that only its own end ends.
        case comment, characterData, instruction
    }

    private static let nameLimit = 256

    private var phase = Phase.prolog
    /// The phase that goes on after the construct that is open.
    private var resumed = Phase.prolog
    /// Where reading goes on.
    private(set) var position = 0
    /// First byte after the `<!--`, `<![CDATA[` or `<?` that is open.
    private var opened = 0
    private var quote: UInt8 = 0
    /// Where the root's name stands in the document, with its prefix.
    private var rootName = 0..<0

    /// Whether the bytes read last lie in a construct within which another document's begin cannot be seen.
    var isBlind: Bool { phase == .comment || phase == .characterData || phase == .instruction }

    /// Reads on in the document from its first byte on, and whatever follows it.
    mutating func scan(_ bytes: Bytes) -> Outcome {
        while position < bytes.count {
            let outcome =
                switch phase {
                case .comment: skip(bytes, to: UInt8(ascii: "-"))
                case .characterData: skip(bytes, to: UInt8(ascii: "]"))
                case .instruction: skipInstruction(bytes)
                case .rootTag: readRootTag(bytes)
                case .prolog: readMarkup(bytes)
                case .content: skipContent(bytes) ?? readMarkup(bytes)
                }
            if let outcome { return outcome }
        }
        return .incomplete
    }

    // MARK: - Markup

    /// Goes past all tags that are neither the root's end nor another root's begin, which is nearly all of the document.
    private mutating func skipContent(_ bytes: Bytes) -> Outcome? {
        guard let base = bytes.baseAddress else { return nil }
        let end = base + bytes.count
        var position = base + self.position
        let root = base + rootName.lowerBound
        let length = rootName.count
        let last = root[length - 1]
        while true {
            guard let found = memchr(position, Int32(UInt8(ascii: "<")), position.distance(to: end)) else {
                self.position = bytes.count
                return .incomplete
            }
            position = UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
            // Near the end of what is there, and at markup that is no tag, the slow way decides.
            guard position.distance(to: end) > length + 2 else { break }
            let next = position[1]
            if next == UInt8(ascii: "!") || next == UInt8(ascii: "?") { break }
            let name = position + (next == UInt8(ascii: "/") ? 2 : 1)
            if name[length - 1] == last, memcmp(name, root, length) == 0 { break }
            position += 1
        }
        self.position = base.distance(to: position)
        return nil
    }

    /// Goes to the next `<` and takes it if enough of it is there.
    private mutating func readMarkup(_ bytes: Bytes) -> Outcome? {
        guard let base = bytes.baseAddress,
            let found = memchr(base + position, Int32(UInt8(ascii: "<")), bytes.count - position)
        else {
            position = bytes.count
            return nil
        }
        position = base.distance(to: found.assumingMemoryBound(to: UInt8.self))
        guard position + 1 < bytes.count else { return .incomplete }
        switch bytes[position + 1] {
        case UInt8(ascii: "!"): return readDeclaration(bytes)
        case UInt8(ascii: "?"): return readInstruction(bytes)
        case UInt8(ascii: "/"): return readEndTag(bytes)
        default: return readStartTag(bytes)
        }
    }

    private mutating func readDeclaration(_ bytes: Bytes) -> Outcome? {
        if bytes.hasPrefix("<!--", at: position) {
            return open(.comment, 4)
        }
        if bytes.hasPrefix("<![CDATA[", at: position) {
            return open(.characterData, 9)
        }
        if bytes.hasPrefix("<!DOCTYPE", at: position) { return .refused(.documentType) }
        // Not yet all there, or nonsense that libxml2 will refuse.
        guard bytes.count - position >= 9 else { return .incomplete }
        position += 2
        return nil
    }

    private mutating func readInstruction(_ bytes: Bytes) -> Outcome? {
        guard bytes.count - position >= 6 else { return .incomplete }
        let isDeclaration = bytes.hasPrefix("<?xml", at: position) && bytes[position + 5].isXMLSpace
        if isDeclaration && phase == .content { return .interrupted(position) }
        return open(.instruction, 2)
    }

    private mutating func open(_ construct: Phase, _ length: Int) -> Outcome? {
        resumed = phase
        phase = construct
        position += length
        opened = position
        return nil
    }

    private mutating func readEndTag(_ bytes: Bytes) -> Outcome? {
        guard phase == .content else { return .refused(.foreignRoot) }
        let name = position + 2
        for index in 0..<rootName.count {
            guard name + index < bytes.count else { return .incomplete }
            guard bytes[name + index] == bytes[rootName.lowerBound + index] else {
                position = name
                return nil
            }
        }
        var end = name + rootName.count
        while end < bytes.count, bytes[end].isXMLSpace, end - name < Self.nameLimit * 2 { end += 1 }
        guard end < bytes.count else { return .incomplete }
        guard bytes[end] == UInt8(ascii: ">") else {
            position = name
            return nil
        }
        position = end + 1
        return .end(position)
    }

    private mutating func readStartTag(_ bytes: Bytes) -> Outcome? {
        if phase == .content {
            // Cheap for all other tags: the first byte of the name differs, or a byte soon after.
            switch bytes.metadataStreamName(at: position + 1, sameAs: rootName) {
            case .incomplete: return .incomplete
            case .found: return .interrupted(position)
            case .other:
                position += 1
                return nil
            }
        }
        switch bytes.metadataStreamName(at: position + 1) {
        case .incomplete: return .incomplete
        case .other: return .refused(.foreignRoot)
        case .found(let end):
            rootName = position + 1..<end
            position = end
            phase = .rootTag
            return nil
        }
    }

    /// Follows the root's start tag to its `>`.
    private mutating func readRootTag(_ bytes: Bytes) -> Outcome? {
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                if bytes[position - 2] == UInt8(ascii: "/") { return .end(position) }
                phase = .content
                return nil
            }
            // A lost piece left the tag open, and this is the next document.
            if byte == UInt8(ascii: "<") { return .interrupted(position - 1) }
        }
        return nil
    }

    // MARK: - Constructs

    /// Goes past `-->` or `]]>`.
    private mutating func skip(_ bytes: Bytes, to mark: UInt8) -> Outcome? {
        let opened = opened
        return findClose(bytes) { end in end - 2 >= opened && bytes[end - 1] == mark && bytes[end - 2] == mark }
    }

    private mutating func skipInstruction(_ bytes: Bytes) -> Outcome? {
        let opened = opened
        return findClose(bytes) { end in end - 1 >= opened && bytes[end - 1] == UInt8(ascii: "?") }
    }

    private mutating func findClose(_ bytes: Bytes, _ closes: (Int) -> Bool) -> Outcome? {
        guard let base = bytes.baseAddress else { return nil }
        while position < bytes.count {
            guard let found = memchr(base + position, Int32(UInt8(ascii: ">")), bytes.count - position) else {
                position = bytes.count
                return nil
            }
            let end = base.distance(to: found.assumingMemoryBound(to: UInt8.self))
            position = end + 1
            if closes(end) {
                phase = resumed
                return nil
            }
        }
        return nil
    }
}

/// What stands at a place where a name may stand.
enum NameMatch {
    /// A `MetadataStream` of whatever prefix; its name ends before this offset.
    case found(end: Int)
    case other
    /// The bytes end before the name does.
    case incomplete
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the name at `offset` is that of a metadata stream's root (ONVIF Streaming Specification; the schema writes
    /// `MetadataStream`, its text also `MetaDataStream`), with or without a prefix.
    func metadataStreamName(at offset: Int) -> NameMatch {
        let limit = Swift.min(count, offset + 256)
        var local = offset
        var end = offset
        while end < limit, !self[end].endsXMLName, self[end] != UInt8(ascii: "<") {
            if self[end] == UInt8(ascii: ":") { local = end + 1 }
            end += 1
        }
        if end == count { return .incomplete }
        let name = slice(local..<end)
        return name.equals("MetadataStream") || name.equals("MetaDataStream") ? .found(end: end) : .other
    }

    /// Whether the name at `offset` is the one that stands there.
    @inline(__always)
    func metadataStreamName(at offset: Int, sameAs name: Range<Int>) -> NameMatch {
        for index in 0..<name.count {
            guard offset + index < count else { return .incomplete }
            guard self[offset + index] == self[name.lowerBound + index] else { return .other }
        }
        let end = offset + name.count
        guard end < count else { return .incomplete }
        return self[end].endsXMLName ? .found(end: end) : .other
    }
}
