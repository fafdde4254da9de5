import EventIndex
import MKDSCore
import Testing

/// The timeline alone: evidence in, intervals out. No database.
@Suite struct CoverageTimelineTests {
    private static let zero = UTCTime(seconds: 1_800_000_000)

    private static func at(_ seconds: Int) -> UTCTime { zero + .seconds(seconds) }

    private static func timeline(_ fill: (inout CoverageTimeline) -> Void) -> CoverageTimeline {
        var timeline = CoverageTimeline(camera: LoaderFixture.camera("a"))
        timeline.service = [.init(since: at(-10_000), isEnabled: true)]
        fill(&timeline)
        return timeline
    }

    /// `state reason from-to`, seconds.
    private static func words(_ timeline: CoverageTimeline, _ from: Int, _ to: Int, now: Int = 100_000) -> [String] {
        timeline.intervals(from: at(from), to: at(to), now: at(now)).map { span in
            let (from, to) = (Int((span.from - zero).inSeconds), Int((span.to - zero).inSeconds))
            return "\(span.state.rawValue)\(span.reason.isEmpty ? "" : " " + span.reason) \(from)-\(to)"
        }
    }

    @Test func aCameraNobodyKnowsWasNotRegistered() {
        let timeline = CoverageTimeline(camera: LoaderFixture.camera("x"))
        #expect(Self.words(timeline, 0, 100) == ["unseen not-registered 0-100"])
    }

    @Test func theRegisterTellsSinceWhenItWasToBeWatched() {
        let timeline = Self.timeline {
            $0.service = [.init(since: Self.at(20), isEnabled: true), .init(since: Self.at(50), isEnabled: false)]
            $0.runs = [.init(first: Self.at(25), last: Self.at(49), end: .withdrawn)]
        }
        #expect(
            Self.words(timeline, 0, 100) == [
                "unseen not-registered 0-20", "unseen not-running 20-25", "seen 25-49", "unseen not-running 49-50",
                "unseen disabled 50-100",
            ])
    }

    @Test func aGapBetweenRunsHasItsReason() {
        let timeline = Self.timeline {
            $0.runs = [
                .init(first: Self.at(0), last: Self.at(41), end: .streamLost),
                .init(first: Self.at(58), last: Self.at(100), end: .withdrawn),
            ]
            $0.gaps = [.init(start: Self.at(40), end: Self.at(60), reason: "stalled")]
        }
        #expect(Self.words(timeline, 0, 100) == ["seen 0-40", "unseen stalled 40-60", "seen 60-100"])
        let span = timeline.intervals(from: Self.at(50), to: Self.at(55), now: Self.at(1_000))
        #expect(span.first?.since == Self.at(40))
    }

    @Test func whatAKilledProcessMayHaveSeenIsUnknownForAMinute() {
        let timeline = Self.timeline {
            $0.runs = [
                .init(first: Self.at(0), last: Self.at(40), end: .recovered),
                .init(first: Self.at(300), last: Self.at(400), end: .withdrawn),
            ]
        }
        #expect(
            Self.words(timeline, 0, 400) == [
                "seen 0-40", "unknown killed 40-105", "unseen not-running 105-300", "seen 300-400",
            ])
        let quick = Self.timeline {
            $0.runs = [
                .init(first: Self.at(0), last: Self.at(40), end: .recovered),
                .init(first: Self.at(60), last: Self.at(400), end: .withdrawn),
            ]
        }
        #expect(Self.words(quick, 0, 400) == ["seen 0-40", "unknown killed 40-60", "seen 60-400"])
    }

    @Test func aRunThatLastsIsSeenAsFarAsItWasTold() {
        var timeline = Self.timeline { $0.runs = [.init(first: Self.at(0), last: Self.at(40), end: nil)] }
        #expect(Self.words(timeline, 0, 1_000, now: 70) == ["seen 0-40", "unknown not-reported 40-70"])
        timeline.liveUntil = Self.at(70)
        #expect(Self.words(timeline, 0, 1_000, now: 70) == ["seen 0-70"])
    }

    @Test func anotherCodecIsNoHole() {
        let timeline = Self.timeline {
            $0.runs = [
                .init(first: Self.at(0), last: Self.at(40), end: .over),
                .init(first: Self.at(41), last: Self.at(90), end: .withdrawn),
                .init(first: Self.at(91), last: Self.at(100), end: .withdrawn),
            ]
        }
        #expect(Self.words(timeline, 0, 100) == ["seen 0-90", "unseen not-running 90-91", "seen 91-100"])
    }

    @Test func troubleCountsWherePicturesCame() {
        let event = UUIDv7(at: Self.at(10))
        let timeline = Self.timeline {
            $0.runs = [.init(first: Self.at(0), last: Self.at(50), end: .streamLost)]
            $0.gaps = [.init(start: Self.at(50), end: nil, reason: "lost")]
            $0.troubles = [.init(start: Self.at(10), end: nil, reason: "covered", event: event)]
        }
        #expect(
            Self.words(timeline, 0, 1_000, now: 80) == ["seen 0-10", "impaired covered 10-50", "unseen lost 50-80"])
        #expect(timeline.intervals(from: Self.at(20), to: Self.at(30), now: Self.at(80)).first?.event == event)
    }

    @Test func nothingIsToldOfTheFuture() {
        let timeline = Self.timeline { $0.runs = [.init(first: Self.at(0), last: Self.at(40), end: nil)] }
        #expect(Self.words(timeline, 100, 200, now: 90) == [])
    }

    /// What a moment is, in plain words; written apart from the program.
    private static func state(_ timeline: CoverageTimeline, _ second: Int, now: Int) -> CoverageState {
        let time = at(second)
        func holds(_ start: UTCTime, _ end: UTCTime?) -> Bool { start <= time && time < end ?? at(now) }
        if timeline.gaps.contains(where: { holds($0.start, $0.end) }) { return .unseen }
        let runs = timeline.runs.sorted { $0.first < $1.first }
        for (index, run) in runs.enumerated() {
            let next = index + 1 < runs.count ? runs[index + 1].first : nil
            let isJoint = run.end == .over && next.map { $0 > run.last && $0 - run.last <= .seconds(2) } ?? false
            guard holds(run.first, run.last) || isJoint && holds(run.last, next) else { continue }
            return timeline.troubles.contains { holds($0.start, $0.end) } ? .impaired : .seen
        }
        for (index, run) in runs.enumerated() where run.last <= time {
            let isBeforeNext = index + 1 == runs.count || time < runs[index + 1].first
            if run.end == nil, isBeforeNext { return .unknown }
            if run.end == .recovered, isBeforeNext, time < run.last + .seconds(65) { return .unknown }
        }
        return .unseen
    }

    @Test func everySecondOfRandomEvidenceIsToldOnceAndRightly() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<300 {
            let timeline = Self.timeline { timeline in
                var second = Int.random(in: 0..<60, using: &random)
                for number in 0..<6 {
                    let last = second + Int.random(in: 0..<80, using: &random)
                    let ends: [EndReason?] = [.over, .streamLost, .withdrawn, .recovered, number == 5 ? nil : .over]
                    timeline.runs.append(
                        .init(
                            first: Self.at(second), last: Self.at(last),
                            end: ends[Int.random(in: 0..<5, using: &random)]))
                    if Bool.random(using: &random) {
                        let end = last + Int.random(in: 0..<40, using: &random)
                        timeline.gaps.append(.init(start: Self.at(last), end: Self.at(end), reason: "lost"))
                    }
                    if Bool.random(using: &random) {
                        let start = second + Int.random(in: 0..<20, using: &random)
                        let end = start + Int.random(in: 0..<30, using: &random)
                        timeline.troubles.append(.init(start: Self.at(start), end: Self.at(end), reason: "dark"))
                    }
                    second = last + Int.random(in: 0..<90, using: &random)
                }
                timeline.runs.shuffle(using: &random)
            }
            let now = Int.random(in: 200..<700, using: &random)
            let (from, to) = (Int.random(in: 0..<100, using: &random), Int.random(in: 100..<800, using: &random))
            let spans = timeline.intervals(from: Self.at(from), to: Self.at(to), now: Self.at(now))
            var second = from
            for span in spans {
                #expect(span.from == Self.at(second) && span.to > span.from && span.since <= span.from)
                while Self.at(second) < span.to {
                    let expected = Self.state(timeline, second, now: now)
                    #expect(span.state == expected, "second \(second) of \(timeline)")
                    second += 1
                }
            }
            #expect(second == max(from, min(to, now)))
        }
    }
}
