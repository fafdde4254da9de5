internal import Capture
internal import MKDSCore
internal import Testing

/// A camera, its network and FFmpeg's view of both, in numbers: seeded, without waiting.
///
/// FFmpeg's part is as in libavformat 59: media time from unwrapped 32-bit differences (or, with several streams, from
/// the sender reports), camera time from the last report and the plain difference of two 32-bit stamps.
private struct Simulation {
    enum Change {
        case step(Double)
        case reboot(offset: Double)
        case stopReports
        case hostStep(Double)
        case delay(Double)
        /// Media time is set back by less than shows as a jump.
        case slip(Double)
    }

    var seconds = 600.0
    var frameRate = 5.0
    var wallOffset = 0.0
    var wallDrift = 0.0
    var mediaDrift = 0.0
    var base: UInt32 = 123_456
    var reportInterval: Double? = 5
    var delay = 0.03
    var jitter = 0.002
    /// A server that keeps the first so many seconds and sends them at once.
    var backlog = 0.0
    var hasSeveralStreams = false
    var changes: [(at: Double, change: Change)] = []

    struct Outcome {
        var held = 0
        var count = 0
        var errors: [Double] = []
        var jumps = 0
        var last: ClockReading?
        var lastError = 0.0
        var lastUncertainty = 0.0
        /// Of the offsets on the way.
        var largestOffset = 0.0
        var share: Double { Double(held) / Double(max(1, count)) }
        var median: Double { errors.isEmpty ? 0 : errors.sorted()[errors.count / 2] }
    }

    private static let zero = UTCTime(seconds: 1_800_000_000)

    func run(seed: UInt64) -> Outcome {
        var random = SeededGenerator(seed: seed)
        var state = State(self)
        var outcome = Outcome()
        var clock = CameraClock()
        for index in 0..<Int(seconds * frameRate) {
            let truth = Double(index) / frameRate
            state.apply(changes, until: truth, &random)
            let packet = state.picture(at: truth)
            let late = state.delay + jitter * Double.random(in: 0...1, using: &random)
            let arrival = max(state.lastArrival, truth + late, backlog)
            state.lastArrival = arrival
            let (elapsed, media) = (Duration.seconds(arrival), Duration.seconds(packet.media))
            if clock.isJump(to: media, elapsed: elapsed) { outcome.jumps += 1 }
            clock.observe(
                media, arrival: Self.zero + elapsed + .seconds(state.hostStep), elapsed: elapsed,
                camera: packet.camera.map { Self.zero + .seconds($0) })
            guard let time = clock.time(of: media), let uncertainty = clock.uncertainty else { continue }
            let error = abs((time - (Self.zero + .seconds(truth + state.hostStep))).inSeconds)
            outcome.count += 1
            if error <= uncertainty.inSeconds { outcome.held += 1 }
            outcome.errors.append(error)
            outcome.last = clock.reading(of: media)
            (outcome.lastError, outcome.lastUncertainty) = (error, uncertainty.inSeconds)
            outcome.largestOffset = max(outcome.largestOffset, abs(outcome.last?.offset?.inSeconds ?? 0))
        }
        return outcome
    }

    /// What moves while it runs. Times are seconds of truth.
    private struct State {
        let camera: Simulation
        var delay: Double
        var hostStep = 0.0
        var lastArrival = 0.0
        private var next = 0
        private var wallSteps: Double
        private var base: UInt32
        private var mediaZero = 0.0
        private var reportDue: Double?
        private var report: (wall: Double, stamp: UInt32)?
        private var firstReport: (wall: Double, media: Double)?
        private var unwrapped = 0.0
        private var lastStamp: UInt32?

        init(_ camera: Simulation) {
            self.camera = camera
            delay = camera.delay
            wallSteps = camera.wallOffset
            base = camera.base
            reportDue = camera.reportInterval
        }

        mutating func apply(
            _ changes: [(at: Double, change: Change)], until truth: Double, _ random: inout SeededGenerator
        ) {
            while next < changes.count, changes[next].at <= truth {
                switch changes[next].change {
                case .step(let seconds): wallSteps += seconds
                case .reboot(let offset):
                    wallSteps = offset
                    base = .random(in: 0 ... .max, using: &random)
                    mediaZero = truth
                case .stopReports: reportDue = nil
                case .hostStep(let seconds): hostStep += seconds
                case .delay(let seconds): delay = seconds
                case .slip(let seconds): mediaZero += seconds
                }
                next += 1
            }
        }

        mutating func picture(at truth: Double) -> (media: Double, camera: Double?) {
            let wall = truth + wallSteps + truth * camera.wallDrift / 1e6
            let ticks = (truth - mediaZero) * (1 + camera.mediaDrift / 1e6) * 90_000
            let stamp = base &+ UInt32(truncatingIfNeeded: Int64(ticks.rounded()))
            unwrapped += Double(Int32(bitPattern: stamp &- (lastStamp ?? stamp))) / 90_000
            lastStamp = stamp
            if let due = reportDue, let interval = camera.reportInterval, truth >= due {
                reportDue = truth + interval
                report = (wall, stamp)
                if firstReport == nil { firstReport = (wall, unwrapped) }
            }
            guard let report else { return (unwrapped, nil) }
            var media = unwrapped
            if camera.hasSeveralStreams, let firstReport {
                let since = Double(Int32(bitPattern: stamp &- report.stamp)) / 90_000
                media = firstReport.media + report.wall - firstReport.wall + since
            }
            return (media, report.wall + Double(Int64(stamp) - Int64(report.stamp)) / 90_000)
        }
    }
}

@Suite("Camera clock against the truth", .timeLimit(.minutes(10)))
struct ClockSimulationTests {
    private static let wrap = 47_721.858_844

    private static let faults: [(name: String, simulation: Simulation)] = [
        ("clean", Simulation()),
        ("no sender report at all", Simulation(reportInterval: nil)),
        ("reports that stop", Simulation(seconds: 3600, frameRate: 2, changes: [(60, .stopReports)])),
        ("a clock 10 s ahead", Simulation(wallOffset: 10)),
        ("a clock 56 years behind", Simulation(wallOffset: -1_767_000_000)),
        ("a wall clock 500 ppm fast", Simulation(seconds: 3600, frameRate: 2, wallDrift: 500)),
        ("a wall clock 500 ppm slow", Simulation(seconds: 3600, frameRate: 2, wallDrift: -500)),
        ("an oscillator 500 ppm fast", Simulation(seconds: 3600, frameRate: 2, mediaDrift: 500)),
        ("an oscillator 500 ppm slow", Simulation(seconds: 3600, frameRate: 2, mediaDrift: -500)),
        (
            "an oscillator 500 ppm slow without reports",
            Simulation(seconds: 3600, frameRate: 2, mediaDrift: -500, reportInterval: nil)
        ),
        ("a clock set forward", Simulation(changes: [(200, .step(3600)), (400, .step(2))])),
        ("a clock set back", Simulation(changes: [(200, .step(-3600)), (400, .step(-2))])),
        (
            "an encoder that restarts",
            Simulation(changes: [(202, .reboot(offset: -86_400)), (403, .reboot(offset: 0))])
        ),
        ("a wrap of the timestamp", Simulation(base: .max - 90_000 * 100)),
        ("a wrap before the first report", Simulation(base: .max - 90_000 * 2)),
        ("five wraps", Simulation(seconds: 5 * wrap, frameRate: 0.2, mediaDrift: 100)),
        ("a jittering network", Simulation(jitter: 0.45)),
        ("a constant delay", Simulation(delay: 0.4)),
        ("a network slow for two minutes", Simulation(changes: [(200, .delay(3)), (320, .delay(0.03))])),
        ("a server that sends what it kept", Simulation(backlog: 2.5)),
        ("a server clock that is set", Simulation(changes: [(200, .hostStep(7)), (400, .hostStep(-30))])),
        (
            "two streams and a clock set forward and back",
            Simulation(hasSeveralStreams: true, changes: [(200, .step(30)), (400, .step(-30))])
        ),
        ("two streams and a drifting clock", Simulation(wallDrift: 500, mediaDrift: -500, hasSeveralStreams: true)),
    ]

    @Test("the stated interval holds the truth", arguments: faults.indices)
    func holdsTheTruth(index: Int) {
        let (name, simulation) = Self.faults[index]
        let outcome = simulation.run(seed: UInt64(index))
        #expect(outcome.count > 1000, "\(name)")
        #expect(outcome.share >= 0.999, "\(name): \(outcome.count - outcome.held) of \(outcome.count) outside")
    }

    @Test("with sender reports and a clean clock the estimate is right to a few milliseconds")
    func cleanMedian() {
        #expect(Simulation().run(seed: 3).median < 0.005)
        #expect(Simulation(delay: 0.2, jitter: 0.05).run(seed: 4).median < 0.005)
        #expect(Simulation(seconds: 3600, frameRate: 2, mediaDrift: 500).run(seed: 5).median < 0.005)
    }

    @Test("a wrap of the 32-bit timestamp is never taken for a camera's clock 13 hours off")
    func wrapsAreSeenThrough() {
        for base in [UInt32.max - 90_000 * 100, UInt32.max - 90_000 * 401] {
            let outcome = Simulation(base: base, reportInterval: 30).run(seed: 6)
            #expect(outcome.jumps == 0)
            #expect(outcome.last?.offset != nil && outcome.largestOffset < 0.3)
        }
    }

    @Test("a step of the camera's clock is measured, a restarted encoder's too")
    func stepsAreMeasured() throws {
        let stepped = Simulation(changes: [(200, .step(-3600))]).run(seed: 7)
        #expect(abs(try #require(stepped.last?.offset).inSeconds + 3600) < 0.3)
        #expect(stepped.jumps == 0)
        let rebooted = Simulation(changes: [(202, .reboot(offset: 120))]).run(seed: 8)
        #expect(abs(try #require(rebooted.last?.offset).inSeconds - 120) < 0.3)
        #expect(rebooted.jumps == 1)
        #expect(rebooted.largestOffset < 121)
    }

    @Test("drift is followed and does not widen the interval", arguments: [-500.0, 500])
    func driftIsFollowed(partsPerMillion: Double) {
        let silent = Simulation(seconds: 3600, mediaDrift: partsPerMillion, reportInterval: nil).run(seed: 9)
        #expect(silent.lastUncertainty < 0.27)
    }

    @Test("media time set back a little is inside the interval some seconds later")
    func slip() {
        let outcome = Simulation(reportInterval: nil, changes: [(300, .slip(0.7))]).run(seed: 10)
        #expect(outcome.jumps == 0)
        #expect(outcome.lastError > 0.4)
        #expect(outcome.lastError <= outcome.lastUncertainty)
    }
}
