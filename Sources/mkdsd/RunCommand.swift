internal import ArgumentParser
internal import FoundationEssentials
internal import Logging
internal import MKDSCore
internal import Settings

/// `mkdsd run`: the daemon, in the foreground until SIGTERM or SIGINT.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the daemon in the foreground (the default).",
        discussion: """
            SIGTERM and SIGINT end it in order, SIGHUP reads settings, cameras and credentials again. The log goes to \
            standard error.

            Exit codes: 0 ended in order, 1 it cannot run (the last log line says why), 64 wrong arguments, 78 the \
            settings hold mistakes.
            """)

    @Option(help: ArgumentHelp("Settings file.", valueName: "path"), completion: .file(extensions: ["yaml"]))
    var config: String = MKDSD.standardSettingsPath

    @Option(
        help: ArgumentHelp(
            "Socket at which systemd starts a unit for each capture group (default: children).", valueName: "path"))
    var captureSocket: String?

    func run() async throws {
        ProcessHygiene.apply()
        let environment = ProcessInfo.processInfo.environment
        let style = LogWriter.style(ofDescriptor: 2, journalStream: environment["JOURNAL_STREAM"])
        let writer = try LogWriter(descriptor: 2, style: style)
        let threshold = DaemonLogHandler.Threshold(.info)
        LoggingSystem.bootstrap { DaemonLogHandler(label: $0, writer: writer, threshold: threshold) }
        let logger = Logger(label: "mkdsd")
        let code = await run(environment, threshold, logger)
        writer.flush()
        throw code
    }

    /// Every error ends here: one log line, an exit code.
    private func run(
        _ environment: [String: String], _ threshold: DaemonLogHandler.Threshold, _ logger: Logger
    ) async -> ExitCode {
        do {
            let settings = try DaemonSettings.read(path: config)
            threshold.current = settings.log.loggerLevel
            logger.notice(
                "mkdsd starts",
                metadata: [
                    "version": "\(ProductVersion.text)", "town": "\(settings.town.name)", "settings": "\(config)",
                ])
            let daemon = Daemon(
                settingsPath: config, settings: settings, captureSocket: captureSocket, environment: environment,
                threshold: threshold, logger: logger)
            try await daemon.run()
            logger.notice("mkdsd ended")
            return .success
        } catch let error as SettingsError {
            for problem in error.problems {
                logger.error("mistake in the settings", metadata: ["mistake": "\(problem)"])
            }
            return ExitCode(78)
        } catch {
            logger.critical("mkdsd cannot run", metadata: ["error": "\(error)"])
            return .failure
        }
    }
}
