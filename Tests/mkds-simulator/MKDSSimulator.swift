import ArgumentParser

/// Simulated cameras with faults for trials and soak tests; not installed.
@main
struct MKDSSimulator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mkds-simulator",
        abstract: "Serves simulated RTSP cameras on 127.0.0.1 whose pictures carry the true time.",
        subcommands: [CamerasCommand.self, TownCommand.self], defaultSubcommand: CamerasCommand.self)
}
