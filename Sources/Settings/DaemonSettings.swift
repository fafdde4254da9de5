package import MKDSCore

/// Everything an administrator may set about mkdsd, as read from its YAML file. It holds no secret.
package struct DaemonSettings: Hashable, Sendable {
    package var town: Town
    /// What the daemon itself remembers: the private cluster, the list of cameras for a start without database.
    package var stateDirectory: String
    package var database: Database
    package var spool: Spool
    package var capture: Capture
    package var query: Query
    package var log: Log

    package struct Town: Hashable, Sendable {
        /// Code of the obec in RÚIAN, six digits.
        package var code: String
        package var name: String
    }

    package struct Database: Hashable, Sendable {
        /// Connection URL or `key=value` list without a password; nil for a private cluster.
        package var url: String?
        /// Name of the credential that holds the password alone.
        package var passwordCredential: String?
        package var privateCluster: PrivateCluster
    }

    /// A PostgreSQL of mkdsd's own, used when there is no URL.
    package struct PrivateCluster: Hashable, Sendable {
        /// The data directory.
        package var directory: String
        /// Where its Unix socket lies.
        package var socketDirectory: String
        /// Where `initdb` and `postgres` lie; nil for the newest Debian has.
        package var programDirectory: String?
    }

    package struct Spool: Hashable, Sendable {
        package var directory: String
        /// How long journal files stay after the index has them, hours.
        package var keepAcknowledgedHours: Int
        /// Space kept in hand for a full disk, MiB per capture group.
        package var reserveMiB: Int
    }

    package struct Capture: Hashable, Sendable {
        /// The program `mkds-capture`; nil for the one beside mkdsd.
        package var program: String?
        /// Most cameras one capture process may have, 1…32.
        package var groupSize: Int
        /// Files `user:password`, one per credential name.
        package var credentialsDirectory: String
        /// Directories in which the files of `file:///` cameras lie; capture processes may read no others.
        package var fileDirectories: [String]
        /// Where cameras may be; capture processes connect to no other address.
        package var networks: CameraNetworks
    }

    package struct Query: Hashable, Sendable {
        package var socket: String
        /// Group that may connect to the socket at all; nil leaves it to the daemon's own group.
        package var group: String?
        package var readers: Principals
        package var administrators: Principals
        /// Open connections, all users together.
        package var connectionLimit: Int
        /// Open connections of one user.
        package var userConnectionLimit: Int
        /// Live feeds at once.
        package var liveFeedLimit: Int
        /// Size of an imported document, MiB.
        package var importMiB: Int
    }

    /// Who is let in: by number, by user name or by membership in a group.
    package struct Principals: Hashable, Sendable {
        package var uids: [UInt32]
        package var users: [String]
        package var groups: [String]

        package init(uids: [UInt32] = [], users: [String] = [], groups: [String] = []) {
            self.uids = uids
            self.users = users
            self.groups = groups
        }
    }

    package struct Log: Hashable, Sendable {
        package var level: Level

        package enum Level: String, CaseIterable, Sendable {
            case trace, debug, info, notice, warning, error
        }
    }
}
