import FoundationEssentials
import Glibc
import Postgres
import Testing

/// A private cluster in a temporary directory. Tests that run as root start it as user `postgres`.
struct PostgresClusterFixture {
    let configuration: PrivateClusterConfiguration

    static let isRoot = geteuid() == 0

    /// Why no cluster can be started here, nil when one can.
    static let obstacle: String? = {
        let files = FileManager.default
        let versions = (try? files.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        if !versions.contains(where: { (Int($0) ?? 0) >= 15 }) { return "no PostgreSQL 15 or newer is installed" }
        if isRoot, getpwnam("postgres") == nil { return "runs as root and there is no user postgres to start it as" }
        if isRoot, !files.fileExists(atPath: "/usr/bin/setpriv") { return "runs as root and setpriv is not installed" }
        return nil
    }()
    static let skipReason = Comment(rawValue: obstacle ?? "")

    static func with<T>(_ body: (PostgresClusterFixture) async throws -> T) async throws -> T {
        // Short, because the socket's path must be.
        let directory = "/tmp/mkds-pg-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var configuration = PrivateClusterConfiguration(
            directory: directory + "/data", socketDirectory: directory + "/run")
        configuration.sharedBuffersMiB = 32
        if isRoot, let entry = getpwnam("postgres") {
            configuration.launcher = ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            configuration.accounts = ["root", "postgres"]
            mkdir(configuration.socketDirectory, 0o700)
            for path in [directory, configuration.socketDirectory] {
                chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid)
            }
        }
        let fixture = PostgresClusterFixture(configuration: configuration)
        do {
            let value = try await body(fixture)
            await fixture.killAll()
            return value
        } catch {
            await fixture.killAll()
            throw error
        }
    }

    /// Number of the postmaster as its pid file says.
    var postmaster: pid_t {
        get throws {
            let text = String(
                decoding: try Data(contentsOf: URL(filePath: configuration.directory + "/postmaster.pid")),
                as: UTF8.self)
            return try #require(pid_t(text.prefix { $0 != "\n" }))
        }
    }

    /// So that no server outlives a test that failed.
    private func killAll() async {
        if let number = try? postmaster { kill(number, SIGQUIT) }
    }

    /// Connects, trying until the server is back.
    func connection() async throws -> PostgresConnection {
        let settings = try configuration.connection
        while true {
            do {
                return try await PostgresConnection.connect(settings, name: "test")
            } catch let error as PostgresError where error.code == .connection {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }
}
