/// How often each topic came that nobody here knows, so that the next ones to be understood can be seen. Bounded.
package struct UnknownTopics: Hashable, Sendable {
    /// Topics counted one by one; of further ones only the sum is kept.
    package static let topicLimit = 256

    /// Notifications by topic.
    package private(set) var counts: [String: Int] = [:]
    /// Notifications of topics beyond ``topicLimit``.
    package private(set) var otherCount = 0

    /// Nothing counted yet.
    package init() {}

    /// Counts a notification if its meaning is unknown.
    package mutating func note(_ notification: Notification) {
        guard notification.meaning == .unknown else { return }
        if counts[notification.topic] == nil && counts.count >= Self.topicLimit {
            otherCount += 1
        } else {
            counts[notification.topic, default: 0] += 1
        }
    }
}
