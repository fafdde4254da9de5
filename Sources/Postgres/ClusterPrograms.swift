internal import Glibc

/// One installation of PostgreSQL's server programs.
struct ClusterPrograms: Hashable, Sendable {
    var directory: String
    var majorVersion: Int

    static let oldestVersion = 15

    var postgres: String { directory + "/postgres" }
    var initdb: String { directory + "/initdb" }

    /// The installation fit for a data directory: of its own version when there is one already, else the newest.
    static func find(in directory: String?, forDataOfVersion wanted: Int?) throws(PostgresError) -> ClusterPrograms {
        let places = directory.map { [$0] } ?? debianDirectories() + searchPath()
        var found: [ClusterPrograms] = []
        for place in places where access(place + "/postgres", X_OK) == 0 && access(place + "/initdb", X_OK) == 0 {
            if let version = version(of: place + "/postgres") {
                found.append(ClusterPrograms(directory: place, majorVersion: version))
            }
        }
        let usable = found.filter { $0.majorVersion >= oldestVersion }.sorted { $0.majorVersion > $1.majorVersion }
        guard let newest = usable.first else {
            let seen = found.map { "\($0.majorVersion) in \($0.directory)" }.joined(separator: ", ")
            throw PostgresError(
                .cluster,
                "PostgreSQL \(oldestVersion) or newer is needed (\(seen.isEmpty ? "none found" : "found \(seen)")); "
                    + "install the packages postgresql and postgresql-postgis, or set database.url")
        }
        guard let wanted else { return newest }
        guard let matching = usable.first(where: { $0.majorVersion == wanted }) else {
            throw PostgresError(
                .cluster,
                "the data directory is of PostgreSQL \(wanted), installed is \(newest.majorVersion). Install "
                    + "postgresql-\(wanted) again, or carry the data over with pg_upgrade, or dump and restore it")
        }
        return matching
    }

    private static func debianDirectories() -> [String] {
        let root = "/usr/lib/postgresql"
        guard let handle = opendir(root) else { return [] }
        defer { closedir(handle) }
        var directories: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if Int(name) != nil { directories.append("\(root)/\(name)/bin") }
        }
        return directories.sorted()
    }

    private static func searchPath() -> [String] {
        guard let path = getenv("PATH") else { return [] }
        return String(cString: path).split(separator: ":").map(String.init)
    }

    /// The major version a `postgres` program says it has: `postgres (PostgreSQL) 15.20 (Debian …)`.
    private static func version(of program: String) -> Int? {
        guard let stream = popen("'\(program.replacing("'", with: "'\\''"))' --version 2>/dev/null", "re") else {
            return nil
        }
        defer { pclose(stream) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, Int32(line.count), stream) != nil else { return nil }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.split(separator: " ").dropFirst(2).first.flatMap { Int($0.prefix { $0.isNumber }) }
    }
}
