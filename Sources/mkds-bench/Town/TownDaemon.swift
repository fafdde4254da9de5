import ArgumentParser
import FoundationEssentials
import Glibc
import QueryAPI
import TestMedia

/// A mkdsd with a private cluster in a directory of its own, as an ordinary user even when the measurement is root's.
final class TownDaemon {
    let directory: TemporaryDirectory
    let program: Program
    private static let user =
        geteuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []

    /// Starts it, from the programs beside this one, and waits until it answers.
    ///
    /// - Parameter niceness: As for nice(1).
    /// - Throws: When it cannot be started or does not answer within two minutes.
    init(niceness: Int) throws {
        directory = try TemporaryDirectory()
        let path = directory.path
        try Program.run(["chmod", "755", path])
        try Program.run(["mkdir", path + "/bin", path + "/run"])
        for name in ["mkdsd", "mkds-capture", "mkdsctl"] {
            try Program.run(["cp", "-L", try Program.product(name), path + "/bin/"])
        }
        let settings = """
            town: {code: "554791", name: Plzeň}
            state_directory: \(path)/run/state
            database: {private: {directory: \(path)/run/state/postgres, socket_directory: \(path)/run/pg}}
            spool: {directory: \(path)/run/spool}
            capture: {credentials_directory: /nonexistent, networks: [127.0.0.0/8]}
            query: {socket: \(path)/run/query.sock, administrators: {uids: [\(geteuid())]}}

            """
        _ = try directory.write(settings.utf8, to: "mkdsd.yaml")
        if geteuid() == 0 { try Program.run(["chown", "-R", "postgres:postgres", path]) }
        let command = "cd \(path)/run && exec \(path)/bin/mkdsd run --config \(path)/mkdsd.yaml 2>\(path)/run/log"
        program = try Program(["nice", "-n", "\(niceness)"] + Self.user + ["/bin/sh", "-c", command])
        let asking = "exec \(path)/bin/mkdsctl areas list --json --socket \(path)/run/query.sock >/dev/null 2>&1"
        for _ in 0..<600 {
            if (try? Program.run(["/bin/sh", "-c", asking])) != nil { return }
            usleep(200_000)
        }
        throw ValidationError("mkdsd does not answer; it says:\n" + logEnd())
    }

    /// Output of mkdsctl.
    @discardableResult
    func ctl(_ arguments: [String]) throws -> String {
        try Program.run(
            ["\(directory.path)/bin/mkdsctl"] + arguments
                + ["--lang", "en", "--socket", "\(directory.path)/run/query.sock"])
    }

    /// Rows of a query as the database's owner sees them, their columns apart by `|`.
    func rows(_ query: String) throws -> [[Substring]] {
        let text = try Program.run(
            Self.user + [
                "psql", "-X", "-At", "-h", "\(directory.path)/run/pg", "-d", "mkds", "-U", "mkds", "-c", query,
            ])
        return text.split(separator: "\n").map { $0.split(separator: "|", omittingEmptySubsequences: false) }
    }

    /// States of its cameras.
    func cameras() throws -> [CameraResource] {
        try JSONDecoder().decode(Page<CameraResource>.self, from: Data(ctl(["cameras", "list", "--json"]).utf8)).items
    }

    func logEnd() -> String {
        let text = (try? String(contentsOf: URL(filePath: "\(directory.path)/run/log"), encoding: .utf8)) ?? ""
        return String(text.suffix(4_000))
    }

    /// Asks it to end and waits.
    func stop() -> Int32 {
        program.terminate()
        return program.waitForExit()
    }
}
