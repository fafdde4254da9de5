internal import Linux
internal import Logging
internal import QueryServer
internal import ServiceLifecycle
internal import Settings
internal import Synchronization
internal import UnixSignals

/// SIGHUP: reads the settings, the cameras and their credentials again.
///
/// A file with mistakes changes nothing; each mistake is logged. What cannot change while the daemon runs is named.
final class ReloadService: Service, CustomStringConvertible {
    let description = "reload"
    private let path: String
    private let settings: Mutex<DaemonSettings>
    private let threshold: DaemonLogHandler.Threshold
    private let systemCredentials: String?
    private let cameras: CameraDirectory
    private let queryServer: QueryServer
    private let notifier: Notifier
    private let logger: Logger

    init(
        path: String, settings: DaemonSettings, threshold: DaemonLogHandler.Threshold, systemCredentials: String?,
        cameras: CameraDirectory, queryServer: QueryServer, notifier: Notifier, logger: Logger
    ) {
        self.path = path
        self.settings = Mutex(settings)
        self.threshold = threshold
        self.systemCredentials = systemCredentials
        self.cameras = cameras
        self.queryServer = queryServer
        self.notifier = notifier
        self.logger = logger
    }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() {
            notifier.reloading()
            await reload()
            notifier.reloaded()
        }
    }

    private func reload() async {
        let path = path
        let result = await Result(catching: {
            try await NamedThread.run(name: "reload") { try DaemonSettings.read(path: path) }
        })
        switch result {
        case .failure(let error as SettingsError):
            for problem in error.problems {
                logger.error("settings not taken over, the old ones stay", metadata: ["mistake": "\(problem)"])
            }
        case .failure(let error):
            logger.error("settings cannot be read, the old ones stay", metadata: ["error": "\(error)"])
        case .success(let new):
            await take(new)
        }
    }

    private func take(_ new: DaemonSettings) async {
        let old = settings.withLock { settings in
            defer { settings = new }
            return settings
        }
        let changes = Reload.changes(from: old, to: new)
        threshold.current = new.log.loggerLevel
        await queryServer.apply(new.query.accessRules)
        cameras.reload(
            CameraDirectory.Configuration(
                groupSize: new.capture.groupSize, credentials: new.credentials(systemDirectory: systemCredentials)))
        logger.notice(
            "settings read again",
            metadata: ["changed": "\(changes.applied.isEmpty ? "nothing" : changes.applied.joined(separator: ", "))"])
        if !changes.needRestart.isEmpty {
            logger.warning(
                "some changed settings need a restart",
                metadata: ["keys": "\(changes.needRestart.joined(separator: ", "))"])
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(catching body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
