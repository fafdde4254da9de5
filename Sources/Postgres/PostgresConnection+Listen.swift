internal import CLibpq

/// One NOTIFY as it arrived.
package struct PostgresNotification: Hashable, Sendable {
    package var channel: String
    package var payload: String

    package init(channel: String, payload: String) {
        self.channel = channel
        self.payload = payload
    }
}

extension PostgresConnection {
    /// Subscribes this connection to a channel until it is closed.
    package func listen(_ channel: String) throws(PostgresError) {
        try execute("LISTEN \(Self.quoted(identifier: channel))")
    }

    /// Waits for notifications: returns as soon as there are some, or empty when `duration` passed.
    ///
    /// - Throws: code `cancelled` when the task was cancelled, `connection` when the server is gone.
    package nonisolated func notifications(waitingUpTo duration: Duration) async throws -> [PostgresNotification] {
        try await run { connection in try connection.receive(waitingUpTo: duration) }
    }

    private func receive(waitingUpTo duration: Duration) throws(PostgresError) -> [PostgresNotification] {
        let limit = ContinuousClock.now + duration
        while true {
            guard PQconsumeInput(try usable("LISTEN")) == 1 else { throw connectionError("LISTEN") }
            let received = takeNotifications()
            if !received.isEmpty { return received }
            switch wait(forWriting: false, until: limit, cancellable: true) {
            case .ready: break
            case .deadline: return []
            case .cancelled: throw PostgresError(.cancelled, "cancelled", during: "LISTEN")
            }
        }
    }

    /// Notifications that arrived along with other answers, without waiting.
    package func takeNotifications() -> [PostgresNotification] {
        guard let handle else { return [] }
        var received: [PostgresNotification] = []
        while let notification = PQnotifies(handle) {
            received.append(
                PostgresNotification(
                    channel: String(cString: notification.pointee.relname),
                    payload: String(cString: notification.pointee.extra)))
            PQfreemem(notification)
        }
        return received
    }
}
