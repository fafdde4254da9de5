internal import CLibpq
internal import CLinux
internal import Glibc
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
        let passed = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                _ = mkds_thread_set_name("pg-cancel")
                _ = mkds_thread_block_signals()
                Unmanaged<CancelRequest>.fromOpaque(context).takeRetainedValue().send()
                return nil
            }, passed.toOpaque())
        guard code == 0 else {
            passed.release()
            return false
        }
        pthread_detach(thread)
        return mkds_wait_readable([done.descriptor], 1, Int32(limit / .milliseconds(1))) > 0
    }

    private func send() {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
            _ = PQcancel(cancel, text.baseAddress, Int32(text.count))
        }
        done.signal()
    }
}
