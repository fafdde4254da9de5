internal import ArgumentParser

/// The program of a capture process; each subcommand is a file of its own.
struct CaptureTool: ParsableCommand {
    static let version = "0.1.0"
    static let configuration = CommandConfiguration(
        commandName: "mkds-capture", abstract: "Turn camera streams into motion events.", version: version,
        subcommands: [RunCommand.self, TryCommand.self])
}

CaptureTool.main()
