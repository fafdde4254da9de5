internal import Glibc
internal import NIOPosix
internal import Synchronization

/// Looks users and groups up (NSS: files, LDAP, …) on a thread of its own, since such a look-up may wait for a network.
///
/// Answers about one user are kept for a short while, so that a removed member of a group loses access soon.
package final class AccountDirectory: Sendable {
    package struct Account: Hashable, Sendable {
        /// The user's name, or the number when it has none.
        package var name: String
        /// Every group the user is a member of now, the given one among them.
        package var groups: [UInt32]
    }

    private struct Remembered {
        var account: Account
        var until: ContinuousClock.Instant
    }

    private struct Key: Hashable {
        var uid: UInt32
        var gid: UInt32
    }

    /// More users at once than this are not remembered.
    private static let memoryLimit = 1024

    private let threads = NIOThreadPool(numberOfThreads: 1)
    private let lifetime: Duration
    private let memory = Mutex<[Key: Remembered]>([:])

    package init(lifetime: Duration = .seconds(10)) {
        self.lifetime = lifetime
        threads.start()
    }

    deinit {
        threads.shutdownGracefully { _ in }
    }

    /// Name and groups of the user who connected with this primary group.
    package func account(uid: UInt32, gid: UInt32) async -> Account {
        let key = Key(uid: uid, gid: gid)
        let now = ContinuousClock.now
        if let known = memory.withLock({ $0[key] }), known.until > now { return known.account }
        // Nobody cancels the pool while self lives; without an answer the user has no name and no further group.
        let found = try? await threads.runIfActive { Self.lookUp(uid: uid, gid: gid) }
        let account = found ?? Account(name: String(uid), groups: [gid])
        memory.withLock { memory in
            if memory.count >= Self.memoryLimit { memory = memory.filter { $0.value.until > now } }
            if memory.count < Self.memoryLimit { memory[key] = Remembered(account: account, until: now + lifetime) }
        }
        return account
    }

    /// Turns configured names into a policy; names that nobody bears are returned beside it and grant nothing.
    package func policy(_ rules: AccessRules) async -> (policy: AccessPolicy, unknown: [String]) {
        let answer = try? await threads.runIfActive {
            var unknown: [String] = []
            func subjects(_ names: [String], _ kind: String, _ find: (String) -> UInt32?) -> [AccessPolicy.Subject] {
                names.compactMap { name in
                    if let id = UInt32(name) ?? find(name) { return AccessPolicy.Subject(id: id, name: name) }
                    unknown.append("\(kind) \(name)")
                    return nil
                }
            }
            let policy = AccessPolicy(
                readerUsers: subjects(rules.readerUsers, "user", Self.uid),
                readerGroups: subjects(rules.readerGroups, "group", Self.gid),
                administratorUsers: subjects(rules.administratorUsers, "user", Self.uid),
                administratorGroups: subjects(rules.administratorGroups, "group", Self.gid))
            return (policy, unknown)
        }
        return answer ?? (AccessPolicy(), [])
    }

    /// The number of a group given by name or number, nil when there is none.
    func groupID(_ name: String) async -> UInt32? {
        if let number = UInt32(name) { return number }
        return try? await threads.runIfActive { Self.gid(name) }
    }

    // MARK: On the look-up thread

    private static let bufferByteCount = 1 << 16

    private static func lookUp(uid: UInt32, gid: UInt32) -> Account {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: bufferByteCount) { buffer in
            guard let memory = buffer.baseAddress,
                getpwuid_r(uid, &entry, memory, buffer.count, &found) == 0, found != nil, let name = entry.pw_name
            else { return Account(name: String(uid), groups: [gid]) }
            return Account(name: String(cString: name), groups: groups(of: name, gid: gid))
        }
    }

    private static func groups(of name: UnsafePointer<CChar>, gid: UInt32) -> [UInt32] {
        var count: Int32 = 64
        while count <= 65_536 {
            var groups = [gid_t](repeating: gid, count: Int(count))
            var needed = count
            if getgrouplist(name, gid, &groups, &needed) >= 0 { return Array(groups.prefix(Int(needed))) }
            count = max(needed, count * 2)
        }
        return [gid]
    }

    private static func uid(_ name: String) -> UInt32? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: bufferByteCount) { buffer in
            guard let memory = buffer.baseAddress,
                getpwnam_r(name, &entry, memory, buffer.count, &found) == 0, found != nil
            else { return nil }
            return entry.pw_uid
        }
    }

    private static func gid(_ name: String) -> UInt32? {
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: bufferByteCount) { buffer in
            guard let memory = buffer.baseAddress,
                getgrnam_r(name, &entry, memory, buffer.count, &found) == 0, found != nil
            else { return nil }
            return entry.gr_gid
        }
    }
}
