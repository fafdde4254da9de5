/// What a TZif file (RFC 8536) says: past transitions and the recurring rule after them.
///
/// FoundationEssentials knows only GMT and the full Foundation would bring ICU along, so the system's own file is read.
package struct ZoneFile: Sendable {
    package var transitions: [ZoneTransition]
    /// In force before the first transition.
    package var initial: ZoneOffset
    /// In force after the last transition; nil when the file has no footer or one we do not read.
    package var rule: ZoneRule?

    /// Nil for anything that is not a version 2 or later TZif file of sensible size.
    package init?(bytes: [UInt8]) {
        guard (44...1 << 20).contains(bytes.count), let old = Header(bytes, at: 0), old.version >= 2 else { return nil }
        let second = 44 + old.bodyLength(timeSize: 4)
        guard let header = Header(bytes, at: second), header.typeCount > 0 else { return nil }
        let body = second + 44
        let end = body + header.bodyLength(timeSize: 8)
        guard end <= bytes.count else { return nil }

        let typeIndexes = body + header.timeCount * 8
        let types = typeIndexes + header.timeCount
        let names = types + header.typeCount * 6
        let offsets = (0..<header.typeCount).compactMap { index -> ZoneOffset? in
            let at = types + index * 6
            let seconds = Int(Int32(truncatingIfNeeded: bytes.bigEndian(at, 4)))
            let name = bytes[(names + min(Int(bytes[at + 5]), header.nameLength))..<(names + header.nameLength)]
            return ZoneOffset(
                seconds: seconds, isDaylight: bytes[at + 4] == 1,
                abbreviation: String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
        }
        transitions = []
        for index in 0..<header.timeCount {
            let type = Int(bytes[typeIndexes + index])
            guard type < offsets.count else { return nil }
            transitions.append(ZoneTransition(at: bytes.bigEndian(body + index * 8, 8), offset: offsets[type]))
        }
        initial = offsets.first { !$0.isDaylight } ?? offsets[0]
        let footer = bytes[end...].drop { $0 == 10 }.prefix { $0 != 10 }
        rule = ZoneRule(String(decoding: footer, as: UTF8.self))
    }

    private struct Header {
        var version: Int
        var utcCount, standardCount, leapCount, timeCount, typeCount, nameLength: Int

        init?(_ bytes: [UInt8], at start: Int) {
            guard start + 44 <= bytes.count, bytes[start..<start + 4].elementsEqual("TZif".utf8) else { return nil }
            version = Int(bytes[start + 4]) - 48
            let counts = (0..<6).map { Int(bytes.bigEndian(start + 20 + $0 * 4, 4)) }
            guard counts.allSatisfy({ $0 <= 100_000 }) else { return nil }
            (utcCount, standardCount, leapCount) = (counts[0], counts[1], counts[2])
            (timeCount, typeCount, nameLength) = (counts[3], counts[4], counts[5])
        }

        func bodyLength(timeSize: Int) -> Int {
            timeCount * (timeSize + 1) + typeCount * 6 + nameLength + leapCount * (timeSize + 4) + standardCount
                + utcCount
        }
    }
}

/// Distance of a local clock from UTC while it is in force.
package struct ZoneOffset: Hashable, Sendable {
    /// Seconds to add to UTC.
    package var seconds: Int
    package var isDaylight: Bool
    /// As the TZ database has it: `CET`, `CEST`.
    package var abbreviation: String
}

/// The moment (seconds since 1970 UTC) from which an offset holds.
package struct ZoneTransition: Hashable, Sendable {
    package var at: Int64
    package var offset: ZoneOffset
}

extension [UInt8] {
    fileprivate func bigEndian(_ start: Int, _ count: Int) -> Int64 {
        self[start..<start + count].reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }
}
