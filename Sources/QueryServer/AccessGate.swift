internal import QueryAPI
internal import Synchronization

/// Someone who may use the query socket.
struct Principal: Hashable, Sendable {
    var peer: PeerCredentials
    var name: String
    var role: AccessRole

    /// How the register's log names the one who asks.
    var actor: String { "\(name) (uid \(peer.uid))" }
}

/// Decides about every request anew: the policy may have been reloaded, the user may have left a group.
final class AccessGate: Sendable {
    enum Decision: Sendable {
        case admitted(Principal)
        case refused(name: String, Problem)
    }

    private let directory: AccountDirectory
    private let policy: Mutex<AccessPolicy>

    init(policy: AccessPolicy, directory: AccountDirectory) {
        self.policy = Mutex(policy)
        self.directory = directory
    }

    func replacePolicy(_ policy: AccessPolicy) {
        self.policy.withLock { $0 = policy }
    }

    func decide(_ peer: PeerCredentials?) async -> Decision {
        guard let peer else {
            return .refused(
                name: "",
                Problem(
                    .forbidden, detail: "The kernel does not say who you are; use the Unix socket directly.",
                    detailCS: "Jádro systému nesděluje, kdo jste; použijte přímo unixový soket."))
        }
        let account = await directory.account(uid: peer.uid, gid: peer.gid)
        let policy = policy.withLock { $0 }
        guard let role = policy.role(uid: peer.uid, groups: account.groups) else {
            return .refused(name: account.name, Self.refusal(account.name, peer.uid, policy))
        }
        return .admitted(Principal(peer: peer, name: account.name, role: role))
    }

    /// Whether the caller may still ask: for answers that outlast the request they were admitted for.
    func admits(_ principal: Principal) async -> Bool {
        if case .admitted = await decide(principal.peer) { return true }
        return false
    }

    /// Whether the role may do what only administrators may.
    /// - Throws: ``Problem`` of kind `administrators-only`, saying what to do.
    func requireAdministrator(_ principal: Principal) throws(Problem) {
        guard principal.role < .administrator else { return }
        let groups = policy.withLock { $0.administratorGroups.map(\.name) }
        let (way, wayCS) = Self.way(principal.name, groups, key: "administrators")
        throw Problem(
            .administratorsOnly,
            detail: "User \(principal.actor) may ask but neither change the register nor probe cameras. \(way)",
            detailCS: "Uživatel \(principal.actor) se smí ptát, ale nesmí měnit evidenci ani zkoušet kamery. \(wayCS)")
    }

    private static func refusal(_ name: String, _ uid: UInt32, _ policy: AccessPolicy) -> Problem {
        let (way, wayCS) = way(name, policy.readerGroups.map(\.name), key: "readers")
        return Problem(
            .forbidden, detail: "User \(name) (uid \(uid)) may not use the query socket. \(way)",
            detailCS: "Uživatel \(name) (uid \(uid)) nesmí používat dotazovací soket. \(wayCS)")
    }

    private static func way(_ name: String, _ groups: [String], key: String) -> (String, String) {
        guard let group = groups.first else {
            return (
                "An administrator must name the user or a group of theirs in mkdsd's configuration (\(key)).",
                "Správce musí uživatele nebo jeho skupinu uvést v konfiguraci mkdsd (\(key))."
            )
        }
        return (
            "An administrator can add the user to a group that may: adduser \(name) \(group)",
            "Správce může uživatele přidat do skupiny, která smí: adduser \(name) \(group)"
        )
    }
}
