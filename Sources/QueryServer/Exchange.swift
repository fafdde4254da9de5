internal import Logging
internal import NIOCore
internal import Synchronization

/// One request and its answer, as the access log tells it.
final class Exchange: Sendable {
    private struct State {
        var filter = ""
        var rows = 0
        var bytes = 0
        var outcome: String?
    }

    let channel: any Channel
    private let state = Mutex(State())

    init(channel: any Channel) {
        self.channel = channel
    }

    /// What was asked, rebuilt from what was understood, so that it holds nothing but known parameters.
    func note(filter: String) { state.withLock { $0.filter = filter } }

    func add(rows: Int) { state.withLock { $0.rows += rows } }

    func add(bytes: Int) { state.withLock { $0.bytes += bytes } }

    /// How it ended when not by itself: `client-gone`, `database-lost`, …
    func note(outcome: String) { state.withLock { $0.outcome = outcome } }

    var rows: Int { state.withLock { $0.rows } }

    /// What the log line says beyond who, path and status.
    var metadata: Logger.Metadata {
        let state = state.withLock { $0 }
        var metadata: Logger.Metadata = ["rows": "\(state.rows)", "bytes": "\(state.bytes)"]
        if !state.filter.isEmpty { metadata["filter"] = "\(state.filter)" }
        if let outcome = state.outcome { metadata["outcome"] = "\(outcome)" }
        return metadata
    }

    /// Waits until the event loop has taken what was written and a full socket makes the next write wait.
    ///
    /// Without it a producer on another thread runs megabytes ahead of a stalled client.
    func settle() async throws {
        try await channel.eventLoop.submit {}.get()
    }
}
