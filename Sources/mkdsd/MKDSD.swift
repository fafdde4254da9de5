internal import ArgumentParser
internal import MKDSCore

/// The command line of mkdsd.
@main
struct MKDSD: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mkdsd",
        abstract: "The metadata index of a town's cameras.",
        version: "mkdsd \(ProductVersion.text)",
        subcommands: [RunCommand.self, CheckConfigCommand.self, ApplyNetworksCommand.self],
        defaultSubcommand: RunCommand.self)

    static let standardSettingsPath = "/etc/mkds/mkdsd.yaml"
}
