private import Glibc

/// What the bytes at a place where a document may begin turn out to be.
enum Beginning {
    /// Too few bytes to tell, after this much padding.
    case undecided(padding: Int)
    /// This many bytes belong to no document.
    case junk(Int)
    case refused(DropReason)
    case xml(padding: Int)
    case gzip(padding: Int)
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether these bytes begin a gzip member with deflate (RFC 1952 § 2.3); nil when there are too few.
    var isGzipHeader: Bool? {
        if count >= 1, self[0] != 0x1f { return false }
        if count >= 2, self[1] != 0x8b { return false }
        if count >= 3, self[2] != 8 { return false }
        // The three upper flag bits are reserved.
        if count >= 4 { return self[3] & 0xe0 == 0 }
        return nil
    }

    /// Judges the first bytes. `isClean`: no broken document precedes, so any markup begins a document; else only an XML
    /// declaration or a root does. `isPieceStart`: a payload begins here.
    func beginning(isClean: Bool, isPieceStart: Bool) -> Beginning {
        var padding = 0
        while padding < count, self[padding].isXMLSpace || self[padding] == 0 { padding += 1 }
        guard padding < count else { return .undecided(padding: padding) }
        let rest = slice(padding..<count)
        switch rest[0] {
        case UInt8(ascii: "<"):
            return rest.markupBeginning(padding, isClean: isClean)
        case 0x1f where isClean || isPieceStart:
            switch rest.isGzipHeader {
            case nil: return .undecided(padding: padding)
            case true?: return .gzip(padding: padding)
            case false?: return junk(from: padding)
            }
        case 0xef:
            // A byte order mark and the begin of markup.
            if rest.count < 4 { return .undecided(padding: padding) }
            return rest.hasPrefix("\u{feff}<") ? .xml(padding: padding) : junk(from: padding)
        case 0xfe where isPieceStart && rest.count > 1 && rest[1] == 0xff,
            0xff where isPieceStart && rest.count > 1 && rest[1] == 0xfe:
            return .refused(.wideCharacters)
        case UInt8(ascii: "$") where isPieceStart && rest.hasPrefix("$EXI"):
            return .refused(.exi)
        case 0x80...0xbf where isPieceStart && isClean:
            // The distinguishing bits 10 of an EXI header (EXI 1.0 § 5.2), which begin no XML.
            return .refused(.exi)
        default:
            return junk(from: padding)
        }
    }

    private func markupBeginning(_ padding: Int, isClean: Bool) -> Beginning {
        guard count > 1 else { return .undecided(padding: padding) }
        switch self[1] {
        case 0:
            return .refused(.wideCharacters)
        case UInt8(ascii: "?"):
            if isClean { return .xml(padding: padding) }
            guard count > 5 else { return .undecided(padding: padding) }
            return hasPrefix("<?xml") && self[5].isXMLSpace ? .xml(padding: padding) : junk(from: 1).adding(padding)
        case UInt8(ascii: "!") where isClean:
            return .xml(padding: padding)
        case UInt8(ascii: "!"), UInt8(ascii: "/"):
            return junk(from: 1).adding(padding)
        default:
            switch metadataStreamName(at: 1) {
            case .found: return .xml(padding: padding)
            case .incomplete: return .undecided(padding: padding)
            case .other: return isClean ? .xml(padding: padding) : junk(from: 1).adding(padding)
            }
        }
    }

    /// What precedes the next `<`.
    private func junk(from offset: Int) -> Beginning {
        guard offset < count, let base = baseAddress,
            let found = memchr(base + offset, Int32(UInt8(ascii: "<")), count - offset)
        else { return .junk(count) }
        return .junk(Swift.max(1, base.distance(to: found.assumingMemoryBound(to: UInt8.self))))
    }
}

extension Beginning {
    fileprivate func adding(_ padding: Int) -> Beginning {
        guard case .junk(let count) = self else { return self }
        return .junk(count + padding)
    }
}
