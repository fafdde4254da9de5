package import MKDSCore
internal import Media
internal import OnvifMetadata
internal import Tunnel

/// Why a camera's device services could not be asked, as a plain sentence fit for an operator.
///
/// It never holds a URL, user name or password.
package struct DeviceError: Error, Hashable, Sendable {
    private let isStopped: Bool
    /// What kind of trouble it is.
    package let topic: HealthTopic
    /// One English sentence without a full stop, at most 300 bytes.
    package let detail: String
    /// libcurl's or libxml2's words, or what the camera said, for an engineer; may be empty.
    package let underlying: String

    init(_ topic: HealthTopic, _ detail: String, underlying: String = "") {
        self.init(isStopped: false, topic: topic, detail: detail, underlying: underlying)
    }

    private init(isStopped: Bool, topic: HealthTopic, detail: String, underlying: String) {
        self.isStopped = isStopped
        self.topic = topic
        self.detail = String(detail.prefix(300))
        self.underlying = String(underlying.prefix(300))
    }

    /// Somebody raised the stop flag; not a fault of the camera.
    package static let stopped = DeviceError(isStopped: true, topic: .lost, detail: "stopped", underlying: "")

    package static let badAddress = DeviceError(
        .unsupported, "the address of the camera's device service is none; write http://host/onvif/device_service")

    /// True when the stop flag was raised, so that there is nothing to report.
    package var isStop: Bool { isStopped }

    init(_ error: MediaError) {
        self = error.isStop ? .stopped : DeviceError(error.topic, error.detail, underlying: error.underlying)
    }

    init(_ error: TunnelError) {
        self.init(error.topic, error.detail, underlying: error.underlying)
    }

    init(_ error: DocumentError) {
        self.init(.malformed, "the camera's answer is no SOAP message that can be read", underlying: "\(error)")
    }
}

extension DeviceError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "\(topic.rawValue): \(detail)" }
    package var debugDescription: String {
        underlying.isEmpty ? description : "\(description) [\(underlying)]"
    }
}
