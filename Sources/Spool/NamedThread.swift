internal import CLinux
internal import Glibc
internal import Synchronization

/// A thread of its own with a name that `top -H` and a debugger show. It takes no signals.
final class NamedThread: Sendable {
    private let thread: Mutex<pthread_t?>

    init(name: String, body: sending @escaping () -> Void) throws(SpoolError) {
        let start = Start(name: name, body: body)
        var thread = pthread_t()
        let passed = Unmanaged.passRetained(start)
        let error = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                _ = mkds_thread_set_name(start.name)
                _ = mkds_thread_block_signals()
                start.body()
                return nil
            }, passed.toOpaque())
        guard error == 0 else {
            passed.release()
            throw SpoolError.system("cannot start the thread \(name)", errno: error)
        }
        self.thread = Mutex(thread)
    }

    /// Waits for the end of the thread; the second call returns at once.
    func join() {
        let taken = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        if let taken { pthread_join(taken, nil) }
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
