internal import Glibc

/// Where and how a private PostgreSQL cluster runs.
package struct PrivateClusterConfiguration: Hashable, Sendable {
    /// The data directory; made when missing. Its parent must exist and be ours.
    package var directory: String
    /// Where the Unix socket lies, mode 0700; made when missing.
    package var socketDirectory: String
    /// Where `initdb` and `postgres` lie; nil to look in `/usr/lib/postgresql/*/bin` and PATH.
    package var programDirectory: String?
    /// The database made in it.
    package var databaseName = "mkds"
    /// Accounts of this machine that may connect; empty means the one we run as.
    package var accounts: [String] = []
    /// Words put before each command, e.g. `/usr/bin/setpriv --reuid=postgres …`: tests that run as root start it that way.
    package var launcher: [String] = []
    /// PostgreSQL's page cache; nil for an eighth of the machine's memory, 128 MiB to 2 GiB.
    package var sharedBuffersMiB: Int?
    /// Longest time the server may take to recover and accept connections.
    package var startLimit: Duration = .seconds(300)

    package init(directory: String, socketDirectory: String) {
        self.directory = directory
        self.socketDirectory = socketDirectory
    }

    /// The one user name inside the database: its owner.
    static let userName = "mkds"
    /// Only part of the socket's name: nothing listens on a network.
    static let port = 5432

    /// How to reach the cluster.
    package var connection: ConnectionSettings {
        get throws(PostgresError) {
            var settings = try ConnectionSettings("")
            settings["host"] = socketDirectory
            settings["port"] = String(Self.port)
            settings["user"] = Self.userName
            settings["dbname"] = databaseName
            return settings
        }
    }

    /// The server's settings, given on its command line so that no file need be edited or merged.
    var serverSettings: [(name: String, value: String)] {
        let memory = Int(sysconf(Int32(_SC_PHYS_PAGES))) / 1024 * Int(sysconf(Int32(_SC_PAGESIZE))) / 1024
        let buffers = sharedBuffersMiB ?? min(2048, max(128, memory / 8))
        return [
            ("listen_addresses", ""), ("port", String(Self.port)),
            ("unix_socket_directories", "\"\(socketDirectory)\""),
            ("unix_socket_permissions", "0700"), ("max_connections", "60"), ("shared_buffers", "\(buffers)MB"),
            // A statement over the partitions of a year takes some thousands of locks out of one table for all.
            ("max_locks_per_transaction", "512"),
            ("effective_cache_size", "\(max(buffers, memory / 2))MB"), ("maintenance_work_mem", "64MB"),
            ("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on"), ("wal_compression", "on"),
            ("max_wal_size", "1GB"), ("checkpoint_timeout", "15min"), ("jit", "off"), ("timezone", "UTC"),
            ("log_timezone", "UTC"), ("logging_collector", "on"), ("log_directory", "log"),
            ("log_filename", "postgresql-%a.log"), ("log_truncate_on_rotation", "on"), ("log_rotation_age", "1d"),
            ("log_rotation_size", "0"), ("log_file_mode", "0600"), ("log_min_messages", "warning"),
            // Values of statements and parameters may be personal data: never in a log.
            ("log_min_error_statement", "panic"), ("log_parameter_max_length", "0"),
            ("log_parameter_max_length_on_error", "0"), ("restart_after_crash", "on"),
        ]
    }

    /// Finds what can never work here, before anything is started: run as root, no PostgreSQL, a socket path too long.
    package func check() throws(PostgresError) {
        guard geteuid() != 0 || !launcher.isEmpty else {
            throw PostgresError(
                .cluster,
                "PostgreSQL refuses to run as root, so mkdsd cannot run its own: start mkdsd as an ordinary user "
                    + "(the service runs as mkds), or name a server in database.url")
        }
        _ = try ClusterPrograms.find(in: programDirectory, forDataOfVersion: nil)
        try checkSocketPath()
    }

    /// A Unix socket's path has 107 bytes; PostgreSQL's own complaint about it is hard to read.
    private func checkSocketPath() throws(PostgresError) {
        let path = "\(socketDirectory)/.s.PGSQL.\(Self.port)"
        guard path.utf8.count <= 107 else {
            throw PostgresError(
                .cluster,
                "the path of the database's socket, \(path), has \(path.utf8.count) bytes; 107 are the limit. "
                    + "Choose a shorter socket directory.")
        }
        guard !socketDirectory.contains("\"") else {
            throw PostgresError(.cluster, "the database's socket directory must not have a quotation mark in its name")
        }
    }
}
