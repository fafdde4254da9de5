import ArgumentParser
internal import MKDSCore

/// Measures mkdsd against the limits it cannot beat (docs/benchmarks.md). Not installed.
@main
struct MKDSBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mkds-bench",
        abstract:
            "Measure the loader and the queries on a scratch PostgreSQL server, capture on cameras of its own, and ONVIF metadata.",
        version: ProductVersion.text,
        subcommands: [
            LoaderBench.self, QueryBench.self, CaptureBench.self, LatencyBench.self, OnvifBench.self, TownBench.self,
        ])
}
