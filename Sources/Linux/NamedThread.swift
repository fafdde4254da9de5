internal import CLinux
internal import Glibc
internal import Synchronization

/// A thread of its own, for work that may block, with a name that `top -H` and a debugger show.
///
/// It takes no signals. Its body runs once. Either ``join()`` waits for it, or it goes on by itself when the last
/// reference to this object is gone.
package final class NamedThread: Sendable {
    private let thread: Mutex<pthread_t?>

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - name: The kernel keeps its first 15 bytes.
    ///   - stackByteCount: Nil for the system's own size.
    ///   - body: What the thread does, once.
    /// - Throws: ``SystemError`` when the kernel gives no thread.
    @discardableResult
    package init(
        name: String, stackByteCount: Int? = nil, body: sending @escaping () -> Void
    ) throws(SystemError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        if let stackByteCount { pthread_attr_setstacksize(&attributes, stackByteCount) }
        var thread = pthread_t()
        let passed = Unmanaged.passRetained(Start(name: name, body: body))
        let code = pthread_create(
            &thread, &attributes,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                _ = mkds_thread_set_name(start.name)
                _ = mkds_thread_block_signals()
                start.body()
                return nil
            }, passed.toOpaque())
        guard code == 0 else {
            passed.release()
            throw SystemError("start the thread \(name)", code: code)
        }
        self.thread = Mutex(thread)
    }

    deinit {
        if let thread = take() { pthread_detach(thread) }
    }

    /// Waits for the end of the thread, blocking the calling one; the second call returns at once.
    package func join() {
        if let thread = take() { pthread_join(thread, nil) }
    }

    /// From here on the calling thread works when others leave the processor free: for work that may wait.
    package static func stepBack() { _ = mkds_thread_step_back() }

    /// How often the calling thread gave its processor away to wait for something.
    package static var waitCount: Int { mkds_thread_wait_count() }

    private func take() -> pthread_t? {
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
    }

    /// What crosses to the new thread; it owns it from then on.
    private final class Start {
        let name: String
        let body: () -> Void

        init(name: String, body: @escaping () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
