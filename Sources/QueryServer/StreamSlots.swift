internal import Synchronization

/// How many live feeds there may be at once, of all users and of one.
final class StreamSlots: Sendable {
    /// One feed's place; it is free again when this goes away.
    final class Slot: Sendable {
        private let slots: StreamSlots
        private let uid: UInt32

        fileprivate init(_ slots: StreamSlots, _ uid: UInt32) {
            self.slots = slots
            self.uid = uid
        }

        deinit { slots.release(uid) }
    }

    private let limit: Int
    /// A quarter: one user's forgotten feeds leave room for the others.
    private let userLimit: Int
    private let taken = Mutex<[UInt32: Int]>([:])

    init(limit: Int) {
        self.limit = limit
        userLimit = max(1, limit / 4)
    }

    /// Nil when all are taken, or all of this user.
    func take(uid: UInt32) -> Slot? {
        let isFree = taken.withLock { taken in
            guard taken.values.reduce(0, +) < limit, taken[uid, default: 0] < userLimit else { return false }
            taken[uid, default: 0] += 1
            return true
        }
        return isFree ? Slot(self, uid) : nil
    }

    private func release(_ uid: UInt32) {
        taken.withLock { taken in
            let left = taken[uid, default: 1] - 1
            taken[uid] = left > 0 ? left : nil
        }
    }
}
