internal import ArgumentParser
internal import Box
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

            Before it reads anything it closes its box for ever: it writes into its spool folder alone, reads system \
            files and the directories of --files, starts no program and reaches no Unix socket.

            Exit codes: 0 ended in order, 64 wrong arguments, 71 the box cannot be closed, 73 the spool cannot be \
            opened, 74 a sync failed, 75 the resolver's files were replaced: a new process reads them.
            """)

    @Option(help: ArgumentHelp("Directory of all spools.", valueName: "dir"), completion: .directory)
    var spool: String

    @Option(help: "Name of the group: its folder in the spool directory.")
    var group: String

    @Option(help: ArgumentHelp("Space held in hand for a full disk, MiB.", valueName: "mib"))
    var reserveMib: Int = 16

    @Option(
        help: ArgumentHelp("Directory of file cameras; may be given again.", valueName: "dir"), completion: .directory)
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "Networks cameras may be in, separated by commas; the box admits no other address.", valueName: "cidr,…"))
    var networks: String = CameraNetworks.standard.description

    @Flag(help: "The kernel is to keep this process to --networks, as in its unit; tells when it does not.")
    var confined = false

    @Option(help: "Least level of log lines: debug, info, warning, error.")
    var logLevel: String = "info"

    func validate() throws {
        // The same alphabet as a camera's id: it becomes a file name.
        guard CameraID(group) != nil else { throw ValidationError("--group must be 1 to 64 of A-Z a-z 0-9 . _ -") }
        guard (0...4096).contains(reserveMib) else { throw ValidationError("--reserve-mib must be 0 to 4096") }
        guard CameraNetworks(networks) != nil else {
            throw ValidationError("--networks must be networks as in 10.20.0.0/16,fd00:20::/48")
        }
        guard Logger.Level(rawValue: logLevel) != nil else { throw ValidationError("--log-level is not a level") }
    }

    func run() throws {
        Box.hideMemory()
        Allocator.returnFreedMemory()
        CrashNote.watch()
        var logger = Logger(label: "mkds-capture") { _ in JSONLogHandler() }
        logger.logLevel = Logger.Level(rawValue: logLevel) ?? .info
        let landlock = try closeBox(logger)
        let networks = CameraNetworks(networks) ?? CameraNetworks([])
        HostAddresses.confine(to: networks)
        let walls = CaptureWalls(landlock: landlock, addressFilter: confined ? .init(trying: networks) : .none)
        let stop = StopFlag()
        TerminationSignals.raise(stop)
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
            record: { journal.append($0) }, now: { .now }, logger: logger,
            settled: { journal.sync(upTo: .seconds(10)) }, stateDirectory: "\(spool)/\(group)")
        var process = CaptureProcess(
            group: CaptureGroup(context: context), journal: journal, walls: walls, logger: logger)
        let code = process.serve(until: stop)
        if code != 0 { throw ExitCode(code) }
    }

    /// Must be done before another thread begins: Landlock holds for this thread and those it starts.
    private func closeBox(_ logger: Logger) throws -> Int {
        let folder = "\(spool)/\(group)"
        if mkdir(folder, 0o750) != 0, errno != EEXIST {
            logger.error("the spool cannot be opened", metadata: ["error": "\(SystemError("make \(folder)"))"])
            throw ExitCode(EX_CANTCREAT)
        }
        do throws(SystemError) {
            return try Box.close(folder: folder, files: files)
        } catch {
            logger.error("the box cannot be closed", metadata: ["error": "\(error)"])
            throw ExitCode(EX_OSERR)
        }
    }
}
