/// How a camera's own ONVIF services are used, beside its stream. It holds no secret: the login is that of the camera.
package struct OnvifAccess: Hashable, Codable, Sendable {
    /// When the camera's event service is asked (PullPoint).
    package enum Events: String, CaseIterable, Codable, Sendable {
        /// When the stream brings no metadata track, or one that stays silent.
        case auto
        /// Beside the metadata track, too; what both tell counts once.
        case always
        case off
    }

    /// The device service: `http://host/onvif/device_service`, or https with the camera's trust; never with user name or
    /// password.
    package var url: String
    package var events: Events

    package init(url: String, events: Events = .auto) {
        self.url = url
        self.events = events
    }

    package var isEncrypted: Bool { url.hasPrefix("https:") }
}
