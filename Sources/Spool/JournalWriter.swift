internal import Linux
package import MKDSCore
internal import Synchronization

/// The writing side of a spool directory: entries from any thread become durable, in order, within 100 ms.
///
/// It owns one thread and, by a lock, the directory. What it does when the disk is full is in ``PendingEntries`` and
/// docs/design/spool.md.
package final class JournalWriter: Sendable {
    private let shared: JournalWriterState
    private let thread: NamedThread

    /// Takes the directory (waiting for a dying predecessor up to ``SpoolConfiguration/lockTimeout``), repairs what a
    /// crash left, and makes `.captureStarted` the first entry of a new file. Blocks: not for the cooperative pool.
    ///
    /// A full disk is no error here: the writer starts, says so in ``status``, and tries on.
    package init(
        directory: String, configuration: SpoolConfiguration = SpoolConfiguration(), version: String,
        now: @Sendable () -> UTCTime
    ) throws(SpoolError) {
        let output = try JournalOutput(directory: directory, configuration: configuration)
        let shared = try JournalWriterState(memoryLimit: configuration.memoryLimit)
        shared.append(.captureStarted(CaptureStart(time: now(), version: version)))
        let loop = JournalWriterLoop(output: output, shared: shared, configuration: configuration)
        loop.cycle()
        self.shared = shared
        do throws(SystemError) {
            thread = try NamedThread(name: "journal") { loop.run() }
        } catch {
            throw SpoolError(error)
        }
    }

    /// Hands over an entry; never waits for the disk. After ``close()`` it is refused and counted as dropped.
    package func append(_ record: JournalRecord) {
        shared.append(record)
    }

    package var status: JournalStatus { shared.status }

    /// Waits, blocking the thread, until all that was appended is durable. False when the time was over first.
    @discardableResult
    package func sync(upTo limit: Duration) -> Bool {
        shared.wait(upTo: limit) { $0.unsyncedEntries == 0 }
    }

    /// Waits, blocking the thread, until ``status`` meets a condition. False when the time was over first.
    @discardableResult
    package func wait(upTo limit: Duration, until condition: (JournalStatus) -> Bool) -> Bool {
        shared.wait(upTo: limit, until: condition)
    }

    /// Writes and syncs what waits and gives the directory free. When the disk takes nothing for a few seconds it gives
    /// up; ``status`` then says how many entries were not saved.
    package func close() {
        shared.requestClose()
        thread.join()
    }

    deinit {
        close()
    }
}

/// What the appending threads and the journal's thread share.
final class JournalWriterState: Sendable {
    private struct State {
        var pending: PendingEntries
        var status = JournalStatus()
        /// Taken for writing, or written and not yet synced.
        var outstanding = 0
        var appended = 0
        /// The bell was rung since the journal's thread last took entries.
        var rung = false
        var closing = false
        var closed = false
    }

    private let state: Mutex<State>
    /// Wakes the journal's thread.
    private let bell: WakeCounter
    /// Wakes threads that wait for a change of the status.
    private let statusBell: WakeCounter
    private let eagerCount: Int

    init(memoryLimit: Int) throws(SpoolError) {
        bell = try .forSpool()
        statusBell = try .forSpool()
        state = Mutex(State(pending: PendingEntries(limit: memoryLimit)))
        eagerCount = max(1, memoryLimit / 4)
    }

    // MARK: - Appending threads

    func append(_ record: JournalRecord) {
        let ring = state.withLock { state in
            guard !state.closed else {
                state.status.droppedEvents += 1
                return false
            }
            state.appended += 1
            state.pending.append(record)
            defer { state.rung = true }
            return !state.rung || state.pending.count == eagerCount
        }
        if ring { bell.signal() }
    }

    var status: JournalStatus {
        state.withLock { state in
            var status = state.status
            status.unsyncedEntries = state.pending.count + state.outstanding
            status.coalescedEntries = state.pending.coalescedCount
            status.droppedFacts = state.pending.droppedFacts
            status.droppedEvents += state.pending.droppedEvents
            return status
        }
    }

    func requestClose() {
        state.withLock { $0.closing = true }
        bell.signal()
    }

    func wait(upTo limit: Duration, until condition: (JournalStatus) -> Bool) -> Bool {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while !condition(status) {
            let rest = deadline - clock.now
            guard rest > .zero else { return false }
            // Several may wait and one of them take the signal, so none waits long.
            statusBell.wait(upTo: min(rest, .milliseconds(20)))
        }
        return true
    }

    // MARK: - The journal's thread

    /// Waits until rung; returns whether closing was asked for.
    func wait(upTo limit: Duration?) -> Bool {
        bell.wait(upTo: limit)
        return state.withLock { $0.closing }
    }

    func take(_ limit: Int, withoutRuns: Bool) -> [PendingEntries.Entry] {
        state.withLock { state in
            state.rung = false
            let entries = state.pending.take(limit, withoutRuns: withoutRuns)
            state.outstanding += entries.count
            return entries
        }
    }

    func putBack(_ entries: ArraySlice<PendingEntries.Entry>) {
        state.withLock { state in
            state.outstanding -= entries.count
            state.pending.putBack(entries)
        }
    }

    func synced(_ count: Int, upTo position: JournalPosition) {
        state.withLock { state in
            state.outstanding -= count
            state.status.syncedEntries += count
            state.status.syncedPosition = position
        }
        statusBell.signal()
    }

    func setTrouble(_ trouble: String?) {
        state.withLock { state in
            state.status.trouble = trouble
            state.pending.coalescing = trouble != nil
        }
        statusBell.signal()
    }

    func setClosed() {
        state.withLock { $0.closed = true }
    }
}
