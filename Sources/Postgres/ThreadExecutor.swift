internal import Glibc
package import Linux

/// Runs the jobs of one actor on a thread of its own, so that they may block.
///
/// The shared task pool has as many threads as cores; a blocking libpq call there would stop everyone. The thread lives
/// as long as the executor; jobs run in the order they were enqueued.
package final class ThreadExecutor: SerialExecutor {
    private let queue = JobQueue()

    /// Starts the thread; its name shows in `top -H`, at most 15 bytes. Throws when the system has no thread left.
    package init(name: String) throws(SystemError) {
        try NamedThread(name: name) { [queue] in
            while let entry = queue.next() {
                // The entry keeps the executor alive until its job has returned; the last one may end this queue.
                entry.job.runSynchronously(on: entry.executor.asUnownedSerialExecutor())
            }
        }
    }

    /// An executor without which the program cannot run, made at its start: no thread left then is the end.
    package static func required(name: String) -> ThreadExecutor {
        do throws(SystemError) { return try ThreadExecutor(name: name) } catch {
            preconditionFailure("\(error)")
        }
    }

    deinit { queue.stop() }

    package func enqueue(_ job: consuming ExecutorJob) {
        queue.append(JobQueue.Entry(job: UnownedJob(job), executor: self))
    }
}

/// Jobs waiting for one thread: a mutex, a condition variable and an array.
///
/// `@unchecked Sendable`: the mutable state is touched only between lock and unlock of `mutex`; mutex and condition live
/// at fixed addresses until `deinit`.
private final class JobQueue: @unchecked Sendable {
    struct Entry {
        let job: UnownedJob
        /// Strong on purpose: a queued job keeps its executor, and so its thread, alive.
        let executor: ThreadExecutor
    }

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var entries: [Entry] = []
    private var stopped = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func append(_ entry: Entry) {
        pthread_mutex_lock(mutex)
        entries.append(entry)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    func stop() {
        pthread_mutex_lock(mutex)
        stopped = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Waits for the next job; nil once the executor is gone.
    func next() -> Entry? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while entries.isEmpty {
            if stopped { return nil }
            pthread_cond_wait(condition, mutex)
        }
        return entries.removeFirst()
    }
}
