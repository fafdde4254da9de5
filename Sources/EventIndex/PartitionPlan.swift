internal import MKDSCore

/// Which days of `mkds.event`, or of `mkds.stream_minute`, still need a partition.
///
/// Days around today get one: some ahead, so that midnight is nothing special, and those a batch speaks of as far as a
/// backlog may reach back. Any other day has none of its own (events go to `mkds.event_other_days`), so that neither
/// a wrong clock nor a capture process that was taken over can fill the database with tables. Pure: told what exists,
/// says what is missing.
struct PartitionPlan: Sendable {
    /// A spool that could not be loaded for longer than this does not exist in earnest.
    static let eventDaysBack = 366
    /// How long samples of streams are kept.
    static let sampleDaysBack = 31

    private let daysAhead: Int
    private let daysBack: Int
    private var existing: Set<UTCDay> = []

    init(daysAhead: Int, daysBack: Int = eventDaysBack) {
        self.daysAhead = max(0, daysAhead)
        self.daysBack = daysBack
    }

    /// Days that get a partition when something speaks of them.
    func expected(today: UTCDay) -> ClosedRange<UTCDay> {
        today.advanced(by: -daysBack)...today.advanced(by: daysAhead)
    }

    /// Whether events of a day get, or have, a partition of that day.
    func isExpected(_ day: UTCDay, today: UTCDay) -> Bool {
        existing.contains(day) || expected(today: today).contains(day)
    }

    /// Days to make now, in order: yesterday, today and the days ahead, and the expected days of `needed`.
    func missing(today: UTCDay, needed: Set<UTCDay> = []) -> [UTCDay] {
        let ahead = (-1...daysAhead).map { today.advanced(by: $0) }
        return Set(ahead).union(needed.filter { isExpected($0, today: today) }).subtracting(existing).sorted()
    }

    mutating func made(_ days: [UTCDay]) {
        existing.formUnion(days)
    }
}
