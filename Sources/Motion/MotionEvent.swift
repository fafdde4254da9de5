package import MKDSCore

/// One span of motion in media time. Capture puts it on the wall clock and gives it its id.
package struct MotionEvent: Hashable, Sendable {
    /// The first moving picture.
    package var start: Duration
    /// The last moving picture so far.
    package var lastSeen: Duration
    /// Nil while it lasts; equals ``lastSeen`` once closed by stillness.
    package var end: Duration?
    /// Largest share of the unmasked picture that moved at once, 0…1, and when that was.
    package var peak: Float
    package var peakTime: Duration
    /// Union over all pictures of the event.
    package var box: PictureBox?
    package var cells: CellGrid

    package init(
        start: Duration, lastSeen: Duration, end: Duration? = nil, peak: Float, peakTime: Duration,
        box: PictureBox? = nil, cells: CellGrid = CellGrid()
    ) {
        self.start = start
        self.lastSeen = lastSeen
        self.end = end
        self.peak = peak
        self.peakTime = peakTime
        self.box = box
        self.cells = cells
    }

    /// Takes one more moving picture in.
    mutating func absorb(_ sample: MotionSample) {
        lastSeen = max(lastSeen, sample.time)
        if sample.lingeringShare > peak {
            peak = sample.lingeringShare
            peakTime = sample.time
        }
        if let box = sample.box { self.box = self.box?.union(box) ?? box }
        cells.formUnion(sample.cells)
    }
}

/// What became of an event; each case carries its whole state, so the last one seen is enough.
package enum MotionEventChange: Hashable, Sendable {
    case opened(MotionEvent)
    case extended(MotionEvent)
    case closed(MotionEvent, EndReason)

    package var event: MotionEvent {
        switch self {
        case .opened(let event), .extended(let event), .closed(let event, _): event
        }
    }
}
