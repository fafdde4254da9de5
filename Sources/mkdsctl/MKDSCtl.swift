internal import ArgumentParser
internal import Glibc
internal import MKDSCore

/// The root of the command line: `mkdsctl events list …`.
@main
struct MKDSCtl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mkdsctl",
        abstract: Texts.here.rootAbstract,
        discussion: Texts.here.rootDiscussion,
        version: ProductVersion.text,
        subcommands: [
            EventsCommand.self, CamerasCommand.self, AreasCommand.self, OfficialsCommand.self, PlaceCommand.self,
            CoverageCommand.self, HealthCommand.self,
        ])

    /// Parses, runs and exits with an ``ExitNumber``.
    ///
    /// Our commands run on the main actor, that is on the main thread, because they write to standard output, which
    /// may block; the socket is served by NIO's own thread.
    @MainActor
    static func main() async {
        do {
            var command = try await asyncParseAsRoot()
            if let command = command as? any SocketCommand {
                try await command.execute(Session(command.shared))
            } else if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Glibc.exit(leave(error))
        }
        Glibc.exit(ExitNumber.success.rawValue)
    }

    /// Tells a person what happened and returns the number to exit with.
    private static func leave(_ error: any Error) -> Int32 {
        let console = Console()
        switch error {
        case let failure as CommandFailure:
            console.complain("mkdsctl: " + failure.message)
            return failure.status.rawValue
        case is Console.ReaderGone:
            // As if SIGPIPE had ended us: silent, and visible to `set -o pipefail`.
            return 128 + SIGPIPE
        case is Console.WriteFailed:
            console.complain("mkdsctl: " + Texts.here.outputFailed)
            return ExitNumber.failure.rawValue
        default:
            let message = Texts.here.parserText(fullMessage(for: error))
            if exitCode(for: error).isSuccess {
                try? console.print(message)
                return ExitNumber.success.rawValue
            }
            console.complain(message)
            return exitCode(for: error) == .validationFailure ? ExitNumber.usage.rawValue : ExitNumber.failure.rawValue
        }
    }
}

/// A command that talks to mkdsd.
protocol SocketCommand: AsyncParsableCommand, Sendable {
    var shared: SharedOptions { get }
    @MainActor func execute(_ session: Session) async throws
}

extension SocketCommand {
    mutating func run() async throws {
        let command = self
        try await command.execute(Session(command.shared))
    }
}

/// How an answer is shown.
enum OutputFormat: String, EnumerableFlag {
    case table
    case json
    case csv

    static func help(for value: OutputFormat) -> ArgumentHelp? {
        switch value {
        case .table: ArgumentHelp(Texts.here.helpTable)
        case .json: ArgumentHelp(Texts.here.helpJSON)
        case .csv: ArgumentHelp(Texts.here.helpCSV)
        }
    }
}

extension Language: ExpressibleByArgument {
    // The placeholder says the values already, in any language.
    static let allValueStrings: [String] = []
    static let defaultCompletionKind = CompletionKind.list(allCases.map(\.rawValue))
}

/// Options of every command.
struct SharedOptions: ParsableArguments, Sendable {
    static let defaultSocket = "/run/mkds/query.sock"

    @Flag(exclusivity: .exclusive)
    var format: OutputFormat = .table

    @Option(help: ArgumentHelp(Texts.here.helpSocket, valueName: Texts.here("cesta", "path")), completion: .file())
    var socket: String?

    @Option(help: ArgumentHelp(Texts.here.helpTimeout, valueName: Texts.here("sekundy", "seconds")))
    var timeout: Double?

    @Option(help: ArgumentHelp(Texts.here.helpLanguage, valueName: "cs|en"))
    var lang: Language?

    func validate() throws {
        if let timeout, !(0.1...86_400).contains(timeout) { throw ValidationError(Texts.here.badTimeout) }
    }

    var socketPath: String { socket ?? Environment.value("MKDS_SOCKET") ?? Self.defaultSocket }
}
