internal import Logging
internal import Postgres
internal import Synchronization

/// Tells subscribers that events, or the register, have changed, as soon as the transaction that did it committed.
///
/// It says only that there is something new and up to which change number; what it is, a subscriber reads from
/// ``IndexReader/changes(after:filter:limit:)``. A notification may be missed while the database is away: after each
/// reconnection the last change is read and told, so nobody waits for news that has already passed.
package final class ChangeFeed: Sendable {
    private struct State {
        var nextNumber = 0
        var changes: [Int: AsyncStream<Int64>.Continuation] = [:]
        var register: [Int: AsyncStream<Int>.Continuation] = [:]
        var last: Int64?
        /// Imports told since the start.
        var imports = 0
    }

    private let settings: IndexConnectionSettings
    private let logger = Logger(label: "mkds.changefeed")
    private let state = Mutex(State())

    package init(_ settings: IndexConnectionSettings) {
        self.settings = settings
    }

    /// Numbers of the last change, newest only; the current one first, when it is known.
    package func changes() -> AsyncStream<Int64> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int64.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.nextNumber += 1
            state.changes[state.nextNumber] = continuation
            if let last = state.last { continuation.yield(last) }
            return state.nextNumber
        }
        continuation.onTermination = { [weak self] _ in self?.forget(number) }
        return stream
    }

    /// A value after each import into the register (areas, cameras, officials), and after each reconnection: how many
    /// imports have been told of so far, newest only.
    package func registerChanges() -> AsyncStream<Int> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.nextNumber += 1
            state.register[state.nextNumber] = continuation
            return state.nextNumber
        }
        continuation.onTermination = { [weak self] _ in self?.forget(number) }
        return stream
    }

    private func forget(_ number: Int) {
        state.withLock { state in
            state.changes[number] = nil
            state.register[number] = nil
        }
    }

    /// Listens until the task is cancelled; reconnects with growing delay.
    package func run() async {
        var delay = RetryDelay()
        while !Task.isCancelled {
            do {
                let connection = try await settings.connect(as: .query, name: "feed")
                try await listen(on: connection, &delay)
            } catch is CancellationError {
                break
            } catch {
                if !Task.isCancelled {
                    logger.debug("change feed lost its connection", metadata: ["error": "\(error)"])
                }
            }
            do { try await Task.sleep(for: delay.advance()) } catch { break }
        }
        let streams = state.withLock { ($0.changes.values.map { $0 }, $0.register.values.map { $0 }) }
        for stream in streams.0 { stream.finish() }
        for stream in streams.1 { stream.finish() }
    }

    private func listen(on connection: PostgresConnection, _ delay: inout RetryDelay) async throws {
        try await connection.listen("mkds_change")
        try await connection.listen("mkds_register")
        // Read after LISTEN: what commits from here on is notified, what committed before is in this number.
        let last = try await connection.query("SELECT last FROM mkds.change_counter")[0].int("last")
        delay.reset()
        tell(last)
        tellRegister(imports: 0)
        while true {
            // A quiet connection is asked something now and then, so that a vanished server is noticed.
            let received = try await connection.notifications(waitingUpTo: .seconds(30))
            if received.isEmpty { try await connection.query("SELECT 1") }
            if let last = received.filter({ $0.channel == "mkds_change" }).compactMap({ Int64($0.payload) }).max() {
                tell(last)
            }
            let imports = received.count { $0.channel == "mkds_register" }
            if imports > 0 { tellRegister(imports: imports) }
        }
    }

    private func tell(_ change: Int64) {
        let streams = state.withLock { state in
            state.last = change
            return Array(state.changes.values)
        }
        for stream in streams { stream.yield(change) }
    }

    private func tellRegister(imports: Int) {
        let (streams, told) = state.withLock { state in
            state.imports += imports
            return (Array(state.register.values), state.imports)
        }
        for stream in streams { stream.yield(told) }
    }
}
