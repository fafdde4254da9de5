import MKDSCore

/// What the index must hold after a journal, worked out without a database: the last revision of each id, and what a new
/// session of capture found open closed as recovery does.
struct ExpectedIndex {
    private(set) var events: [UUIDv7: Event] = [:]
    private(set) var runs: [UUIDv7: StreamRun] = [:]
    private(set) var gaps: [UUIDv7: Gap] = [:]
    private(set) var samples: Set<StreamSample> = []
    private(set) var documents: [UUIDv7: RawDocument] = [:]
    private(set) var parts: [UUIDv7: [UInt16: [UInt8]]] = [:]
    private(set) var sessions = 0

    init(_ records: [JournalRecord]) {
        for record in records {
            switch record {
            case .captureStarted(let start):
                sessions += 1
                recover(start)
            case .event(let event):
                if event.revision >= events[event.id]?.revision ?? 0 { events[event.id] = event }
            case .run(let run):
                if run.revision >= runs[run.id]?.revision ?? 0 { runs[run.id] = run }
            case .gap(let gap):
                if gap.revision >= gaps[gap.id]?.revision ?? 0 { gaps[gap.id] = gap }
            case .sample(let sample): samples.insert(sample)
            case .document(let document): documents[document.id] = document
            case .documentPart(let part): parts[part.document, default: [:]][part.number] = part.bytes
            }
        }
    }

    private mutating func recover(_ start: CaptureStart) {
        for (id, var event) in events where event.end == nil {
            event.revision += 1
            event.end = event.lastSeen
            event.endReason = .recovered
            events[id] = event
        }
        for (id, var run) in runs where run.endReason == nil {
            run.revision += 1
            run.endReason = .recovered
            runs[id] = run
        }
        for (id, var gap) in gaps where gap.end == nil {
            gap.revision += 1
            gap.end = max(gap.start, start.time)
            gaps[id] = gap
        }
    }

    // MARK: - As text, one line each, to compare with rows

    var eventLines: [String] {
        events.values.map { event in
            "\(event.id) \(event.revision) \(event.camera) \(event.start.microseconds) \(event.lastSeen.microseconds) "
                + "\(text(event.end)) \(event.endReason?.rawValue ?? 0) \(event.peak.bitPattern) \(event.detail)"
        }.sorted()
    }

    var runLines: [String] {
        runs.values.map { run in
            "\(run.id) \(run.revision) \(run.lastPacket.microseconds) \(run.packets) \(run.endReason?.rawValue ?? 0)"
        }.sorted()
    }

    var gapLines: [String] {
        gaps.values.map { gap in
            "\(gap.id) \(gap.revision) \(gap.start.microseconds) \(text(gap.end)) \(gap.detail)"
        }.sorted()
    }

    var sampleLines: [String] {
        samples.map { "\($0.camera) \($0.run) \($0.minute.microseconds) \($0.packets) \($0.bytes)" }.sorted()
    }

    /// A document is what its parts and its tail make, so its line holds all its bytes.
    var documentLines: [String] {
        documents.values.map { document in
            let bytes = (0..<document.partCount).flatMap { parts[document.id]?[$0] ?? [] } + document.tail
            return
                "\(document.id) \(document.camera) \(document.received.microseconds) \(hex(document.digest)) \(hex(bytes)) "
                + document.events.map(\.description).sorted().joined(separator: ",")
        }.sorted()
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func text(_ time: UTCTime?) -> String { time.map { "\($0.microseconds)" } ?? "open" }
}
