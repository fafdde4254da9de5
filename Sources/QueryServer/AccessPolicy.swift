/// What a caller may do on the query socket.
package enum AccessRole: String, Comparable, Sendable {
    /// May ask.
    case reader
    /// May ask and change the register.
    case administrator

    package static func < (left: AccessRole, right: AccessRole) -> Bool {
        left == .reader && right == .administrator
    }
}

/// Which users and groups may use the query socket. Whoever is not named is refused; root is no exception.
package struct AccessPolicy: Hashable, Sendable {
    /// A user or group, with its name for messages.
    package struct Subject: Hashable, Sendable {
        package var id: UInt32
        package var name: String

        package init(id: UInt32, name: String) {
            self.id = id
            self.name = name
        }
    }

    package var readerUsers: [Subject]
    package var readerGroups: [Subject]
    package var administratorUsers: [Subject]
    package var administratorGroups: [Subject]

    package init(
        readerUsers: [Subject] = [], readerGroups: [Subject] = [], administratorUsers: [Subject] = [],
        administratorGroups: [Subject] = []
    ) {
        self.readerUsers = readerUsers
        self.readerGroups = readerGroups
        self.administratorUsers = administratorUsers
        self.administratorGroups = administratorGroups
    }

    /// The highest role of a user with these groups, nil for one who may not come in.
    package func role(uid: UInt32, groups: some Collection<UInt32>) -> AccessRole? {
        let groups = Set(groups)
        func names(_ users: [Subject], _ among: [Subject]) -> Bool {
            users.contains { $0.id == uid } || among.contains { groups.contains($0.id) }
        }
        if names(administratorUsers, administratorGroups) { return .administrator }
        if names(readerUsers, readerGroups) { return .reader }
        return nil
    }
}

/// The names an ``AccessPolicy`` is made from, as configured: user and group names, or numbers.
package struct AccessRules: Hashable, Sendable {
    package var readerUsers: [String]
    package var readerGroups: [String]
    package var administratorUsers: [String]
    package var administratorGroups: [String]

    /// Unless told otherwise only root may come in, as administrator.
    package init(
        readerUsers: [String] = [], readerGroups: [String] = [], administratorUsers: [String] = ["0"],
        administratorGroups: [String] = []
    ) {
        self.readerUsers = readerUsers
        self.readerGroups = readerGroups
        self.administratorUsers = administratorUsers
        self.administratorGroups = administratorGroups
    }
}
