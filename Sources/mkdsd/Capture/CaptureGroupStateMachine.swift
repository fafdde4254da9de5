internal import MKDSCore

/// Rules by which one capture process lives: started when there are cameras, fed, watched, restarted, stopped in order.
///
/// Pure: inputs and the time go in, actions come out. The shell (``CaptureGroupWorker``) carries the actions out, feeds
/// ``Input/timer`` no later than ``deadline`` and reports what became of the process.
struct CaptureGroupStateMachine {
    typealias Instant = ContinuousClock.Instant

    enum Input {
        /// The cameras this group is to have from now on; none means that no process is needed.
        case assign(CaptureAssignment)
        case started
        case startFailed
        /// The process said that it lives.
        case report
        case exited
        case timer
        /// The daemon ends.
        case stop
    }

    enum Action: Equatable {
        case start
        case send(CaptureAssignment)
        /// End of input is the order to stop.
        case closeInput
        case terminate
        case kill(KillReason)
        /// Nothing runs and nothing will.
        case finish
    }

    enum KillReason: Equatable {
        /// It has not reported for ``Limits/heartbeat``.
        case silent
        /// It did not end when asked to.
        case stubborn
    }

    struct Limits {
        /// Silence after which the process counts as hung.
        var heartbeat = Duration.seconds(10)
        /// From the end of input to SIGTERM, from there to SIGKILL.
        var closeGrace = Duration.seconds(5)
        var terminateGrace = Duration.seconds(3)
        /// First pause before a restart; it doubles with each further death up to the longest.
        var firstPause = Duration.milliseconds(250)
        var longestPause = Duration.seconds(10)
        /// A life this long makes good for all deaths before it.
        var goodLife = Duration.seconds(10)
    }

    private enum State {
        case idle
        /// Until the next start.
        case waiting(until: Instant)
        case starting
        case running(since: Instant, lastSign: Instant)
        case closing(until: Instant)
        case terminating(until: Instant)
        /// SIGKILL was sent; the kernel owes us the exit.
        case killed
        case finished
    }

    private let limits: Limits
    private var state = State.idle
    private var assignment = CaptureAssignment(cameras: [])
    private var stops = false
    /// Deaths in a row without a good life between them.
    private(set) var deaths = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    var isRunning: Bool {
        if case .running = state { true } else { false }
    }

    var isFinished: Bool {
        if case .finished = state { true } else { false }
    }

    /// When ``Input/timer`` is due; nil when nothing is waited for.
    var deadline: Instant? {
        switch state {
        case .waiting(let until), .closing(let until), .terminating(let until): until
        case .running(_, let lastSign): lastSign + limits.heartbeat
        case .idle, .starting, .killed, .finished: nil
        }
    }

    mutating func handle(_ input: Input, at now: Instant) -> [Action] {
        switch input {
        case .assign(let assignment): assign(assignment, at: now)
        case .started: started(at: now)
        case .startFailed: exited(at: now, since: now)
        case .report: report(at: now)
        case .exited: exited(at: now)
        case .timer: timer(at: now)
        case .stop: stop(at: now)
        }
    }

    // MARK: - Inputs

    private mutating func assign(_ new: CaptureAssignment, at now: Instant) -> [Action] {
        guard new != assignment, !stops else { return [] }
        assignment = new
        switch state {
        case .idle: return startIfNeeded()
        case .waiting: return new.cameras.isEmpty ? becomeIdle() : []
        case .running: return new.cameras.isEmpty ? close(at: now) : [.send(new)]
        case .starting, .closing, .terminating, .killed, .finished: return []
        }
    }

    private mutating func started(at now: Instant) -> [Action] {
        guard case .starting = state else { return [] }
        state = .running(since: now, lastSign: now)
        if stops || assignment.cameras.isEmpty { return close(at: now) }
        return [.send(assignment)]
    }

    private mutating func report(at now: Instant) -> [Action] {
        if case .running(let since, _) = state { state = .running(since: since, lastSign: now) }
        return []
    }

    private mutating func exited(at now: Instant, since: Instant? = nil) -> [Action] {
        var began = since
        var wasAsked = false
        switch state {
        case .running(let since, _): began = since
        case .closing, .terminating: wasAsked = true
        case .starting, .killed: break
        case .idle, .waiting, .finished: return []
        }
        if stops {
            state = .finished
            return [.finish]
        }
        if wasAsked || assignment.cameras.isEmpty {
            state = .idle
            return startIfNeeded()
        }
        if let began, now - began >= limits.goodLife { deaths = 0 }
        state = .waiting(until: now + pause)
        deaths += 1
        return []
    }

    private mutating func timer(at now: Instant) -> [Action] {
        guard let deadline, now >= deadline else { return [] }
        switch state {
        case .waiting:
            state = .idle
            return startIfNeeded()
        case .running:
            state = .killed
            return [.kill(.silent)]
        case .closing:
            state = .terminating(until: now + limits.terminateGrace)
            return [.terminate]
        case .terminating:
            state = .killed
            return [.kill(.stubborn)]
        case .idle, .starting, .killed, .finished: return []
        }
    }

    private mutating func stop(at now: Instant) -> [Action] {
        guard !stops else { return [] }
        stops = true
        switch state {
        case .idle, .waiting:
            state = .finished
            return [.finish]
        case .running: return close(at: now)
        case .starting, .closing, .terminating, .killed, .finished: return []
        }
    }

    // MARK: - Private parts

    private var pause: Duration {
        var pause = limits.firstPause
        for _ in 0..<min(deaths, 16) where pause < limits.longestPause { pause = pause * 2 }
        return min(pause, limits.longestPause)
    }

    private mutating func startIfNeeded() -> [Action] {
        guard !assignment.cameras.isEmpty, !stops else { return [] }
        state = .starting
        return [.start]
    }

    private mutating func becomeIdle() -> [Action] {
        state = .idle
        return []
    }

    private mutating func close(at now: Instant) -> [Action] {
        state = .closing(until: now + limits.closeGrace)
        return [.closeInput]
    }
}
