internal import ArgumentParser
internal import Capture
internal import FoundationEssentials
internal import Glibc
internal import Linux
internal import Logging
internal import MKDSCore
internal import Media
internal import Spool

/// `mkds-capture run`: the process mkdsd starts for one group of cameras.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Watch a group of cameras and write their journal; started by mkdsd.",
        discussion: """
            Reads camera assignments from standard input (one JSON line each), writes a report a second on standard \
            output and log lines on standard error, both JSON. The end of standard input or SIGTERM ends it in order.

            Exit codes: 0 ended in order, 64 wrong arguments, 73 the spool cannot be opened, 74 a sync failed.
            """)

    @Option(help: ArgumentHelp("Directory of all spools.", valueName: "dir"), completion: .directory)
    var spool: String

    @Option(help: "Name of the group: its folder in the spool directory.")
    var group: String

    @Option(help: ArgumentHelp("Space held in hand for a full disk, MiB.", valueName: "mib"))
    var reserveMib: Int = 16

    @Option(help: "Least level of log lines: debug, info, warning, error.")
    var logLevel: String = "info"

    func validate() throws {
        // The same alphabet as a camera's id: it becomes a file name.
        guard CameraID(group) != nil else { throw ValidationError("--group must be 1 to 64 of A-Z a-z 0-9 . _ -") }
        guard (0...4096).contains(reserveMib) else { throw ValidationError("--reserve-mib must be 0 to 4096") }
        guard Logger.Level(rawValue: logLevel) != nil else { throw ValidationError("--log-level is not a level") }
    }

    func run() throws {
        // The process holds camera passwords: no core file may.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        let stop = StopFlag()
        TerminationSignals.raise(stop)
        var logger = Logger(label: "mkds-capture") { _ in JSONLogHandler() }
        logger.logLevel = Logger.Level(rawValue: logLevel) ?? .info
        let journal: JournalWriter
        do {
            journal = try JournalWriter(
                directory: "\(spool)/\(group)", configuration: SpoolConfiguration(reserveByteCount: reserveMib << 20),
                version: ProductVersion.text, now: { .now })
        } catch {
            logger.error("the spool cannot be opened", metadata: ["error": "\(error)"])
            throw ExitCode(73)
        }
        let context = CaptureContext(
            record: { journal.append($0) }, now: { .now }, logger: logger)
        var process = CaptureProcess(group: CaptureGroup(context: context), journal: journal, logger: logger)
        process.serve(until: stop)
    }
}
