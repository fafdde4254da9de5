import MKDSCore

/// What truly happened before the cameras, compared with what the index says.
struct TownTruth {
    struct Span {
        var from: UTCTime
        var to: UTCTime

        func meets(_ other: Span, within margin: Duration = .zero) -> Bool {
            from - margin < other.to && other.from < to + margin
        }
    }

    struct Gap {
        var start: UTCTime
        var end: UTCTime?
    }

    struct Run {
        var first: UTCTime
        var last: UTCTime
        var packets: Int
    }

    /// A camera counts as well from so long after a trouble: the longest a recovery may take, and as much for the
    /// detector to learn the scene and for the clock to be believed again.
    static let settling: Duration = .seconds(20)
    /// Longest an outage may go on after its trouble.
    static let recoveryLimit: Duration = .seconds(10)
    /// Times of events may be off by their uncertainty, and their ends by a few pictures.
    private static let tolerance: Duration = .seconds(2)

    var moving: [String: [Span]] = [:]
    var troubles: [String: [(what: String, span: Span)]] = [:]
    /// What the index holds.
    var events: [String: [Span]] = [:]
    var gaps: [String: [Gap]] = [:]
    var runs: [String: [Run]] = [:]

    struct Motion {
        var expected = 0
        var lost: [String] = []
        var doubled: [String] = []
        /// Motion while the camera was in trouble or had just been: not owed.
        var excused = 0
        var excusedSeen = 0
        /// Events without motion, of cameras that were well.
        var falseWhileWell: [String] = []
        var falseInTrouble = 0
    }

    /// What of the true motion within a window the index holds.
    func motion(in window: Span) -> Motion {
        var result = Motion()
        for (camera, spans) in moving {
            let events = events[camera] ?? []
            for span in spans where window.from <= span.from && span.to <= window.to {
                let found = events.count { $0.meets(span, within: Self.tolerance) }
                guard isWell(camera, span) else {
                    result.excused += 1
                    result.excusedSeen += found > 0 ? 1 : 0
                    continue
                }
                result.expected += 1
                if found == 0 { result.lost.append("\(camera) \(span.from)") }
                if found > 1 { result.doubled.append("\(camera) \(span.from)") }
            }
            for event in events where window.from <= event.from && event.to <= window.to {
                guard !spans.contains(where: { $0.meets(event, within: Self.tolerance) }) else { continue }
                if isWell(camera, event) {
                    result.falseWhileWell.append("\(camera) \(event.from)")
                } else {
                    result.falseInTrouble += 1
                }
            }
        }
        return result
    }

    private func isWell(_ camera: String, _ span: Span) -> Bool {
        let wide = Span(from: span.from - Self.settling, to: span.to + Self.tolerance)
        return !(troubles[camera] ?? []).contains { $0.span.meets(wide) }
    }

    struct Recovery {
        /// How often it happened.
        var count = 0
        /// Seconds from the trouble's end to the next picture, of those after which there was still none.
        var seconds: [Double] = []
        var never: [String] = []
    }

    /// By kind of trouble.
    func recoveries(in window: Span) -> [String: Recovery] {
        var result: [String: Recovery] = [:]
        for (camera, troubles) in troubles {
            for trouble in troubles where window.from <= trouble.span.from && trouble.span.to <= window.to {
                let end = trouble.span.to
                result[trouble.what, default: Recovery()].count += 1
                let outage = gaps[camera]?.first { $0.start < end && ($0.end.map { $0 > end } ?? true) }
                guard let outage else { continue }
                guard let back = outage.end else {
                    result[trouble.what]?.never.append("\(camera) \(end)")
                    continue
                }
                result[trouble.what]?.seconds.append((back - end).inSeconds)
            }
        }
        return result
    }

    /// Gaps that no trouble explains.
    func unexplainedGaps(in window: Span) -> [String] {
        gaps.flatMap { camera, gaps in
            gaps.filter { gap in
                window.from <= gap.start && gap.start <= window.to
                    && !(troubles[camera] ?? []).contains {
                        $0.span.meets(Span(from: gap.start, to: gap.start), within: Self.recoveryLimit)
                    }
            }.map { "\(camera) \($0.start)" }
        }
    }

    struct Rate {
        var cameras = 0
        var packets = 0
        var missing = 0
        /// Cameras whose connection was not one and whole.
        var broken: [String] = []
    }

    /// Cameras that never were in trouble.
    func healthyRate(picturesPerSecond: Double) -> Rate {
        var rate = Rate()
        for camera in moving.keys where troubles[camera] == nil {
            rate.cameras += 1
            guard let run = runs[camera]?.first, runs[camera]?.count == 1, gaps[camera] == nil else {
                rate.broken.append(camera)
                continue
            }
            rate.packets += run.packets
            let due = Int(((run.last - run.first).inSeconds * picturesPerSecond).rounded()) + 1
            rate.missing += due - run.packets
        }
        return rate
    }
}
