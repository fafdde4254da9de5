import MKDSCore
import Spool

enum Sample {
    static let time = UTCTime(seconds: 1_795_250_000)

    static func camera(_ text: String = "kamera-1") -> CameraID {
        guard let id = CameraID(text) else { preconditionFailure("not a camera id") }
        return id
    }

    /// An event that can be told from every other by its number.
    static func event(_ number: Int, revision: UInt32 = 0, camera: CameraID = camera()) -> JournalRecord {
        .event(
            Event(
                id: UUIDv7(high: 0x0199_0000_0000_7000, low: 0x8000_0000_0000_0000 | UInt64(number)),
                revision: revision, camera: camera, kind: .motion, start: time, lastSeen: time, clock: .arrival,
                detail: "číslo \(number)"))
    }

    static func run(_ number: Int, revision: UInt32 = 0) -> JournalRecord {
        .run(
            StreamRun(
                id: UUIDv7(high: 0x0199_0000_0000_7001, low: 0x8000_0000_0000_0000 | UInt64(number)),
                revision: revision, camera: camera(), codec: "h264", width: 1920, height: 1080, firstPacket: time,
                lastPacket: time, packets: 1, bytes: UInt64(number), clock: .arrival))
    }

    static func gap(_ number: Int, revision: UInt32 = 0) -> JournalRecord {
        .gap(
            Gap(
                id: UUIDv7(high: 0x0199_0000_0000_7002, low: 0x8000_0000_0000_0000 | UInt64(number)),
                revision: revision, camera: camera(), start: time, reason: .lost, detail: ""))
    }

    static func piece(_ number: Int) -> JournalRecord {
        .documentPart(
            DocumentPart(
                document: UUIDv7(high: 0x0199_0000_0000_7003, low: 0x8000_0000_0000_0000), number: UInt16(number),
                bytes: [UInt8](repeating: 7, count: RawDocument.pieceByteLimit)))
    }

    static func writer(
        _ directory: String, _ configuration: SpoolConfiguration = SpoolConfiguration(reserveByteCount: 1 << 20)
    ) throws -> JournalWriter {
        var configuration = configuration
        // Files are numbered 1, 2, 3.
        configuration.lowestFileNumber = { 0 }
        return try JournalWriter(directory: directory, configuration: configuration, version: "test", now: { time })
    }
}

extension JournalReader {
    /// All there is after a position, in batches of `limit`.
    func readAll(after position: JournalPosition? = nil, limit: Int = 100) throws -> JournalBatch {
        var all = try read(after: position, limit: limit)
        while true {
            let batch = try read(after: all.end, limit: limit)
            if batch.end == all.end { return all }
            all.records += batch.records
            all.damages += batch.damages
            all.end = batch.end
        }
    }
}
