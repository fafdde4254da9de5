internal import CLibpq
internal import CLinux
internal import Linux

/// One order to the server to stop a statement, given on a thread of its own.
///
/// `PQcancel` waits for the server to hang up, without any limit: a server that is stopped, but whose system still takes
/// connections, would hold its caller for ever. The thread that waits so is left behind; since the caller then closes
/// its connection, there is at most one for each connection.
///
/// `@unchecked Sendable`: only the thread touches `cancel`, and `deinit` once both sides have let go.
final class CancelRequest: @unchecked Sendable {
    private let cancel: OpaquePointer
    private let done: WakeCounter

    /// Takes `cancel` over.
    init(_ cancel: OpaquePointer) throws(PostgresError) {
        do throws(SystemError) {
            done = try WakeCounter()
        } catch {
            PQfreeCancel(cancel)
            throw PostgresError(.connection, "\(error)")
        }
        self.cancel = cancel
    }

    deinit { PQfreeCancel(cancel) }

    /// Sends the order; whether the server took it in time, blocking at most that long.
    func isTaken(within limit: Duration) -> Bool {
        do throws(SystemError) {
            try NamedThread(name: "pg-cancel") { self.send() }
        } catch {
            return false
        }
        return mkds_wait_readable([done.descriptor], 1, limit.pollMilliseconds) > 0
    }

    private func send() {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
            _ = PQcancel(cancel, text.baseAddress, Int32(text.count))
        }
        done.signal()
    }
}
