internal import Glibc
internal import Linux
internal import Logging
internal import MKDSCore
internal import Postgres
internal import Spool
internal import Synchronization

/// Brings the journals of all spools into the index: one connection, one transaction after another.
///
/// Exactly once: a batch's rows and the journal position behind it commit together, and each transaction first checks
/// that the stored position is the one the batch was read from. While the database is away capture goes on writing; the
/// loader tries again with growing delay, for ever. An entry the database refuses for what it holds is put aside in the
/// spool and counted; it holds up nothing.
package final class Loader: Sendable {
    private struct State {
        var directories: [String]
        var status = LoaderStatus()
    }

    let settings: IndexConnectionSettings
    let configuration: LoaderConfiguration
    let spools = LoaderSpools()
    let logger = Logger(label: "mkds.loader")
    private let state: Mutex<State>

    /// `spools` are spool directories; they are made when missing.
    package init(
        _ settings: IndexConnectionSettings, spools: [String],
        configuration: LoaderConfiguration = LoaderConfiguration()
    ) {
        self.settings = settings
        self.configuration = configuration
        state = Mutex(State(directories: spools))
    }

    package var status: LoaderStatus {
        var status = state.withLock { $0.status }
        status.readerBusySince = spools.busySince
        return status
    }

    /// Replaces the list of spool directories; it takes effect within a second.
    package func setSpools(_ directories: [String]) {
        state.withLock { $0.directories = directories }
    }

    var directories: [String] { state.withLock { $0.directories } }

    func note(_ change: (inout LoaderStatus) -> Void) {
        state.withLock { state in
            state.status.lastStep = .now
            change(&state.status)
        }
    }

    /// Reads a batch; damage in it is logged and counted.
    func read(_ directory: String, after position: JournalPosition?, limit: Int) async throws -> JournalBatch {
        let batch = try await spools.read(directory, after: position, limit: limit)
        guard let first = batch.damages.first else { return batch }
        // One line for all of a batch: a hostile spool must not fill the log.
        logger.error(
            "stretches of journal could not be read; what they held may be lost",
            metadata: [
                "spool": "\(directory)", "stretches": "\(batch.damages.count)", "file": "\(first.position.file)",
                "offset": "\(first.position.offset)", "bytes": "\(first.byteCount)", "reason": "\(first.reason)",
            ])
        note { $0.damages += Int64(batch.damages.count) }
        return batch
    }

    /// Loads until the task is cancelled.
    package func run() async {
        var delay = RetryDelay(longest: configuration.longestDelay)
        var knowsLockRoom = false
        while !Task.isCancelled {
            let began = ContinuousClock.now
            do {
                let connection = try await settings.connect(as: .loader, name: "loader")
                do {
                    if !knowsLockRoom { tell(try await LockRoom.read(connection)) }
                    knowsLockRoom = true
                    var session = try await LoaderSession(self, connection)
                    note { $0.isConnected = true }
                    try await session.run()
                } catch {
                    await connection.close()
                    throw error
                }
            } catch {
                if Task.isCancelled { break }
                tell("\(error)")
            }
            // A session that failed at its first step, as for want of a right, is no success to begin anew from.
            if ContinuousClock.now - began > configuration.longestDelay { delay.reset() }
            do { try await Task.sleep(for: delay.advance()) } catch { break }
        }
        note { $0.isConnected = false }
    }

    private func tell(_ room: LockRoom) {
        guard !room.isEnough else { return }
        logger.warning(
            "the database server has room for few locks; with a year of days, statements will fail for want of them: raise max_locks_per_transaction and restart it",
            metadata: ["max_locks_per_transaction * max_connections": "\(room.locks)", "wanted": "\(LockRoom.wanted)"])
    }

    /// Notes why nothing can be loaded; logs it when it is news.
    private func tell(_ trouble: String) {
        let isNew = state.withLock { state in
            defer {
                state.status.lastStep = .now
                state.status.isConnected = false
                state.status.trouble = trouble
                state.status.awaySince = state.status.awaySince ?? UTCTime.now
            }
            return state.status.trouble != trouble
        }
        if isNew { logger.warning("cannot load into the index", metadata: ["error": "\(trouble)"]) }
    }
}
