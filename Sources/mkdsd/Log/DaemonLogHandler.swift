internal import Linux
internal import Logging
internal import MKDSCore
internal import Synchronization

/// The one log of the daemon: swift-log's records as lines of ``LogWriter``.
struct DaemonLogHandler: LogHandler {
    /// The level below which nothing is written; one for the whole process, changed by a reload.
    final class Threshold: Sendable {
        private let level: Mutex<Logger.Level>

        init(_ level: Logger.Level) {
            self.level = Mutex(level)
        }

        var current: Logger.Level {
            get { level.withLock { $0 } }
            set { level.withLock { $0 = newValue } }
        }
    }

    let label: String
    let writer: LogWriter
    let threshold: Threshold
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    /// The process-wide threshold; setting it on one logger is not supported.
    var logLevel: Logger.Level {
        get { threshold.current }
        set { _ = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let explicit = event.metadata { all.merge(explicit) { $1 } }
        let pairs = all.sorted { $0.key < $1.key }.map { (key: $0.key, value: "\($0.value)") }
        writer.write(
            LogLine.format(
                level: event.level, label: label, message: event.message.description, metadata: pairs, time: .now,
                style: writer.style))
    }
}
