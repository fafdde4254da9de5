internal import Synchronization

/// Pictures and sessions of all cameras of a simulator so far.
package final class PictureCounts: Sendable {
    private let sentCount = Atomic<Int>(0)
    private let droppedCount = Atomic<Int>(0)
    private let goodbyeCount = Atomic<Int>(0)
    private let endCount = Atomic<Int>(0)

    package var sent: Int { sentCount.load(ordering: .relaxed) }
    /// Not sent because a connection was full: a reader that is too slow.
    package var dropped: Int { droppedCount.load(ordering: .relaxed) }

    /// Connections that are over, and those of them that were given back before (TEARDOWN).
    package var ended: Int { endCount.load(ordering: .relaxed) }
    package var goodbyes: Int { goodbyeCount.load(ordering: .relaxed) }

    func noteGoodbye() { goodbyeCount.add(1, ordering: .relaxed) }
    func noteEnd() { endCount.add(1, ordering: .relaxed) }
    func noteSent() { sentCount.add(1, ordering: .relaxed) }
    func noteDropped() { droppedCount.add(1, ordering: .relaxed) }
}
