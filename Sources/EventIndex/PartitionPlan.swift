internal import MKDSCore

/// Which days of `mkds.event` still need a partition.
///
/// A row without a partition would be refused, so the days of a batch are asked for before it is stored, and some days
/// ahead so that midnight is nothing special. Pure: told what exists, says what is missing.
struct PartitionPlan: Sendable {
    private let daysAhead: Int
    private var existing: Set<UTCDay> = []

    init(daysAhead: Int) {
        self.daysAhead = daysAhead
    }

    /// Days to make now, in order: yesterday, today and the days ahead, and every day of `needed`.
    func missing(today: UTCDay, needed: Set<UTCDay> = []) -> [UTCDay] {
        let ahead = (-1...max(0, daysAhead)).map { today.advanced(by: $0) }
        return Set(ahead).union(needed).subtracting(existing).sorted()
    }

    mutating func made(_ days: [UTCDay]) {
        existing.formUnion(days)
        // A dozen years of days: a bound, should ids of every day imaginable come.
        if existing.count > 5000 { existing = Set(days) }
    }
}
