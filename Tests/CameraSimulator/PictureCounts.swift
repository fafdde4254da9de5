internal import Synchronization

/// Pictures of all cameras of a simulator so far.
package final class PictureCounts: Sendable {
    private let sentCount = Atomic<Int>(0)
    private let droppedCount = Atomic<Int>(0)

    package var sent: Int { sentCount.load(ordering: .relaxed) }
    /// Not sent because a connection was full: a reader that is too slow.
    package var dropped: Int { droppedCount.load(ordering: .relaxed) }

    func noteSent() { sentCount.add(1, ordering: .relaxed) }
    func noteDropped() { droppedCount.add(1, ordering: .relaxed) }
}
