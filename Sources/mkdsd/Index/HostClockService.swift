internal import EventIndex
internal import Linux
internal import Logging
internal import MKDSCore
internal import ServiceLifecycle

/// Records how the server's own clock stands: at the start, each hour, and when the clock gains or loses its source.
///
/// While the database is away the state is asked again each minute; the row tells when it was read.
final class HostClockService: Service, CustomStringConvertible {
    private static let period: Duration = .seconds(3600)
    private static let pause: Duration = .seconds(60)

    let description = "host clock"
    private let log: HostClockLog
    private let logger: Logger

    init(_ log: HostClockLog, logger: Logger) {
        self.log = log
        self.logger = logger
    }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                var recorded: HostClockState?
                while true {
                    if let state = self.due(after: recorded) { recorded = await self.record(state) ?? recorded }
                    // Soon at first: the schema may still be in the making.
                    try await Task.sleep(for: recorded == nil ? .seconds(2) : Self.pause)
                }
            }
        } catch {
            // Cancelled by the order to stop; nothing else is thrown.
        }
    }

    /// The state, when it is time to write it down.
    private func due(after recorded: HostClockState?) -> HostClockState? {
        guard let state = try? HostClockState.current() else { return nil }
        guard let recorded else { return state }
        let elapsed = state.time - recorded.time
        let isDue = elapsed >= Self.period || elapsed < .zero || state.isSynchronised != recorded.isSynchronised
        return isDue ? state : nil
    }

    private func record(_ state: HostClockState) async -> HostClockState? {
        do {
            try await log.record(state)
            logger.info("the state of the server's clock was recorded")
            if !state.isSynchronised {
                logger.warning("the server's clock is not synchronised: see timedatectl or chronyc tracking")
            }
            return state
        } catch {
            logger.debug("cannot record the state of the clock yet", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
