internal import CLinux
internal import Glibc

/// Threads of our own for work that may block; the shared task pool must never wait.
enum WorkerThread {
    /// Runs `body` on a new thread with a name that `top -H` shows. The thread takes no signals and is not joined.
    static func start(name: String, body: @escaping @Sendable () -> Void) throws(SystemError) {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                _ = mkds_thread_set_name(start.name)
                _ = mkds_thread_block_signals()
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw SystemError("start the thread \(name)", code: code)
        }
        pthread_detach(thread)
    }

    /// Runs a blocking piece of work on a thread of its own and waits for it without blocking. For rare work only.
    static func run<Value: Sendable>(
        name: String, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do throws(SystemError) {
                try start(name: name) { continuation.resume(with: Result { try body() }) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}

/// An event counter by which any thread wakes one that waits.
final class WakeCounter: Sendable {
    let descriptor: Int32

    init() throws(SystemError) {
        descriptor = mkds_eventfd()
        guard descriptor >= 0 else { throw SystemError("make an event counter") }
    }

    deinit { close(descriptor) }

    func signal() {
        _ = mkds_eventfd_signal(descriptor)
    }

    /// Resets the counter.
    func drain() {
        _ = mkds_eventfd_drain(descriptor)
    }

    /// Blocks until signalled, then resets it.
    func wait() {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&entry, 1, -1) < 0 {}
        drain()
    }
}
