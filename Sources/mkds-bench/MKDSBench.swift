import ArgumentParser
internal import MKDSCore

/// Measures mkdsd against the limits it cannot beat (docs/benchmarks.md). Not installed.
@main
struct MKDSBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mkds-bench",
        abstract:
            "Measure the loader and the queries on a scratch PostgreSQL server, and capture on cameras of its own.",
        version: ProductVersion.text,
        subcommands: [LoaderBench.self, QueryBench.self, CaptureBench.self])
}
