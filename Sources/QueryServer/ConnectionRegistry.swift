internal import NIOCore
internal import Synchronization

/// Counts open connections, all and by user, and knows their channels so that a late one can be cut off at the end.
final class ConnectionRegistry: Sendable {
    enum Admission: Sendable {
        case welcome
        /// Over the limit: answer with a problem.
        case surplus
        /// Far over it: close at once.
        case rejected
    }

    /// Connections beyond the limit that are still told why, of all and of one user. They take no place of the others:
    /// one user cannot fill the server by going on after the limit.
    static let surplusLimit = 64
    static let surplusLimitPerUser = 8

    private struct Entry {
        var channel: any Channel
        var uid: UInt32?
        var isWelcome: Bool
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]

        func count(isWelcome: Bool, uid: UInt32? = nil) -> Int {
            entries.values.count { $0.isWelcome == isWelcome && (uid == nil || $0.uid == uid) }
        }
    }

    private let limits: QueryServerConfiguration.Limits
    private let state = Mutex(State())

    init(limits: QueryServerConfiguration.Limits) {
        self.limits = limits
    }

    /// Takes the connection in; every answer but `rejected` must be followed by ``leave(_:)``.
    func enter(_ channel: any Channel, uid: UInt32?) -> Admission {
        state.withLock { state in
            let isWelcome =
                state.count(isWelcome: true) < limits.connections
                && (uid == nil || state.count(isWelcome: true, uid: uid) < limits.connectionsPerUser)
            guard
                isWelcome
                    || state.count(isWelcome: false) < Self.surplusLimit
                        && (uid == nil || state.count(isWelcome: false, uid: uid) < Self.surplusLimitPerUser)
            else { return .rejected }
            state.entries[ObjectIdentifier(channel)] = Entry(channel: channel, uid: uid, isWelcome: isWelcome)
            return isWelcome ? .welcome : .surplus
        }
    }

    func leave(_ channel: any Channel) {
        state.withLock { $0.entries[ObjectIdentifier(channel)] = nil }
    }

    var count: Int { state.withLock { $0.entries.count } }

    func closeAll() {
        let channels = state.withLock { $0.entries.values.map(\.channel) }
        for channel in channels { channel.close(promise: nil) }
    }
}
