internal import MKDSCore

/// Journal entries waiting in memory for the disk, pure. Order of appending is kept.
///
/// The bound and what happens at it:
/// 1. While the disk takes nothing (``coalescing``), a later revision of an event, run or gap takes the place of the
///    earlier one that still waits. No event is lost by that: each revision carries the full state.
/// 2. At ``limit`` entries, or ``documentLimit`` pieces of documents, the oldest piece of a document is given up, without
///    any the oldest run or sample, without those the oldest gap, without gaps the oldest event.
///
/// So events are the last to go, and what went is counted.
struct PendingEntries {
    /// Pieces of documents are large: these are 11 MiB.
    static let documentLimit = 4_096

    let limit: Int
    private(set) var coalescedCount = 0
    private(set) var droppedFacts = 0
    private(set) var droppedEvents = 0
    /// One lane for each class, from the first to be given up to the last.
    private var lanes = [Lane(), Lane(), Lane(), Lane(), Lane()]
    private var nextSequence: UInt64 = 0

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// An entry with its place in the order of appending.
    struct Entry {
        var sequence: UInt64
        var record: JournalRecord
    }

    var count: Int { lanes.reduce(0) { $0 + $1.count } }

    /// Whether later revisions replace earlier ones.
    var coalescing = false {
        didSet {
            if coalescing != oldValue { for lane in lanes.indices { lanes[lane].indexed = coalescing } }
        }
    }

    mutating func append(_ record: JournalRecord) {
        let lane = Self.lane(of: record)
        if lanes[lane].replace(record) {
            coalescedCount += 1
            return
        }
        lanes[lane].append(Entry(sequence: nextSequence, record: record))
        nextSequence += 1
        // Only now, so that a run that came last does not displace an event.
        if count > limit || lanes[0].count > Self.documentLimit { giveUpOne() }
    }

    /// Takes up to `limit` entries from the front. `withoutRuns` leaves documents, runs and samples waiting.
    mutating func take(_ limit: Int, withoutRuns: Bool) -> [Entry] {
        var taken: [Entry] = []
        let candidates = withoutRuns ? 2..<lanes.count : 0..<lanes.count
        while taken.count < limit {
            var first: (lane: Int, sequence: UInt64)?
            for lane in candidates {
                guard let sequence = lanes[lane].firstSequence, sequence < first?.sequence ?? .max else { continue }
                first = (lane, sequence)
            }
            guard let first, let entry = lanes[first.lane].removeFirst() else { break }
            taken.append(entry)
        }
        return taken
    }

    /// Gives back entries that could not be written, in their order; they are first again.
    mutating func putBack(_ entries: some BidirectionalCollection<Entry>) {
        for (index, _) in lanes.enumerated() {
            lanes[index].prepend(entries.filter { Self.lane(of: $0.record) == index })
        }
    }

    private mutating func giveUpOne() {
        if lanes[0].removeFirst() != nil || lanes[1].removeFirst() != nil || lanes[2].removeFirst() != nil {
            droppedFacts += 1
        } else if lanes[3].removeFirst() != nil {
            droppedEvents += 1
        }
    }

    private static func lane(of record: JournalRecord) -> Int {
        switch record {
        case .document, .documentPart: 0
        case .run, .sample: 1
        case .gap: 2
        case .event: 3
        case .captureStarted: 4
        }
    }
}

/// A queue of entries of one class, with an index by id while asked for.
private struct Lane {
    private var entries: [PendingEntries.Entry] = []
    private var head = 0
    /// Where in ``entries`` the latest revision of an id stands; entries before ``head`` do not count.
    private var places: [UUIDv7: Int] = [:]

    var indexed = false {
        didSet { rebuildIndex() }
    }

    var count: Int { entries.count - head }

    var firstSequence: UInt64? { head < entries.count ? entries[head].sequence : nil }

    mutating func append(_ entry: PendingEntries.Entry) {
        if indexed, let id = entry.record.id { places[id] = entries.count }
        entries.append(entry)
    }

    /// Puts the record where an earlier revision of it waits; false when none does.
    mutating func replace(_ record: JournalRecord) -> Bool {
        guard indexed, let id = record.id, let place = places[id], place >= head else { return false }
        if record.revision >= entries[place].record.revision { entries[place].record = record }
        return true
    }

    mutating func removeFirst() -> PendingEntries.Entry? {
        guard head < entries.count else { return nil }
        let entry = entries[head]
        head += 1
        if head == entries.count || head >= 4096 && head > entries.count / 2 {
            entries.removeFirst(head)
            head = 0
            rebuildIndex()
        }
        return entry
    }

    mutating func prepend(_ earlier: [PendingEntries.Entry]) {
        guard !earlier.isEmpty else { return }
        entries.replaceSubrange(0..<head, with: earlier)
        head = 0
        rebuildIndex()
    }

    private mutating func rebuildIndex() {
        places.removeAll(keepingCapacity: indexed)
        guard indexed else { return }
        for index in head..<entries.count {
            if let id = entries[index].record.id { places[id] = index }
        }
    }
}

extension JournalRecord {
    fileprivate var id: UUIDv7? {
        switch self {
        case .captureStarted, .sample, .document, .documentPart: nil
        case .event(let event): event.id
        case .run(let run): run.id
        case .gap(let gap): gap.id
        }
    }

    fileprivate var revision: UInt32 {
        switch self {
        case .captureStarted, .sample, .document, .documentPart: 0
        case .event(let event): event.revision
        case .run(let run): run.revision
        case .gap(let gap): gap.revision
        }
    }
}
