internal import Settings

/// What of changed settings takes effect at once and what only after a restart.
enum Reload {
    /// Keys with a different value, by what they need.
    struct Changes: Equatable {
        var applied: [String] = []
        var needRestart: [String] = []
    }

    static func changes(from old: DaemonSettings, to new: DaemonSettings) -> Changes {
        var changes = Changes()
        func compare<Value: Equatable>(_ key: String, _ path: KeyPath<DaemonSettings, Value>, live: Bool) {
            guard old[keyPath: path] != new[keyPath: path] else { return }
            if live { changes.applied.append(key) } else { changes.needRestart.append(key) }
        }
        compare("town", \.town, live: true)
        compare("log.level", \.log.level, live: true)
        compare("capture.group_size", \.capture.groupSize, live: true)
        compare("capture.credentials_directory", \.capture.credentialsDirectory, live: true)
        compare("query.readers", \.query.readers, live: true)
        compare("query.administrators", \.query.administrators, live: true)
        compare("state_directory", \.stateDirectory, live: false)
        compare("database", \.database, live: false)
        compare("spool", \.spool, live: false)
        compare("capture.program", \.capture.program, live: false)
        compare("capture.file_directories", \.capture.fileDirectories, live: false)
        compare("capture.networks", \.capture.networks, live: false)
        compare("query.socket", \.query.socket, live: false)
        compare("query.group", \.query.group, live: false)
        compare("query.connection_limit", \.query.connectionLimit, live: false)
        compare("query.user_connection_limit", \.query.userConnectionLimit, live: false)
        compare("query.live_feed_limit", \.query.liveFeedLimit, live: false)
        compare("query.import_mib", \.query.importMiB, live: false)
        return changes
    }
}
