internal import Synchronization

/// A few connections shared by many callers; each is used by one caller at a time.
///
/// Connections are made when needed, up to `limit`, and kept. A caller waits its turn in order of arrival; more than
/// `waiterLimit` waiting callers are refused at once, so that a slow server is felt as an error and not as a queue.
package final class PostgresPool: Sendable {
    private struct Waiter {
        let number: UInt64
        let continuation: CheckedContinuation<PostgresConnection?, any Error>
    }

    private struct State {
        var idle: [PostgresConnection] = []
        var lent = 0
        var waiters: [Waiter] = []
        var nextNumber: UInt64 = 0
        /// Waiters cancelled before they had queued.
        var cancelled: Set<UInt64> = []
    }

    private let limit: Int
    private let waiterLimit: Int
    private let make: @Sendable () async throws -> PostgresConnection
    private let state = Mutex(State())

    /// `make` connects and prepares a session (role, time limits).
    package init(
        limit: Int, waiterLimit: Int = 64, make: @escaping @Sendable () async throws -> PostgresConnection
    ) {
        self.limit = limit
        self.waiterLimit = waiterLimit
        self.make = make
    }

    /// Lends a connection to `body`. A connection that broke, or was left in a transaction, is thrown away afterwards.
    ///
    /// A kept connection may have died unnoticed, with the server it led to: then `body` is run once more on a new one.
    /// It must therefore be safe to run twice; readers are.
    package func withConnection<T: Sendable>(
        _ body: @Sendable (isolated PostgresConnection) throws -> T
    ) async throws -> T {
        while true {
            let (connection, isKept) = try await take()
            do {
                let value = try await connection.run(body)
                await giveBack(connection)
                return value
            } catch let error as PostgresError where isKept && error.code == .connection {
                await giveBack(connection)
            } catch {
                await giveBack(connection)
                throw error
            }
        }
    }

    private func take() async throws -> (PostgresConnection, isKept: Bool) {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        let kept = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enqueue(Waiter(number: number, continuation: continuation))
            }
        } onCancel: {
            cancel(number)
        }
        // A cancellation that came after the answer must not be remembered for ever.
        state.withLock { _ = $0.cancelled.remove(number) }
        if let kept { return (kept, true) }
        do {
            return (try await make(), false)
        } catch {
            passOn(nil)
            throw error
        }
    }

    /// Answers at once when a connection is idle or may be made, else queues.
    private func enqueue(_ waiter: Waiter) {
        let answer: Result<PostgresConnection?, any Error>? = state.withLock { state in
            if state.cancelled.remove(waiter.number) != nil { return .failure(CancellationError()) }
            if let connection = state.idle.popLast() {
                state.lent += 1
                return .success(connection)
            }
            if state.lent < limit {
                state.lent += 1
                return .success(nil)
            }
            if state.waiters.count >= waiterLimit {
                return .failure(PostgresError(.deadline, "too many questions wait for a database connection"))
            }
            state.waiters.append(waiter)
            return nil
        }
        if let answer { waiter.continuation.resume(with: answer) }
    }

    private func cancel(_ number: UInt64) {
        let waiter: Waiter? = state.withLock { state in
            guard let index = state.waiters.firstIndex(where: { $0.number == number }) else {
                state.cancelled.insert(number)
                return nil
            }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }

    private func giveBack(_ connection: PostgresConnection) async {
        let isGood = await connection.isUsable
        let isClean = await !connection.isInTransaction
        if isGood, isClean {
            passOn(connection)
        } else {
            await connection.close()
            passOn(nil)
        }
    }

    /// Hands a connection, or the right to make one, to who waits longest; keeps it when nobody waits.
    private func passOn(_ connection: PostgresConnection?) {
        let waiter: Waiter? = state.withLock { state in
            if !state.waiters.isEmpty { return state.waiters.removeFirst() }
            state.lent -= 1
            if let connection { state.idle.append(connection) }
            return nil
        }
        waiter?.continuation.resume(returning: connection)
    }

    /// Closes the kept connections; those lent out are closed by who holds them or kept again.
    package func closeIdle() async {
        let idle = state.withLock { state in
            defer { state.idle = [] }
            return state.idle
        }
        for connection in idle {
            await connection.close()
        }
    }
}
