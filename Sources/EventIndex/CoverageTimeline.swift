package import MKDSCore

/// What is on record of one camera around a span of time, and what follows from it for every moment of the span. Pure.
///
/// Evidence is laid over evidence, the stronger one above: the register, then what is not known, then runs, then trouble
/// within runs, then gaps. Where nothing lies, nobody watched.
package struct CoverageTimeline: Sendable {
    /// A run is written about once a minute; what a killed process may have seen after the last writing is no longer.
    package static let unwrittenSpan: Duration = .seconds(65)
    /// A run that ended by itself (another codec or size) and the next one are one sight when no more lies between.
    package static let jointSpan: Duration = .seconds(2)

    package struct Run: Hashable, Sendable {
        package var first: UTCTime
        package var last: UTCTime
        /// Nil while it lasts.
        package var end: EndReason?

        package init(first: UTCTime, last: UTCTime, end: EndReason?) {
            self.first = first
            self.last = last
            self.end = end
        }
    }

    /// A gap or a spell of trouble.
    package struct Spell: Hashable, Sendable {
        package var start: UTCTime
        /// Nil while it lasts.
        package var end: UTCTime?
        package var reason: String
        package var event: UUIDv7?

        package init(start: UTCTime, end: UTCTime?, reason: String, event: UUIDv7? = nil) {
            self.start = start
            self.end = end
            self.reason = reason
            self.event = event
        }
    }

    package struct Service: Hashable, Sendable {
        package var since: UTCTime
        package var isEnabled: Bool

        package init(since: UTCTime, isEnabled: Bool) {
            self.since = since
            self.isEnabled = isEnabled
        }
    }

    package var camera: CameraID
    /// All that overlap the span and the last one before it; in any order.
    package var runs: [Run] = []
    package var gaps: [Spell] = []
    package var troubles: [Spell] = []
    /// All changes; empty when the register does not know the camera.
    package var service: [Service] = []
    /// Up to when the camera is known to be live, from the capture process itself.
    package var liveUntil: UTCTime?

    package init(camera: CameraID) {
        self.camera = camera
    }

    /// Every moment of `from` … `to`, in order and without holes; nothing is told of what comes after `now`.
    package func intervals(from: UTCTime, to: UTCTime, now: UTCTime) -> [CoverageInterval] {
        let to = min(to, now)
        guard from < to else { return [] }
        let layers = layers(now: now).filter { $0.start < to && $0.end > from }
        var changes: [(time: UTCTime, layer: Int, begins: Bool)] = []
        for (index, layer) in layers.enumerated() {
            changes.append((max(layer.start, from), index, true))
            if layer.end < to { changes.append((layer.end, index, false)) }
        }
        changes.sort { $0.time < $1.time }
        var active: Set<Int> = []
        var result: [CoverageInterval] = []
        var at = from
        var next = 0
        while at < to {
            while next < changes.count, changes[next].time <= at {
                if changes[next].begins {
                    active.insert(changes[next].layer)
                } else {
                    active.remove(changes[next].layer)
                }
                next += 1
            }
            let end = next < changes.count ? min(changes[next].time, to) : to
            append(interval(active.map { layers[$0] }, from: at, to: end), to: &result)
            at = end
        }
        return result
    }

    // MARK: -

    private struct Layer {
        var rank: Rank
        var state: CoverageState
        var reason: String
        var start: UTCTime
        var end: UTCTime
        var event: UUIDv7?
    }

    private enum Rank: Int, Comparable {
        case register, unknown, run, trouble, gap

        static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
    }

    private func layers(now: UTCTime) -> [Layer] {
        var layers = registerLayers(now: now) + runLayers(now: now)
        for gap in gaps {
            layers.append(
                Layer(rank: .gap, state: .unseen, reason: gap.reason, start: gap.start, end: gap.end ?? now, event: nil)
            )
        }
        for trouble in troubles {
            layers.append(
                Layer(
                    rank: .trouble, state: .impaired, reason: trouble.reason, start: trouble.start,
                    end: trouble.end ?? now, event: trouble.event))
        }
        return layers.filter { $0.start < $0.end }
    }

    private func registerLayers(now: UTCTime) -> [Layer] {
        func layer(_ reason: CoverageReason, _ start: UTCTime, _ end: UTCTime) -> Layer {
            Layer(rank: .register, state: .unseen, reason: reason.rawValue, start: start, end: end)
        }
        let service = service.sorted { $0.since < $1.since }
        guard let first = service.first else { return [layer(.notRegistered, UTCTime(seconds: 0), now)] }
        var layers = [layer(.notRegistered, UTCTime(seconds: 0), first.since)]
        for (index, state) in service.enumerated() {
            let end = index + 1 < service.count ? service[index + 1].since : now
            layers.append(layer(state.isEnabled ? .notRunning : .disabled, state.since, end))
        }
        return layers
    }

    private func runLayers(now: UTCTime) -> [Layer] {
        let runs = runs.sorted { $0.first < $1.first }
        var layers: [Layer] = []
        for (index, run) in runs.enumerated() {
            let next = index + 1 < runs.count ? runs[index + 1].first : nil
            var last = run.last
            if run.end == nil, next == nil, let liveUntil { last = max(last, liveUntil) }
            if run.end == .over, let next, next > last, next - last <= Self.jointSpan { last = next }
            layers.append(Layer(rank: .run, state: .seen, reason: "", start: run.first, end: last))
            func unknown(_ reason: CoverageReason, until end: UTCTime) {
                layers.append(
                    Layer(
                        rank: .unknown, state: .unknown, reason: reason.rawValue, start: last,
                        end: min(end, next ?? now)))
            }
            if run.end == nil { unknown(.notReported, until: now) }
            if run.end == .recovered { unknown(.killed, until: last + Self.unwrittenSpan) }
        }
        return layers
    }

    private func interval(_ layers: [Layer], from: UTCTime, to: UTCTime) -> CoverageInterval {
        let isWatched = layers.contains { $0.rank == .run }
        let top =
            layers.filter { $0.rank != .trouble || isWatched }
            .max { ($0.rank, $0.start, $0.reason) < ($1.rank, $1.start, $1.reason) }
        guard let top else {
            return CoverageInterval(
                camera: camera, state: .unseen, reason: CoverageReason.notRunning.rawValue, from: from, to: to,
                since: from)
        }
        // What the register says began long ago; nobody has watched since the last run or gap ended.
        let since = top.rank == .register ? lastEnd(before: from, atLeast: top.start) : top.start
        return CoverageInterval(
            camera: camera, state: top.state, reason: top.reason, from: from, to: to, since: min(since, from),
            event: top.event)
    }

    private func lastEnd(before time: UTCTime, atLeast start: UTCTime) -> UTCTime {
        let ends = runs.map(\.last) + gaps.compactMap(\.end)
        return ends.filter { $0 <= time }.max().map { max($0, start) } ?? start
    }

    private func append(_ interval: CoverageInterval, to result: inout [CoverageInterval]) {
        if let last = result.last, last.state == interval.state, last.reason == interval.reason,
            last.event == interval.event
        {
            result[result.count - 1].to = interval.to
        } else {
            result.append(interval)
        }
    }
}
