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
        var samples: [StreamSample] = []
        /// Immutable, so kept as they came.
        var documents: [RawDocument] = []
        var documentParts: [DocumentPart] = []
        /// Cameras of which a run or a gap begins here, each with the latest such moment: from then on this spool
        /// answers for them.
        var taken: [CameraID: UTCTime] = [:]
    }

    struct PlannedEvent: Sendable {
        var event: Event
        /// The first revision in this batch is 0, so no earlier batch can have stored the id.
        var isNew: Bool
    }

    private(set) var sessions: [Session] = []
    let recordCount: Int

    /// How far ahead of ours a capture host's clock may be.
    private static let clockTolerance: Duration = .seconds(60)

    /// What other sessions and spools left open is closed no later than `now` and a little: a wrong clock, or a capture
    /// process that was taken over, must not close what is yet to come.
    init(_ records: [JournalRecord], now: UTCTime) {
        recordCount = records.count
        let latest = now + Self.clockTolerance
        var assembler = SessionAssembler(latest: latest)
        for record in records {
            if case .captureStarted(var start) = record {
                if let session = assembler.finish() { sessions.append(session) }
                start.time = min(start.time, latest)
                assembler.session.start = start
            } else {
                assembler.add(record)
            }
        }
        if let session = assembler.finish() { sessions.append(session) }
    }

    /// All events of all sessions; an id that several sessions speak of more than once.
    var events: some Sequence<Event> { sessions.lazy.flatMap(\.events).map(\.event) }
    /// Days that samples of streams speak of.
    var sampleDays: Set<UTCDay> { Set(sessions.lazy.flatMap(\.samples).map(\.minute.day)) }
    /// Days whose partitions events and documents of the batch touch.
    var days: Set<UTCDay> {
        var days = Set(events.map(\.id.day))
        for session in sessions {
            for document in session.documents { days.formUnion(document.events.map(\.day) + [document.id.day]) }
            days.formUnion(session.documentParts.map(\.document.day))
        }
        return days
    }
    var cameras: Set<CameraID> { Set(events.map(\.camera)) }
}

extension JournalRecord {
    /// When capture wrote it, as nearly as it says itself.
    var written: UTCTime {
        switch self {
        case .captureStarted(let start): start.time
        case .event(let event): event.lastSeen
        case .run(let run): run.lastPacket
        case .gap(let gap): gap.end ?? gap.start
        case .sample(let sample): sample.minute + sample.duration
        case .document(let document): document.received
        case .documentPart(let part): part.document.time
        }
    }
}

/// Gathers one session; later revisions replace earlier ones in their place.
private struct SessionAssembler {
    let latest: UTCTime
    var session = LoadPlan.Session()
    private var events: [UUIDv7: Int] = [:]
    private var runs: [UUIDv7: Int] = [:]
    private var gaps: [UUIDv7: Int] = [:]

    init(latest: UTCTime) {
        self.latest = latest
    }

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
            if run.revision == 0 { take(run.camera, at: run.firstPacket) }
            if let index = runs[run.id] {
                if run.revision > session.runs[index].revision { session.runs[index] = run }
            } else {
                runs[run.id] = session.runs.count
                session.runs.append(run)
            }
        case .gap(let gap):
            if gap.revision == 0 { take(gap.camera, at: gap.start) }
            if let index = gaps[gap.id] {
                if gap.revision > session.gaps[index].revision { session.gaps[index] = gap }
            } else {
                gaps[gap.id] = session.gaps.count
                session.gaps.append(gap)
            }
        case .sample(let sample): session.samples.append(sample)
        case .document(let document): session.documents.append(document)
        case .documentPart(let part): session.documentParts.append(part)
        }
    }

    private mutating func take(_ camera: CameraID, at time: UTCTime) {
        let time = min(time, latest)
        session.taken[camera] = max(session.taken[camera] ?? time, time)
    }

    /// The session gathered so far, nil when there is nothing in it; begins the next one.
    mutating func finish() -> LoadPlan.Session? {
        defer { self = SessionAssembler(latest: latest) }
        let isEmpty =
            session.start == nil && session.events.isEmpty && session.runs.isEmpty && session.gaps.isEmpty
            && session.samples.isEmpty && session.documents.isEmpty && session.documentParts.isEmpty
        return isEmpty ? nil : session
    }
}
