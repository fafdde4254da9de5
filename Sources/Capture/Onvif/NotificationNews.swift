internal import MKDSCore
internal import OnvifMetadata

/// Tells what was told before: the same notification on another path, and unknown topics that only repeat themselves.
/// Pure and bounded.
struct NotificationNews: Sendable {
    /// Paths of one camera are this far apart at most.
    static let duplicateSpan: Duration = .seconds(60)
    /// What repeats itself is news again after so long.
    static let repeatInterval: Duration = .seconds(60)
    static let memoryLimit = 512

    private struct Statement: Hashable {
        var property: PropertyKey
        var time: String
        var operation: PropertyOperation?
        var data: [SimpleItem]
    }

    /// By the fingerprint of a ``Statement``: one may be as long as a document.
    private var heard: [Fingerprint: (path: DocumentPath, at: UTCTime)] = [:]
    private var unknown: [PropertyKey: (data: Fingerprint, at: UTCTime)] = [:]

    /// Whether another path told exactly this already. Notifications without a time are never taken for one another.
    mutating func isDuplicate(_ notification: Notification, at now: UTCTime, via path: DocumentPath) -> Bool {
        guard !notification.rawTime.isEmpty else { return false }
        let statement = Fingerprint(
            Statement(
                property: PropertyKey(notification), time: notification.rawTime, operation: notification.operation,
                data: notification.data))
        if let earlier = heard[statement], earlier.path != path, now - earlier.at < Self.duplicateSpan { return true }
        if heard.count >= Self.memoryLimit {
            heard = heard.filter { now - $0.value.at < Self.duplicateSpan }
            if heard.count >= Self.memoryLimit { heard = [:] }
        }
        heard[statement] = (path, now)
        return false
    }

    /// Whether a notification of an unknown topic says something else than the last of its property, or the same after
    /// a while.
    mutating func isNew(_ notification: Notification, at now: UTCTime) -> Bool {
        let key = PropertyKey(notification)
        let data = Fingerprint(notification.data)
        if let last = unknown[key], last.data == data, now - last.at < Self.repeatInterval, now >= last.at {
            return false
        }
        if unknown.count >= Self.memoryLimit { unknown = [:] }
        unknown[key] = (data, now)
        return true
    }
}
