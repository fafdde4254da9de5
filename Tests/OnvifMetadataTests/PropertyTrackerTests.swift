import MKDSCore
import Testing

@testable import OnvifMetadata

struct PropertyTrackerTests {
    private func motion(_ value: String, _ operation: PropertyOperation? = .changed, rule: String = "a")
        -> OnvifMetadata.Notification
    {
        var notification = OnvifMetadata.Notification()
        notification.topic = "VideoSource/MotionAlarm"
        notification.operation = operation
        notification.source = [SimpleItem("Rule", rule)]
        notification.data = [SimpleItem("State", value)]
        return notification
    }

    private func at(_ second: Int64) -> UTCTime { UTCTime(seconds: second) }

    @Test func beginsExtendsAndEndsWithTheState() {
        var tracker = PropertyTracker()
        #expect(tracker.observe(motion("false"), at: at(1)) == nil)
        #expect(tracker.observe(motion("true"), at: at(2))?.step == .begin)
        #expect(tracker.observe(motion("true"), at: at(3))?.step == .extend)
        #expect(tracker.observe(motion("true", rule: "b"), at: at(4))?.step == .begin)
        let end = tracker.observe(motion("false"), at: at(5))
        #expect(end?.step == .end(.over) && end?.start == at(2) && end?.time == at(5))
        #expect(tracker.observe(motion("true", .deleted, rule: "b"), at: at(6))?.step == .end(.over))
        #expect(tracker.openCount == 0)
    }

    @Test func takesInitializedForARepeat() {
        var tracker = PropertyTracker()
        #expect(tracker.observe(motion("false", .initialized), at: at(1)) == nil)
        let begin = tracker.observe(motion("true", .initialized), at: at(2))
        #expect(begin?.step == .begin && begin?.isStartKnown == false)
        #expect(tracker.observe(motion("true", .initialized), at: at(3))?.step == .extend)
    }

    @Test func endsWhatWasNotRepeatedAfterAReconnect() {
        var tracker = PropertyTracker()
        _ = tracker.observe(motion("true", rule: "a"), at: at(1))
        _ = tracker.observe(motion("true", rule: "b"), at: at(2))
        tracker.connectionLost(at: at(5))
        #expect(tracker.observe(motion("true", .initialized, rule: "b"), at: at(9))?.step == .extend)
        let ended = tracker.endUnconfirmed(since: at(5))
        #expect(ended.map(\.step) == [.end(.streamLost)])
        #expect(ended.first?.key == PropertyKey(motion("")) && ended.first?.time == at(5))
        #expect(tracker.openCount == 1)
    }

    /// Lost at 5, b repeated, lost again at 9: each ends when it was last known to hold.
    @Test func endsEachAtTheLossThatPutItInDoubt() {
        var tracker = PropertyTracker()
        _ = tracker.observe(motion("true", rule: "a"), at: at(1))
        _ = tracker.observe(motion("true", rule: "b"), at: at(2))
        tracker.connectionLost(at: at(5))
        _ = tracker.observe(motion("true", .initialized, rule: "b"), at: at(7))
        tracker.connectionLost(at: at(9))
        #expect(tracker.endUnconfirmed(since: at(4)).isEmpty)
        #expect(tracker.endUnconfirmed(since: at(8)).map(\.time) == [at(5)])
        #expect(tracker.endUnconfirmed(since: at(9)).map(\.time) == [at(9)])
    }

    @Test func beginsAgainWhatWasForgotten() throws {
        var tracker = PropertyTracker()
        let change = tracker.observe(motion("true"), at: at(1))
        tracker.forget(try #require(change).key)
        #expect(tracker.observe(motion("true"), at: at(2))?.step == .begin)
    }

    @Test func knowsAPropertyByItsItemsInAnyOrderAndByNothingElse() {
        var notification = motion("true")
        notification.key = [SimpleItem("Object", "7")]
        var other = notification
        (other.source, other.key) = (notification.key, notification.source)
        #expect(PropertyKey(notification) == PropertyKey(other))
        other.key = [SimpleItem("Rule", "b")]
        #expect(PropertyKey(notification) != PropertyKey(other))
        other = notification
        other.topic += "/x"
        #expect(PropertyKey(notification) != PropertyKey(other))
        // Names and values are not run together.
        other = notification
        other.key = [SimpleItem("Object7", "")]
        #expect(PropertyKey(notification) != PropertyKey(other))
        // However long its items are, it is small.
        #expect(MemoryLayout<PropertyKey>.size == 32)
    }

    @Test func takesANotificationWithoutStateForAnOccurrence() {
        var tracker = PropertyTracker()
        var crossed = motion("7", nil)
        crossed.topic = "RuleEngine/LineDetector/Crossed"
        crossed.data = [SimpleItem("ObjectId", "77")]
        let change = tracker.observe(crossed, at: at(1))
        #expect(change?.step == .occurrence && tracker.openCount == 0)
    }

    @Test func neverHoldsMoreThanItsLimit() {
        var tracker = PropertyTracker()
        for number in 0..<PropertyTracker.openLimit + 5 {
            _ = tracker.observe(motion("true", rule: "\(number)"), at: at(1))
        }
        #expect(tracker.openCount == PropertyTracker.openLimit && tracker.refusedCount == 5)
    }
}
