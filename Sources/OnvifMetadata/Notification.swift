package import MKDSCore

/// A `SimpleItem` of a notification (ONVIF Core Specification § 9.4.2).
package struct SimpleItem: Hashable, Sendable {
    package var name: String
    package var value: String

    /// An item as the camera named it.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// How a notification changes a property (ONVIF Core Specification § 9.4.1, `tt:PropertyOperation`).
package enum PropertyOperation: Sendable {
    /// A repeat of the state, sent when a subscription begins or a synchronisation point was asked for.
    case initialized
    case changed
    /// The property is gone, and with it its state.
    case deleted
}

/// One `wsnt:NotificationMessage`, as in the metadata stream and in PullMessages (ONVIF Core Specification § 9).
package struct Notification: Hashable, Sendable {
    /// The topic without prefixes and white space: `RuleEngine/CellMotionDetector/Motion`.
    package internal(set) var topic = ""
    /// `Message@UtcTime`; nil when it is missing or no time. It may be years off: the camera's clock need not be set.
    package internal(set) var time: UTCTime?
    /// `Message@UtcTime` as sent.
    package internal(set) var rawTime = ""
    /// Nil for a notification that is no property's, and for makers that leave it out.
    package internal(set) var operation: PropertyOperation?
    /// Which thing of the camera it speaks of: video source, rule.
    package internal(set) var source: [SimpleItem] = []
    /// What tells several properties of one source apart, such as an object's id.
    package internal(set) var key: [SimpleItem] = []
    package internal(set) var data: [SimpleItem] = []
    /// `ElementItem`s, whose content is kept only in the raw document.
    package internal(set) var elementItemCount = 0

    /// An empty notification.
    package init() {}
}
