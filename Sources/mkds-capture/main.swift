internal import ArgumentParser
internal import MKDSCore

/// The program of a capture process; each subcommand is a file of its own.
struct CaptureTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mkds-capture", abstract: "Turn camera streams into motion events.", version: ProductVersion.text,
        subcommands: [
            RunCommand.self, UnitCommand.self, TryCommand.self, ProbeCommand.self, DiscoverCommand.self,
        ])
}

CaptureTool.main()
