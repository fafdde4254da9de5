internal import MKDSCore

extension DaemonSettings {
    /// Reads `mkdsd.yaml`; blocking. Throws every mistake at once, each with its line and key.
    package static func read(path: String) throws(SettingsError) -> DaemonSettings {
        try read(bytes: SettingsText.read(path), file: path)
    }

    /// Reads the text of a file; `file` is only for messages.
    package static func read(bytes: [UInt8], file: String) throws(SettingsError) -> DaemonSettings {
        let document = try SettingsDocument(bytes: bytes, file: file)
        let settings = read(document.section())
        try document.check()
        return settings
    }

    /// Dotted paths of every key there is, sorted.
    package static var keys: [String] {
        guard let document = try? SettingsDocument(bytes: [], file: "") else { return [] }
        _ = read(document.section())
        return document.keys.sorted()
    }

    private static func read(_ top: SettingsSection) -> DaemonSettings {
        let state = top.text("state_directory", .path) ?? "/var/lib/mkds"
        let settings = DaemonSettings(
            town: town(top.section("town")), stateDirectory: state,
            database: database(top.section("database"), stateDirectory: state),
            spool: spool(top.section("spool"), stateDirectory: state), capture: capture(top.section("capture")),
            query: query(top.section("query")), log: log(top.section("log")))
        top.finish()
        return settings
    }

    private static func town(_ section: SettingsSection) -> Town {
        let code = section.text("code") ?? ""
        if !code.isEmpty, code.utf8.count != 6 || !code.utf8.allSatisfy({ (48...57).contains($0) }) {
            section.report("code", "must be the six digits of the obec in RÚIAN, as in 554791, not \(code.shortened)")
        }
        let name = section.text("name") ?? ""
        if !section.has("code") { section.report("code", "is missing: the six digits of the obec in RÚIAN") }
        if !section.has("name") { section.report("name", "is missing: the name of the town") }
        section.finish()
        return Town(code: code, name: name)
    }

    private static func database(_ section: SettingsSection, stateDirectory: String) -> Database {
        let url = section.text("url", .databaseURL)
        let credential = section.text("password_credential", .fileName)
        let cluster = section.section("private")
        let settings = PrivateCluster(
            directory: cluster.text("directory", .path) ?? stateDirectory + "/postgres",
            socketDirectory: cluster.text("socket_directory", .path) ?? "/run/mkds/postgres",
            programDirectory: cluster.text("program_directory", .path))
        // PostgreSQL names its socket itself and refuses an address longer than the kernel's 107 bytes.
        if settings.socketDirectory.utf8.count > 107 - "/.s.PGSQL.5432".utf8.count {
            cluster.report("socket_directory", "must be at most 93 bytes, so that the socket's address fits 107")
        }
        cluster.finish()
        if section.has("url"), cluster.isPresent {
            section.report("private", "cannot be given together with database.url: the database is one or the other")
        }
        if section.has("password_credential"), !section.has("url") {
            section.report("password_credential", "needs database.url: the private cluster asks for no password")
        }
        section.finish()
        return Database(url: url, passwordCredential: credential, privateCluster: settings)
    }

    private static func spool(_ section: SettingsSection, stateDirectory: String) -> Spool {
        let settings = Spool(
            directory: section.text("directory", .path) ?? stateDirectory + "/spool",
            keepAcknowledgedHours: section.integer("keep_acknowledged_hours", in: 0...720) ?? 24,
            reserveMiB: section.integer("reserve_mib", in: 1...4096) ?? 16)
        section.finish()
        return settings
    }

    private static func capture(_ section: SettingsSection) -> Capture {
        let settings = Capture(
            program: section.text("program", .path), groupSize: section.integer("group_size", in: 1...32) ?? 32,
            credentialsDirectory: section.text("credentials_directory", .path) ?? "/etc/mkds/credentials",
            fileDirectories: section.texts("file_directories", .path, limit: 64) ?? ["/srv"],
            networks: section.texts("networks", .network, limit: CameraNetworks.limit)
                .map { CameraNetworks($0.compactMap { IPNetwork($0) }) } ?? .standard)
        section.finish()
        return settings
    }

    private static func query(_ section: SettingsSection) -> Query {
        let settings = Query(
            socket: section.text("socket", .socketPath) ?? "/run/mkds/query.sock",
            group: section.text("group", .accountName), readers: principals(section.section("readers"), uids: []),
            administrators: principals(section.section("administrators"), uids: [0]),
            connectionLimit: section.integer("connection_limit", in: 1...10_000) ?? 256,
            userConnectionLimit: section.integer("user_connection_limit", in: 1...10_000) ?? 64,
            liveFeedLimit: section.integer("live_feed_limit", in: 1...10_000) ?? 64,
            importMiB: section.integer("import_mib", in: 1...256) ?? 32)
        section.finish()
        return settings
    }

    private static func principals(_ section: SettingsSection, uids standard: [Int]) -> Principals {
        let uids = section.integers("uids", in: 0...4_294_967_294, limit: 1000) ?? standard
        let settings = Principals(
            uids: uids.map(UInt32.init(truncatingIfNeeded:)),
            users: section.texts("users", .accountName, limit: 1000) ?? [],
            groups: section.texts("groups", .accountName, limit: 1000) ?? [])
        section.finish()
        return settings
    }

    private static func log(_ section: SettingsSection) -> Log {
        let settings = Log(level: section.choice("level", Log.Level.self) ?? .info)
        section.finish()
        return settings
    }
}
