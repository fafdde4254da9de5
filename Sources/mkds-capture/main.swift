internal import ArgumentParser

/// The program of a capture process; each subcommand is a file of its own.
struct CaptureTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mkds-capture", abstract: "Turn camera streams into motion events.",
        subcommands: [TryCommand.self])
}

CaptureTool.main()
