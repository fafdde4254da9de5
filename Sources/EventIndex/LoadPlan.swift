internal import MKDSCore

/// A journal batch made ready for storing: cut where a capture session began, later revisions put in place of earlier.
///
/// Pure. Within a session only the last revision of each id is kept; it holds the full state, so nothing is lost.
struct LoadPlan: Sendable {
    /// What belongs together between two starts of capture.
    struct Session: Sendable {
        /// Set when the session's start is in this batch: first close what is open.
        var start: CaptureStart?
        /// In the order in which their ids first appeared.
        var events: [PlannedEvent] = []
        var runs: [StreamRun] = []
        var gaps: [Gap] = []
    }

    struct PlannedEvent: Sendable {
        var event: Event
        /// The first revision in this batch is 0, so no earlier batch can have stored the id.
        var isNew: Bool
    }

    private(set) var sessions: [Session] = []
    let recordCount: Int

    init(_ records: [JournalRecord]) {
        recordCount = records.count
        var assembler = SessionAssembler()
        for record in records {
            if case .captureStarted(let start) = record {
                if let session = assembler.finish() { sessions.append(session) }
                assembler.session.start = start
            } else {
                assembler.add(record)
            }
        }
        if let session = assembler.finish() { sessions.append(session) }
    }

    var days: Set<UTCDay> { Set(sessions.lazy.flatMap(\.events).map(\.event.id.day)) }
    var cameras: Set<CameraID> { Set(sessions.lazy.flatMap(\.events).map(\.event.camera)) }
}

/// Gathers one session; later revisions replace earlier ones in their place.
private struct SessionAssembler {
    var session = LoadPlan.Session()
    private var events: [UUIDv7: Int] = [:]
    private var runs: [UUIDv7: Int] = [:]
    private var gaps: [UUIDv7: Int] = [:]

    mutating func add(_ record: JournalRecord) {
        switch record {
        case .captureStarted: break
        case .event(let event):
            if let index = events[event.id] {
                guard event.revision > session.events[index].event.revision else { return }
                session.events[index].event = event
            } else {
                events[event.id] = session.events.count
                session.events.append(LoadPlan.PlannedEvent(event: event, isNew: event.revision == 0))
            }
        case .run(let run):
            if let index = runs[run.id] {
                if run.revision > session.runs[index].revision { session.runs[index] = run }
            } else {
                runs[run.id] = session.runs.count
                session.runs.append(run)
            }
        case .gap(let gap):
            if let index = gaps[gap.id] {
                if gap.revision > session.gaps[index].revision { session.gaps[index] = gap }
            } else {
                gaps[gap.id] = session.gaps.count
                session.gaps.append(gap)
            }
        }
    }

    /// The session gathered so far, nil when there is nothing in it; begins the next one.
    mutating func finish() -> LoadPlan.Session? {
        defer { self = SessionAssembler() }
        let isEmpty =
            session.start == nil && session.events.isEmpty && session.runs.isEmpty && session.gaps.isEmpty
        return isEmpty ? nil : session
    }
}
