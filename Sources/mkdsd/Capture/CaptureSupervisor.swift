internal import Linux
internal import Logging
internal import MKDSCore
internal import ServiceLifecycle
internal import Synchronization

/// All capture groups: turns the list of cameras into assignments and keeps one worker per group.
///
/// The list arrives through ``apply(_:)`` from the camera directory, at first from its file, so that capture begins
/// before the database answers. Workers outlive an empty list; they are stopped when the daemon is.
final class CaptureSupervisor: Service, CustomStringConvertible {
    /// What the camera directory decided.
    struct Plan: Sendable {
        /// Assignments by group name.
        var groups: [String: CaptureAssignment]
        /// Cameras in quarantine get another try.
        var releasesQuarantine: Bool
    }

    private struct State {
        var workers: [String: CaptureGroupWorker] = [:]
        var stops = false
    }

    let description = "capture"
    private let state = Mutex(State())
    private let board: CaptureBoard
    private let heartbeats: HeartbeatBoard
    private let logger: Logger
    private let launch: @Sendable (String) -> CaptureGroupWorker.Launch

    /// `launch` says how to start the capture process of a group.
    init(
        board: CaptureBoard, heartbeats: HeartbeatBoard, logger: Logger,
        launch: @escaping @Sendable (String) -> CaptureGroupWorker.Launch
    ) {
        self.board = board
        self.heartbeats = heartbeats
        self.logger = logger
        self.launch = launch
    }

    /// Makes the groups be as planned. Groups whose assignment did not change notice nothing.
    func apply(_ plan: Plan) {
        state.withLock { state in
            guard !state.stops else { return }
            for (name, assignment) in plan.groups.sorted(by: { $0.key < $1.key }) {
                board.planned(group: name)
                worker(name, &state)?.assign(assignment, releasingQuarantine: plan.releasesQuarantine)
            }
            for (name, worker) in state.workers where plan.groups[name] == nil {
                worker.assign(CaptureAssignment(cameras: []), releasingQuarantine: plan.releasesQuarantine)
                board.forget(group: name)
            }
        }
    }

    func run() async throws {
        try? await gracefulShutdown()
        let workers = state.withLock { state in
            state.stops = true
            return state.workers.values.sorted { $0.name < $1.name }
        }
        for worker in workers { worker.stop() }
        for worker in workers { await worker.waitUntilEnded() }
    }

    private func worker(_ name: String, _ state: inout State) -> CaptureGroupWorker? {
        if let worker = state.workers[name] { return worker }
        do throws(SystemError) {
            let worker = try CaptureGroupWorker(
                name: name, launch: launch(name), board: board, heartbeats: heartbeats, logger: logger)
            state.workers[name] = worker
            return worker
        } catch {
            logger.error("capture group cannot be started", metadata: ["group": "\(name)", "error": "\(error)"])
            return nil
        }
    }
}
