// The bytes of runs, clock readings and gaps inside a journal record; those of events stand with the record.

extension StreamRun {
    func encode(into buffer: inout [UInt8]) {
        buffer.append(
            (groupOfPictures != nil ? 1 : 0) | (endReason != nil ? 2 : 0) | (reading != nil ? 4 : 0)
                | (uncertainty != nil ? 8 : 0) | (details != nil ? 16 : 0))
        buffer.append(id)
        buffer.append(integer: revision)
        buffer.append(integer: width)
        buffer.append(integer: height)
        buffer.append(finite: frameRate)
        buffer.append(finite: bitRate)
        buffer.append(firstPacket)
        buffer.append(lastPacket)
        buffer.append(integer: packets)
        buffer.append(integer: bytes)
        buffer.append(clock.rawValue)
        if let groupOfPictures { buffer.append(groupOfPictures) }
        if let endReason { buffer.append(endReason.rawValue) }
        buffer.append(shortText: camera.rawValue)
        buffer.append(shortText: codec)
        buffer.append(shortText: profile)
        reading?.encode(into: &buffer)
        if let uncertainty { buffer.append(uncertainty) }
        details?.encode(into: &buffer)
    }

    init(from reader: inout RecordReader) throws(JournalRecordError) {
        let flags = try reader.flags(31)
        id = try reader.id()
        revision = try reader.integer()
        width = try reader.integer()
        height = try reader.integer()
        frameRate = try reader.finite("frame rate")
        bitRate = try reader.finite("bit rate")
        firstPacket = try reader.time("first packet")
        lastPacket = try reader.time("last packet")
        packets = try reader.integer()
        bytes = try reader.integer()
        clock = try reader.enumeration("clock")
        groupOfPictures = flags & 1 != 0 ? try reader.duration("group of pictures") : nil
        endReason = flags & 2 != 0 ? try reader.enumeration("end reason") : nil
        camera = try reader.camera()
        codec = try reader.shortText("codec")
        profile = try reader.shortText("profile")
        reading = flags & 4 != 0 ? try ClockReading(from: &reader) : nil
        uncertainty = flags & 8 != 0 ? try reader.duration("uncertainty") : nil
        details = flags & 16 != 0 ? try StreamDetails(from: &reader) : nil
    }
}

extension ClockReading {
    private struct Flags {
        static let camera: UInt8 = 1
        static let offset: UInt8 = 2
        static let offsetAge: UInt8 = 4
        static let all: UInt8 = 7
    }

    func encode(into buffer: inout [UInt8]) {
        var flags: UInt8 = 0
        if camera != nil { flags |= Flags.camera }
        if offset != nil { flags |= Flags.offset }
        if offsetAge != nil { flags |= Flags.offsetAge }
        buffer.append(flags)
        buffer.append(arrival)
        buffer.append(media)
        if let camera { buffer.append(camera) }
        if let offset { buffer.append(offset) }
        if let offsetAge { buffer.append(offsetAge) }
    }

    init(from reader: inout RecordReader) throws(JournalRecordError) {
        let flags = try reader.flags(Flags.all)
        arrival = try reader.time("arrival")
        media = try reader.duration("media time")
        camera = flags & Flags.camera != 0 ? try reader.time("camera time") : nil
        offset = flags & Flags.offset != 0 ? try reader.duration("clock offset") : nil
        offsetAge = flags & Flags.offsetAge != 0 ? try reader.duration("offset age") : nil
    }
}

extension Gap {
    func encode(into buffer: inout [UInt8]) {
        buffer.append(end != nil ? 1 : 0)
        buffer.append(id)
        buffer.append(integer: revision)
        buffer.append(start)
        if let end { buffer.append(end) }
        buffer.append(shortText: camera.rawValue)
        buffer.append(shortText: reason.rawValue)
        buffer.append(detail: detail)
    }

    init(from reader: inout RecordReader) throws(JournalRecordError) {
        let flags = try reader.flags(1)
        id = try reader.id()
        revision = try reader.integer()
        start = try reader.time("start")
        end = flags & 1 != 0 ? try reader.time("end") : nil
        camera = try reader.camera()
        guard let reason = HealthTopic(rawValue: try reader.shortText("reason")) else {
            throw reader.failure(.invalidField("reason"))
        }
        self.reason = reason
        detail = try reader.detail()
    }
}
