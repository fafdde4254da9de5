package import MKDSCore
package import Motion

/// Makes journal entries of motion: puts media time on the wall clock, mints one id per event, counts revisions. Pure.
package struct MotionRecorder: Sendable {
    private let camera: CameraID
    private var open: Event?

    package init(camera: CameraID) {
        self.camera = camera
    }

    /// The revision that follows from a change; nil when the clock has seen no packet, which cannot be.
    package mutating func record(_ change: MotionEventChange, clock: CameraClock) -> Event? {
        guard let lastSeen = clock.time(of: change.event.lastSeen) else { return nil }
        switch change {
        case .opened(let motion):
            guard let start = clock.time(of: motion.start) else { return nil }
            var event = Event(
                id: UUIDv7(at: start), camera: camera, kind: .motion, start: start, lastSeen: lastSeen,
                clock: clock.source, uncertainty: clock.uncertainty, reading: clock.reading(of: motion.start))
            fill(&event, from: motion, lastSeen: lastSeen, clock: clock)
            open = event
            return event
        case .extended(let motion):
            guard var event = open else { return nil }
            event.revision += 1
            fill(&event, from: motion, lastSeen: lastSeen, clock: clock)
            open = event
            return event
        case .closed(let motion, let reason):
            guard var event = open else { return nil }
            event.revision += 1
            fill(&event, from: motion, lastSeen: lastSeen, clock: clock)
            event.end = event.lastSeen
            event.endReason = reason
            open = nil
            return event
        }
    }

    private func fill(_ event: inout Event, from motion: MotionEvent, lastSeen: UTCTime, clock: CameraClock) {
        // The mapping may have moved by some milliseconds since the event opened; it never ends before it began.
        event.lastSeen = max(event.lastSeen, lastSeen, event.start)
        event.peak = motion.peak
        event.peakTime = clock.time(of: motion.peakTime).map { min(max($0, event.start), event.lastSeen) }
        event.box = motion.box
        event.cells = motion.cells
        if let uncertainty = clock.uncertainty { event.uncertainty = max(event.uncertainty ?? .zero, uncertainty) }
    }
}
