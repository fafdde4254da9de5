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

    /// Connections beyond the limit that are still told why.
    static let surplusLimit = 64

    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var byUser: [UInt32: Int] = [:]
    }

    private let limits: QueryServerConfiguration.Limits
    private let state = Mutex(State())

    init(limits: QueryServerConfiguration.Limits) {
        self.limits = limits
    }

    /// Takes the connection in; every answer but `rejected` must be followed by ``leave(_:uid:)``.
    func enter(_ channel: any Channel, uid: UInt32?) -> Admission {
        state.withLock { state in
            guard state.channels.count < limits.connections + Self.surplusLimit else { return .rejected }
            let ofUser = uid.map { state.byUser[$0, default: 0] } ?? 0
            let isWelcome = state.channels.count < limits.connections && ofUser < limits.connectionsPerUser
            state.channels[ObjectIdentifier(channel)] = channel
            if let uid { state.byUser[uid] = ofUser + 1 }
            return isWelcome ? .welcome : .surplus
        }
    }

    func leave(_ channel: any Channel, uid: UInt32?) {
        state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = nil
            if let uid {
                let rest = state.byUser[uid, default: 1] - 1
                state.byUser[uid] = rest > 0 ? rest : nil
            }
        }
    }

    var count: Int { state.withLock { $0.channels.count } }

    func closeAll() {
        let channels = state.withLock { Array($0.channels.values) }
        for channel in channels { channel.close(promise: nil) }
    }
}
