import ArgumentParser
import FoundationEssentials
import MKDSCore
import TestMedia

/// How long motion takes from the cameras of a running daemon to a client of its query socket.
struct LatencyBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency",
        abstract: "Time from an event's start to its line of mkdsctl events follow, on a running mkdsd.")

    @Option(help: "Query socket of the daemon.")
    var socket = "/run/mkds/query.sock"

    @Option(help: "Events measured.")
    var samples = 20

    /// What is needed of the event on the socket.
    private struct Line: Decodable {
        var revision: UInt32
        var start: UTCTime
    }

    func validate() throws {
        guard (1...10_000).contains(samples) else { throw ValidationError("--samples is 1 to 10000") }
    }

    func run() throws {
        let follow = try Program([
            Program.product("mkdsctl"), "events", "follow", "--json", "--kind", "motion", "--socket", socket,
        ])
        defer { withExtendedLifetime(follow) {} }
        var latencies: [Double] = []
        while latencies.count < samples {
            guard let text = follow.readLine() else { throw ValidationError("mkdsctl ended; its message is above") }
            let now = Date.now.timeIntervalSince1970
            let event = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
            // Later revisions tell nothing about the start.
            guard event.revision == 0 else { continue }
            latencies.append(now - Double(event.start.microseconds) / 1_000_000)
        }
        latencies.sort()
        print("events; least s; median s; most s")
        let figures = [latencies[0], latencies[samples / 2], latencies[samples - 1]]
        print("\(samples); " + figures.map { "\(($0 * 1000).rounded() / 1000)" }.joined(separator: "; "))
    }
}
