// The bytes of what streams tell of themselves inside a journal record: the details of a run, and samples.

extension StreamDetails {
    private struct Flags {
        static let announcedFrameRate: UInt8 = 1
        static let signing: UInt8 = 2
        static let registeredUserData: UInt8 = 4
        static let pictureTiming: UInt8 = 8
        static let klv: UInt8 = 16
        static let klvTimestamp: UInt8 = 32
        static let all: UInt8 = 63
    }

    func encode(into buffer: inout [UInt8]) {
        var flags: UInt8 = 0
        if announcedFrameRate != nil { flags |= Flags.announcedFrameRate }
        if signing != nil { flags |= Flags.signing }
        if hasRegisteredUserData { flags |= Flags.registeredUserData }
        if hasPictureTiming { flags |= Flags.pictureTiming }
        if klv != nil { flags |= Flags.klv }
        if klv?.timestamp != nil { flags |= Flags.klvTimestamp }
        buffer.append(flags)
        buffer.append(shortText: level)
        if let announcedFrameRate { buffer.append(finite: announcedFrameRate) }
        if let signing { buffer.append(signing.rawValue) }
        let kept = userData.prefix(Self.userDataLimit)
        buffer.append(UInt8(kept.count))
        for identifier in kept { buffer.append(identifier) }
        buffer.append(metadata.reduce(0) { $0 | 1 << $1.rawValue })
        if let klv {
            buffer.append(klv.label)
            buffer.append(finite: klv.rate)
            if let timestamp = klv.timestamp { buffer.append(timestamp) }
        }
    }

    init(from reader: inout RecordReader) throws(JournalRecordError) {
        let flags = try reader.flags(Flags.all)
        level = try reader.shortText("level")
        announcedFrameRate = flags & Flags.announcedFrameRate != 0 ? try reader.finite("announced frame rate") : nil
        signing = flags & Flags.signing != 0 ? try reader.enumeration("signing") : nil
        hasRegisteredUserData = flags & Flags.registeredUserData != 0
        hasPictureTiming = flags & Flags.pictureTiming != 0
        let count = Int(try reader.byte())
        guard count <= Self.userDataLimit else { throw reader.failure(.invalidField("user data")) }
        userData = []
        for _ in 0..<count { userData.append(try reader.identifier()) }
        let formats = try reader.byte()
        metadata = MetadataFormat.allCases.filter { formats & 1 << $0.rawValue != 0 }
        guard formats == metadata.reduce(0, { $0 | 1 << $1.rawValue }) else {
            throw reader.failure(.invalidField("metadata"))
        }
        if flags & Flags.klv != 0 {
            let label = try reader.identifier()
            let rate = try reader.finite("KLV rate")
            let timestamp = flags & Flags.klvTimestamp != 0 ? try reader.time("KLV time stamp") : nil
            klv = KLVFacts(label: label, rate: rate, timestamp: timestamp)
        } else {
            guard flags & Flags.klvTimestamp == 0 else { throw reader.failure(.invalidField("flags")) }
            klv = nil
        }
    }
}

extension StreamSample {
    func encode(into buffer: inout [UInt8]) {
        buffer.append(
            (longestPause != nil ? 1 : 0) | (meanGroup != nil ? 2 : 0) | (longestGroup != nil ? 4 : 0))
        buffer.append(run)
        buffer.append(minute)
        buffer.append(duration)
        buffer.append(integer: packets)
        buffer.append(integer: bytes)
        buffer.append(integer: keyframes)
        buffer.append(integer: missed)
        if let longestPause { buffer.append(longestPause) }
        if let meanGroup { buffer.append(meanGroup) }
        if let longestGroup { buffer.append(longestGroup) }
        buffer.append(shortText: camera.rawValue)
    }

    init(from reader: inout RecordReader) throws(JournalRecordError) {
        let flags = try reader.flags(7)
        run = try reader.id()
        minute = try reader.time("minute")
        duration = try reader.duration("duration")
        packets = try reader.integer()
        bytes = try reader.integer()
        keyframes = try reader.integer()
        missed = try reader.integer()
        longestPause = flags & 1 != 0 ? try reader.duration("longest pause") : nil
        meanGroup = flags & 2 != 0 ? try reader.duration("mean group") : nil
        longestGroup = flags & 4 != 0 ? try reader.duration("longest group") : nil
        camera = try reader.camera()
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ identifier: StreamIdentifier) {
        append(integer: identifier.high)
        append(integer: identifier.low)
    }
}

extension RecordReader {
    fileprivate mutating func identifier() throws(JournalRecordError) -> StreamIdentifier {
        StreamIdentifier(high: try integer(), low: try integer())
    }
}
