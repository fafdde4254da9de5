package import MKDSCore

/// Turns motion samples into events: pure, at most one event open at a time.
///
/// - An event opens when ``openingPictures`` pictures within ``openingSpan`` moved; it starts with the first of them.
/// - It lasts while pictures move at least a little (``MotionSample/lingeringShare``) with no longer pause than the
///   quiet span, and ends with the last of them.
/// - After ``longestSpan`` it is closed as split; what goes on is a new event that opens in the same breath.
package struct MotionEventTracker: Sendable {
    /// Moving pictures that open an event.
    package static let openingPictures = 3
    /// The span these pictures must lie in, unless pictures come so rarely that it cannot hold them.
    package static let openingSpan: Duration = .milliseconds(1500)

    private let quiet: Duration
    private let longestSpan: Duration
    private let extensionInterval: Duration
    private var candidates: [MotionSample] = []
    private var open: MotionEvent?
    private var lastReported: Duration = .zero
    private var lastTime: Duration?
    /// Running mean of the distance between pictures.
    private var pace: Duration = .zero

    /// - Parameters:
    ///   - settings: Of the camera; only the quiet span is used here.
    ///   - longestSpan: Longest span of one event; at least a second.
    ///   - extensionInterval: An open event is reported as extended at most this often.
    package init(
        settings: MotionSettings, longestSpan: Duration = .seconds(300), extensionInterval: Duration = .seconds(1)
    ) {
        let seconds = settings.quietSeconds
        quiet = .seconds(seconds.isFinite ? min(max(seconds, 0.1), 3600) : 2)
        self.longestSpan = max(longestSpan, .seconds(1))
        self.extensionInterval = extensionInterval
    }

    /// The event that is open now.
    package var current: MotionEvent? { open }

    /// Takes the next picture's sample; times of one stream must not decrease (a step back is taken as a new stream).
    ///
    /// - Returns: None, one or two changes (a close may be followed by an open), in order.
    package mutating func consume(_ sample: MotionSample) -> [MotionEventChange] {
        var changes: [MotionEventChange] = []
        if let lastTime, sample.time < lastTime, let closed = reset(.streamLost) { changes.append(closed) }
        if let lastTime, sample.time > lastTime {
            let step = sample.time - lastTime
            pace = pace == .zero ? step : (pace * 3 + step) / 4
        }
        lastTime = sample.time
        if let closed = closeIfQuiet(at: sample.time) { changes.append(closed) }
        guard sample.suppression == nil, sample.lingeringShare > 0 else { return changes }
        if open != nil {
            changes.append(contentsOf: prolong(with: sample))
        } else if let opened = consider(sample) {
            changes.append(opened)
        }
        return changes
    }

    /// Forgets the stream: it was lost, changed or withdrawn. The event that was open is closed at its last picture.
    package mutating func reset(_ reason: EndReason) -> MotionEventChange? {
        candidates.removeAll()
        lastTime = nil
        pace = .zero
        return close(reason)
    }

    // MARK: -

    private mutating func closeIfQuiet(at time: Duration) -> MotionEventChange? {
        // Pictures farther apart than the quiet span (long GOPs) must not end an event each.
        let patience = max(quiet, pace * 3 / 2)
        guard let event = open, time - event.lastSeen > patience else { return nil }
        return close(.over)
    }

    private mutating func close(_ reason: EndReason) -> MotionEventChange? {
        guard var event = open else { return nil }
        event.end = event.lastSeen
        open = nil
        candidates.removeAll()
        return .closed(event, reason)
    }

    private mutating func prolong(with sample: MotionSample) -> [MotionEventChange] {
        guard var event = open else { return [] }
        event.absorb(sample)
        open = event
        if event.lastSeen - event.start >= longestSpan {
            guard let closed = close(.split) else { return [] }
            let next = MotionEvent(sample)
            open = next
            lastReported = sample.time
            return [closed, .opened(next)]
        }
        guard sample.time - lastReported >= extensionInterval else { return [] }
        lastReported = sample.time
        return [.extended(event)]
    }

    private mutating func consider(_ sample: MotionSample) -> MotionEventChange? {
        guard sample.share > 0 else { return nil }
        let span = max(Self.openingSpan, pace * (2 * Self.openingPictures - 1) / 2)
        candidates.removeAll { sample.time - $0.time > span }
        candidates.append(sample)
        guard candidates.count >= Self.openingPictures else { return nil }
        var event = MotionEvent(candidates[0])
        for candidate in candidates.dropFirst() { event.absorb(candidate) }
        candidates.removeAll()
        open = event
        lastReported = sample.time
        return .opened(event)
    }
}

extension MotionEvent {
    fileprivate init(_ sample: MotionSample) {
        self.init(
            start: sample.time, lastSeen: sample.time, peak: sample.lingeringShare, peakTime: sample.time,
            box: sample.box, cells: sample.cells)
    }
}
