internal import MKDSCore

/// What the journal's thread does: gather, write, sync; and cope with a full disk.
///
/// - Normal: everything is written, a reserve stands by.
/// - Lean: the disk was full and the reserve became the present file (or there was no room for one). Only events and
///   gaps are written, runs wait in memory, until a new reserve could be set aside.
/// - Blocked: not even that could be written. Everything waits in memory; a try every ``SpoolConfiguration/retryInterval``.
///   When the writer is closed now, a second reserve takes it.
final class JournalWriterLoop {
    private enum Mode { case normal, lean, blocked }

    private let output: JournalOutput
    private let shared: JournalWriterState
    private let configuration: SpoolConfiguration
    private var mode = Mode.normal
    private var isClosing = false
    /// Written to the present file and not yet synced.
    private var written = 0
    /// No try to set aside a new reserve before this moment.
    private var nextReserveTry = ContinuousClock.now

    private static let entriesPerWrite = 1024
    private static let closeTimeout = Duration.seconds(3)

    init(output: JournalOutput, shared: JournalWriterState, configuration: SpoolConfiguration) {
        self.output = output
        self.shared = shared
        self.configuration = configuration
    }

    func run() {
        while true {
            var closing = shared.wait(upTo: mode == .normal ? nil : configuration.retryInterval)
            // Others may follow soon: one sync for all of them.
            if !closing { closing = shared.wait(upTo: configuration.syncInterval) }
            if closing { break }
            cycle()
        }
        closeDown()
    }

    /// Writes and syncs all that may be written now.
    func cycle() {
        let lean = mode != .normal
        writePending(withoutRuns: lean)
        if mode == .lean || mode == .normal && !output.hasAllReserves { restoreReserves() }
        // What was held back must not wait for the next entry.
        if lean && mode == .normal { writePending(withoutRuns: false) }
    }

    private func writePending(withoutRuns: Bool) {
        var withoutRuns = withoutRuns
        while true {
            let entries = shared.take(Self.entriesPerWrite, withoutRuns: withoutRuns)
            if entries.isEmpty { break }
            var rest = entries[...]
            while !rest.isEmpty {
                do throws(SpoolError) {
                    try prepareFile()
                    let (count, failure) = output.write(rest.map(\.record))
                    rest = rest.dropFirst(count)
                    written += count
                    if let failure { throw failure }
                } catch {
                    syncWritten()
                    withoutRuns = true
                    guard enterReserve(after: error) else {
                        shared.putBack(rest)
                        return
                    }
                    // Runs go back: the reserve is for what must not be lost.
                    shared.putBack(rest)
                    rest = []
                }
            }
        }
        syncWritten()
        if mode == .blocked { enter(.lean, "space is short: only events are written until the reserve is restored") }
    }

    private func prepareFile() throws(SpoolError) {
        guard output.wantsNextFile else { return }
        syncWritten()
        try output.openNext()
    }

    private func syncWritten() {
        guard written > 0 else { return }
        output.sync()
        shared.synced(written, upTo: output.position)
        written = 0
    }

    /// Goes on in a reserve when there is one. False when nothing can be written now.
    private func enterReserve(after error: SpoolError) -> Bool {
        let usable: [JournalOutput.Reserve] = isClosing ? [.lean, .closing] : [.lean]
        if error.code == .diskFull, let reserve = usable.first(where: output.has) {
            do throws(SpoolError) {
                try output.openNext(from: reserve)
                enter(.lean, "\(error); events go into the reserve")
                return true
            } catch {
                enter(.blocked, "\(error); entries wait in memory")
                return false
            }
        }
        enter(.blocked, "\(error); entries wait in memory")
        return false
    }

    private func restoreReserves() {
        guard ContinuousClock.now >= nextReserveTry else { return }
        nextReserveTry = ContinuousClock.now + configuration.retryInterval
        do throws(SpoolError) {
            try output.makeReserves()
            if mode != .normal { enter(.normal, nil) }
        } catch {
            enter(.lean, "\(error); only events are written")
        }
    }

    private func enter(_ mode: Mode, _ trouble: String?) {
        self.mode = mode
        shared.setTrouble(trouble)
    }

    private func closeDown() {
        let clock = ContinuousClock()
        let deadline = clock.now + Self.closeTimeout
        isClosing = true
        repeat {
            writePending(withoutRuns: false)
            if shared.status.unsyncedEntries == 0 { break }
            _ = shared.wait(upTo: min(configuration.retryInterval, .milliseconds(100)))
        } while clock.now < deadline
        shared.setClosed()
    }
}
