internal import Synchronization

/// How many live feeds there may be at once.
final class StreamSlots: Sendable {
    /// One feed's place; it is free again when this goes away.
    final class Slot: Sendable {
        private let slots: StreamSlots

        fileprivate init(_ slots: StreamSlots) { self.slots = slots }

        deinit { slots.taken.subtract(1, ordering: .relaxed) }
    }

    private let limit: Int
    private let taken = Atomic<Int>(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Nil when all are taken.
    func take() -> Slot? {
        if taken.add(1, ordering: .relaxed).newValue > limit {
            taken.subtract(1, ordering: .relaxed)
            return nil
        }
        return Slot(self)
    }
}
