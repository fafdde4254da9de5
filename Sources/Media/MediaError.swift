package import MKDSCore

/// Why a camera or file could not be opened, read or decoded, as a plain sentence fit for an operator.
///
/// It never holds a URL, user name or password.
package struct MediaError: Error, Hashable, Sendable {
    private enum Code: Hashable, Sendable {
        case failed
        case stopped
    }

    private let code: Code
    /// What kind of trouble it is; it becomes the topic of a health event.
    package let topic: HealthTopic
    /// One English sentence without a full stop, at most 300 bytes.
    package let detail: String
    /// FFmpeg's number and text, for an engineer; empty when FFmpeg had no part in it.
    package let underlying: String

    package init(_ topic: HealthTopic, _ detail: String, underlying: String = "") {
        self.init(code: .failed, topic: topic, detail: detail, underlying: underlying)
    }

    private init(code: Code, topic: HealthTopic, detail: String, underlying: String) {
        self.code = code
        self.topic = topic
        self.detail = String(detail.prefix(300))
        self.underlying = underlying
    }

    /// Somebody raised the stop flag; not a fault of the camera.
    package static let stopped = MediaError(code: .stopped, topic: .lost, detail: "stopped", underlying: "")

    /// True when the stop flag was raised, so that there is nothing to report.
    package var isStop: Bool { code == .stopped }
}

extension MediaError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "\(topic.rawValue): \(detail)" }
    package var debugDescription: String {
        underlying.isEmpty ? description : "\(description) [\(underlying)]"
    }
}
