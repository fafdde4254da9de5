import FoundationEssentials
import Glibc
import QueryAPI
import TestMedia

/// A built mkdsd with a private cluster in a directory of its own, run as an ordinary user even when the tests are root.
final class DaemonUnderTest {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// What this machine lacks for it; nil when nothing.
    static let missing: String? = {
        let isRoot = geteuid() == 0
        if !Clip.isAvailable { return "needs the program ffmpeg" }
        if isRoot, !Program.exists("setpriv") { return "needs the program setpriv" }
        if isRoot, getpwnam("postgres") == nil { return "needs the user postgres" }
        let installed = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        if !installed.contains(where: { Int($0) ?? 0 >= 15 }) { return "needs PostgreSQL 15 or newer" }
        return nil
    }()

    let directory: TemporaryDirectory
    let notifications: DatagramSocket
    private(set) var pid: pid_t = 0
    private var starts = 0
    /// The section `database` of the settings; nil for a private cluster.
    private let database: String?
    /// Further sections of the settings.
    private let sections: String

    /// - Parameters:
    ///   - database: The section `database` of the settings; nil for a private cluster.
    ///   - credentials: Content of each credential by its name.
    ///   - sections: Further sections, each a line.
    /// - Throws: When a file of the test cannot be made.
    init(database: String? = nil, credentials: [String: String] = [:], sections: String = "") throws {
        self.database = database
        self.sections = sections
        directory = try TemporaryDirectory()
        let path = directory.path
        try Program.run(["chmod", "755", path])
        try Program.run(["mkdir", path + "/bin", path + "/credentials"])
        let build = try Self.buildDirectory()
        for program in ["mkdsd", "mkds-capture", "mkdsctl"] {
            try Program.run(["cp", "-L", "\(build)/\(program)", path + "/bin/"])
        }
        try Clip(seconds: 8, movement: 1...7, frameRate: 10, keyframeEvery: 10).write(.h264, to: path + "/clip.mp4")
        notifications = try DatagramSocket(path: path + "/notify")
        try write(settings(), to: "mkdsd.yaml")
        try write(Self.area, to: "area.json")
        try write(
            "id,name,owner,purpose_class,legal_basis,url,mast_lon,mast_lat,retention\n"
                + "k1,Dobrovského,Plzeň,MKDS,553/1991 § 24b,file://\(path)/clip.mp4,13.3776,49.7475,30 d\n",
            to: "cameras.csv")
        for (name, content) in credentials {
            try write(content + "\n", to: "credentials/" + name)
            try Program.run(["chmod", "600", "\(path)/credentials/\(name)"])
        }
        if geteuid() == 0 { try Program.run(["chown", "-R", "postgres:postgres", path]) }
    }

    deinit {
        if pid > 0 {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        // What a killed daemon left running.
        if let server = Self.postmaster(in: directory.path + "/state/postgres") { kill(server, SIGQUIT) }
    }

    func settings(level: String = "debug") -> String {
        """
        town: {code: "554791", name: Plzeň}
        state_directory: \(directory.path)/state
        database: \(database ?? privateDatabase)
        query: {socket: \(socket), administrators: {uids: [\(geteuid())]}}
        log: {level: \(level)}
        capture: {credentials_directory: \(directory.path)/credentials, file_directories: [/tmp], networks: [127.0.0.0/8]}
        \(sections)
        """
    }

    private var privateDatabase: String {
        "{private: {directory: \(directory.path)/state/postgres, socket_directory: \(directory.path)/pg}}"
    }

    var socket: String { directory.path + "/q.sock" }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: directory.path + "/" + name))
    }

    // MARK: - Running it

    /// Starts it and waits until it says to systemd that it is ready.
    func start() async throws {
        starts += 1
        let path = directory.path
        var command = "exec "
        if geteuid() == 0 { command += "setpriv --reuid=postgres --regid=postgres --clear-groups " }
        command +=
            "env NOTIFY_SOCKET=\(path)/notify \(path)/bin/mkdsd --config \(path)/mkdsd.yaml 2>\(path)/log\(starts)"
        pid = try Self.spawn(["/bin/sh", "-c", command])
        try await until("ready") { notifications.received.contains("READY=1") }
    }

    /// Everything it logged since its last start.
    var log: String {
        (try? String(contentsOf: URL(filePath: "\(directory.path)/log\(starts)"), encoding: .utf8)) ?? ""
    }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for its end; its exit status, or 128 + signal.
    func waitForEnd() async throws -> Int32 {
        var status: Int32 = 0
        try await until("end") { waitpid(pid, &status, WNOHANG) == pid }
        pid = 0
        let signal = status & 0x7f
        return signal == 0 ? status >> 8 & 0xff : 128 + signal
    }

    /// Runs mkdsctl and returns its output.
    @discardableResult
    func ctl(_ arguments: String...) throws -> String {
        try Program.run(["\(directory.path)/bin/mkdsctl"] + arguments + ["--lang", "en", "--socket", socket])
    }

    /// Runs a program as the user the daemon runs as, in a shell, and returns its output and errors and a last line
    /// `status N`.
    func shell(_ command: String) throws -> String {
        let user = geteuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
        return try Program.run(user + ["/bin/sh", "-c", "{ \(command); } 2>&1; echo status $?"])
    }

    /// A line of a camera list.
    struct ListedCamera {
        var id: String
        var url: String
        /// Name of a credential.
        var credential = ""
        /// Address of its ONVIF device service.
        var onvif = ""
    }

    /// Writes a camera list with a line for each camera and imports it.
    func importCameras(_ cameras: [ListedCamera]) throws {
        let lines = cameras.map { camera in
            "\(camera.id),Kamera \(camera.id),Plzeň,MKDS,553/1991 § 24b,\(camera.url),\(camera.credential),"
                + "\(camera.onvif),13.3776,49.7475,30 d\n"
        }
        let titles = "id,name,owner,purpose_class,legal_basis,url,credential,onvif,mast_lon,mast_lat,retention\n"
        try write(titles + lines.joined(), to: "list.csv")
        try ctl("cameras", "import", directory.path + "/list.csv")
    }

    /// What mkdsctl says of the daemon's health, whatever its exit status.
    func health(language: String = "en") throws -> String {
        try Program.run([
            "/bin/sh", "-c",
            "\(directory.path)/bin/mkdsctl health --lang \(language) --socket \(socket) 2>&1 || true",
        ])
    }

    /// Events as the query socket gives them, newest first.
    func events(_ arguments: String...) throws -> [EventResource] {
        let text = try Program.run(
            ["\(directory.path)/bin/mkdsctl", "events", "list", "--json", "--limit", "1000"] + arguments
                + ["--lang", "en", "--socket", socket])
        return try JSONDecoder().decode(Page<EventResource>.self, from: Data(text.utf8)).items
    }

    /// Process ids of the running capture processes of this daemon.
    var capturePids: [pid_t] {
        let text =
            (try? Program.run(["/bin/sh", "-c", "pgrep -f '^\(directory.path)/bin/[m]kds-capture' || true"])) ?? ""
        return text.split(separator: "\n").compactMap { pid_t($0) }
    }

    /// Longer than the slowest machine takes for anything, and shorter than the suites' limits, which name nothing.
    private static let patience: Duration = .seconds(400)

    /// Polls until `condition` holds; after a time that means "never" fails with the log's end.
    func until(_ what: String, _ condition: () throws -> Bool) async throws {
        let deadline = ContinuousClock.now + Self.patience
        while try !condition() {
            guard ContinuousClock.now < deadline else {
                // Without the questions this test asked again and again.
                let lines = log.split(separator: "\n").filter { !$0.contains("INFO mkdsd.query: query ") }
                let end = lines.suffix(30).joined(separator: "\n")
                throw Failure(description: "no \(what) came; the log ends with:\n\(end)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Process id of the PostgreSQL server whose data lies in a directory.
    static func postmaster(in directory: String) -> pid_t? {
        let text = try? String(contentsOf: URL(filePath: directory + "/postmaster.pid"), encoding: .utf8)
        return text?.split(separator: "\n").first.flatMap { pid_t($0) }
    }

    // MARK: - Private parts

    /// The directory of the running test bundle holds the built programs too.
    static func buildDirectory() throws -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let own = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let directory = own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
        guard access(directory + "/mkdsd", X_OK) == 0 else { throw Failure(description: "no mkdsd in \(directory)") }
        return directory
    }

    private static func spawn(_ arguments: [String]) throws -> pid_t {
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child = pid_t()
        let code = posix_spawn(&child, arguments[0], nil, nil, &pointers, environ)
        guard code == 0 else { throw Failure(description: "cannot start \(arguments[0]): \(code)") }
        return child
    }

    private static let area = """
        {"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"12","name":"Okrsek 12"},
        "geometry":{"type":"Polygon","coordinates":[[[13.37,49.74],[13.39,49.74],[13.39,49.76],[13.37,49.76],
        [13.37,49.74]]]}}]}
        """
}

/// The socket systemd would listen on.
final class DatagramSocket {
    private let descriptor: Int32
    private var lines: [String] = []

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw DaemonUnderTest.Failure(description: "cannot bind \(path)") }
    }

    deinit { close(descriptor) }

    /// Every line that came since the last ``forget()``.
    var received: [String] {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return lines }
            lines += String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    func forget() {
        _ = received
        lines = []
    }
}
