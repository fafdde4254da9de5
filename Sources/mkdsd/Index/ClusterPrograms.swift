internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import Settings

/// Finds PostgreSQL's programs where Debian puts them.
enum ClusterPrograms {
    private static let debianDirectory = "/usr/lib/postgresql"

    /// The configured directory; else that of the version which made the cluster; else of the newest installed.
    static func directory(_ settings: DaemonSettings.PrivateCluster) throws(ClusterError) -> String {
        if let directory = settings.programDirectory { return try checked(directory) }
        if let bytes = try? StateFile.read(settings.directory + "/PG_VERSION", byteLimit: 64) {
            let version = String(decoding: bytes, as: UTF8.self).filter { $0.isNumber || $0 == "." }
            return try checked("\(debianDirectory)/\(version)/bin")
        }
        let installed = (try? FileManager.default.contentsOfDirectory(atPath: debianDirectory)) ?? []
        guard let newest = installed.compactMap({ Int($0) }).filter({ $0 >= 15 }).max() else {
            throw ClusterError(
                description: "no PostgreSQL 15 or newer in \(debianDirectory): install the packages postgresql and "
                    + "postgresql-15-postgis-3, or set database.private.program_directory or database.url")
        }
        return try checked("\(debianDirectory)/\(newest)/bin")
    }

    private static func checked(_ directory: String) throws(ClusterError) -> String {
        for program in ["initdb", "postgres"] where access("\(directory)/\(program)", X_OK) != 0 {
            throw ClusterError(description: "\(directory)/\(program) is missing or may not be run")
        }
        return directory
    }
}

/// PostgreSQL's log lines as records of ours.
enum ClusterLog {
    /// `WARNING:  text` becomes its level and text. What goes well is for an engineer only; failures of
    /// single statements are the asker's matter, and told by whoever asked, so `ERROR` and `FATAL` are no alarm here.
    static func parse(_ line: String) -> (Logger.Level, String) {
        guard let colon = line.firstIndex(of: ":") else { return (.debug, line) }
        let text = String(line[line.index(after: colon)...].drop { $0 == " " })
        return switch line[..<colon] {
        case "LOG", "INFO", "NOTICE": (.debug, text)
        case "ERROR", "FATAL": (.info, text)
        case "WARNING": (.warning, text)
        case "PANIC": (.error, text)
        default: (.debug, line)
        }
    }
}
