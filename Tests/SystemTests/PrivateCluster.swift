import CLinux
import EventIndex
import FoundationEssentials
import Glibc
import MKDSCore
import Postgres
import Spool
import Testing

/// A PostgreSQL cluster of one test: a directory of its own, a Unix socket, fsync on. It can be killed and comes back.
final class PrivateCluster {
    let directory: String
    private let log: String
    private let password: String?
    private var server: ChildProcess?
    private static let programs = "/usr/lib/postgresql/15/bin"

    static var isPossible: Bool { access("\(programs)/postgres", X_OK) == 0 }
    static let skipReason: Comment = "Debian's postgresql-15 is not installed"

    /// Makes the cluster and starts it. With a password nobody gets in without it.
    init(in directory: String, password: String? = nil) throws {
        self.directory = directory
        self.password = password
        log = directory + "/postgres.log"
        guard mkdir(directory, 0o700) == 0 else { throw ChildProcess.Failure(description: "cannot make \(directory)") }
        if geteuid() == 0 {
            guard let user = getpwnam("postgres"), chown(directory, user.pointee.pw_uid, user.pointee.pw_gid) == 0
            else {
                throw ChildProcess.Failure(description: "no user postgres to run the server as")
            }
        }
        var access = ["-A", "trust"]
        if let password {
            let file = directory + "/password"
            try (password + "\n").write(toFile: file, atomically: false, encoding: .utf8)
            access = ["-A", "scram-sha-256", "--pwfile", file]
        }
        let initialise = try Self.start(
            "initdb",
            ["-D", directory + "/data", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C"] + access, log: log)
        guard initialise.finish() == 0 else { throw ChildProcess.Failure(description: "initdb failed: see \(log)") }
        try start()
    }

    var conninfo: String {
        "host=\(directory) user=postgres dbname=postgres" + (password.map { " password=\($0)" } ?? "")
    }

    /// Starts the server; when it cannot start yet, because those of a killed one still end, the next ``restartIfDead()`` does.
    private func start() throws {
        server = try Self.start(
            "postgres",
            ["-D", directory + "/data", "-c", "listen_addresses=", "-c", "unix_socket_directories=\(directory)"],
            log: log)
    }

    func restartIfDead() throws {
        if server?.isRunning != true { try start() }
    }

    /// Kills the whole server at once, or one of its processes, upon which it restarts itself.
    func kill(onlyOneBackend: Bool) throws {
        guard let server else { return }
        if onlyOneBackend, let backend = server.children.randomElement() {
            Glibc.kill(backend, SIGKILL)
        } else {
            server.kill()
        }
    }

    /// A root shell starts the server as the user postgres, since it refuses to run as root.
    private static func start(_ program: String, _ arguments: [String], log: String) throws -> ChildProcess {
        let path = "\(programs)/\(program)"
        guard geteuid() == 0 else { return try ChildProcess(path, arguments, log: log) }
        let identity = ["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
        return try ChildProcess("/usr/bin/setpriv", identity + [path] + arguments, log: log)
    }

    // MARK: - Waiting

    /// Does something with a connection as soon as the server gives one, again when it breaks off meanwhile.
    func untilAnswered(
        database: String = "postgres", _ body: (PostgresConnection) async throws -> Void
    ) async throws {
        var settings = try IndexConnectionSettings(conninfo)
        settings["dbname"] = database
        while true {
            try restartIfDead()
            do {
                return try await body(try await PostgresConnection.connect(settings, name: "kill-test"))
            } catch is PostgresError {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Until the stored positions are the ends of the journals, which nobody writes any more.
    func untilLoaded(_ spools: [String], database: String = "postgres") async throws {
        for spool in spools {
            let reader = try JournalReader(directory: spool)
            var end: JournalPosition?
            while true {
                let batch = try reader.read(after: end, limit: 10_000)
                if batch.end == end { break }
                end = batch.end
            }
            try await untilAnswered(database: database) { connection in
                while true {
                    let row = try await connection.query(
                        "SELECT file, byte_offset FROM mkds.journal_position WHERE spool = $1", [.id(reader.spoolID)]
                    ).first
                    let file = try row?.int("file")
                    let offset = try row?.int("byte_offset")
                    if file == end.map({ Int64($0.file) }) && offset == end.map({ Int64($0.offset) }) { break }
                    try await Task.sleep(for: .milliseconds(50))
                }
                await connection.close()
            }
        }
    }
}
