import ArgumentParser
import Glibc
import OnvifMetadata

/// Metadata documents a second that one core assembles, reads and hashes.
struct OnvifBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "onvif", abstract: "CPU time of ONVIF metadata documents of 2 KB.")

    @Option(help: "Documents of each measurement.")
    var documents = 200_000

    @Option(help: "Measurements; the median counts.")
    var repeats = 5

    func validate() throws {
        guard documents > 0, repeats > 0 else { throw ValidationError("--documents and --repeats are at least 1") }
    }

    func run() throws {
        print("document; bytes; until; CPU µs; documents a second and core")
        for (name, load) in [("frame", OnvifLoad.frame), ("notifications", .notifications)] {
            try report(name, load, "parsed by libxml2 alone") { try load.bareCost(documents: documents) }
            for depth in OnvifLoad.Depth.allCases {
                try report(name, load, "\(depth)") { try load.cost(depth, documents: documents) }
            }
        }
    }

    private func report(_ name: String, _ load: OnvifLoad, _ until: String, _ measure: () throws -> Double) throws {
        let median = try (0..<repeats).map { _ in try measure() }.sorted()[repeats / 2]
        let cost = (median * 100).rounded() / 100
        print("\(name); \(load.document.count); \(until); \(cost); \(Int(1e6 / median))")
        fflush(nil)
    }
}
