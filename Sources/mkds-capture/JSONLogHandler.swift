internal import FoundationEssentials
internal import Glibc
internal import Logging

/// Writes each log line as one JSON object on standard error: `{"level":…,"message":…,"camera":…}`.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.mapValues { "\($0)" }
        fields["level"] = event.level.rawValue
        fields["message"] = event.message.description
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(fields) else { return }
        LineOutput.write(Array(data), to: STDERR_FILENO)
    }
}

/// Whole lines onto a descriptor.
enum LineOutput {
    /// Writes bytes and a line feed in one go, so that lines of several threads do not mix up to the size of a pipe's
    /// atomic write. What cannot be written is lost: it is a status or log line only.
    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = (bytes + [UInt8(ascii: "\n")])[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }
}
