internal import FoundationEssentials
internal import Logging
internal import MKDSCore

/// Log lines of a child process, passed on as records of our own log.
///
/// A child writes `{"level":"…","message":"…","camera":"…",…}` or, when it crashes, plain text. Both are foreign data:
/// bounded, at most ``linesPerSecond``, the rest counted.
struct ChildLog {
    struct Record: Equatable {
        var level: Logger.Level
        var message: String
        var metadata: [String: String]
    }

    static let linesPerSecond = 50
    private static let fieldLimit = 16
    private static let valueLimit = 1_000

    private var second: Int64 = 0
    private var count = 0
    private var suppressed = 0

    /// The camera in whose thread the child crashes, by its last line (`CrashNote`); nil for any other line.
    static func crashedCamera(_ line: [UInt8]) -> CameraID? {
        let mark = Array(#"{"crashed":""#.utf8)
        guard line.starts(with: mark) else { return nil }
        let name = line.dropFirst(mark.count).prefix(65)
        guard let end = name.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        return CameraID(String(decoding: name[..<end], as: UTF8.self))
    }

    /// The record of a line, or nil when there were too many; then a later record tells how many.
    mutating func record(_ line: [UInt8], second now: Int64) -> [Record] {
        var records: [Record] = []
        if now != second {
            if suppressed > 0 {
                records.append(
                    Record(level: .warning, message: "log lines suppressed", metadata: ["count": "\(suppressed)"]))
            }
            (second, count, suppressed) = (now, 0, 0)
        }
        guard count < Self.linesPerSecond else {
            suppressed += 1
            return records
        }
        count += 1
        return records + [Self.parse(line)]
    }

    static func parse(_ line: [UInt8]) -> Record {
        let fields = try? JSONDecoder().decode([String: Value].self, from: Data(line))
        guard var fields, let message = fields.removeValue(forKey: "message") else {
            let text = String(decoding: line.prefix(valueLimit), as: UTF8.self)
            return Record(level: .warning, message: text, metadata: [:])
        }
        let level = fields.removeValue(forKey: "level").flatMap { Logger.Level(rawValue: $0.text) } ?? .info
        var metadata: [String: String] = [:]
        for (key, value) in fields.sorted(by: { $0.key < $1.key }).prefix(fieldLimit) {
            metadata[String(key.prefix(64))] = String(value.text.prefix(valueLimit))
        }
        return Record(level: level, message: String(message.text.prefix(valueLimit)), metadata: metadata)
    }

    /// A JSON scalar as text.
    private struct Value: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self.text = text
            } else if let number = try? container.decode(Int64.self) {
                text = String(number)
            } else if let number = try? container.decode(Double.self) {
                text = String(number)
            } else if let flag = try? container.decode(Bool.self) {
                text = String(flag)
            } else {
                text = "…"
            }
        }
    }
}
