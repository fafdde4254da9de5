internal import Logging
internal import QueryServer
internal import Settings

// The settings in the words of the parts they are for.

extension DaemonSettings {
    func credentials(systemDirectory: String?) -> CredentialStore {
        CredentialStore(systemDirectory: systemDirectory, directory: capture.credentialsDirectory)
    }
}

extension DaemonSettings.Log {
    var loggerLevel: Logger.Level { Logger.Level(rawValue: level.rawValue) ?? .info }
}

extension DaemonSettings.Query {
    var accessRules: AccessRules {
        AccessRules(
            readerUsers: readers.uids.map { String($0) } + readers.users, readerGroups: readers.groups,
            administratorUsers: administrators.uids.map { String($0) } + administrators.users,
            administratorGroups: administrators.groups)
    }

    var limits: QueryServerConfiguration.Limits {
        var limits = QueryServerConfiguration.Limits()
        limits.connections = connectionLimit
        limits.connectionsPerUser = userConnectionLimit
        limits.streams = liveFeedLimit
        limits.bodyByteCount = importMiB << 20
        return limits
    }
}
