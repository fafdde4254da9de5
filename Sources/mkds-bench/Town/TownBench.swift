import ArgumentParser
import FoundationEssentials
import Glibc
import Linux
import MKDSCore
import QueryAPI
import TestMedia

/// A whole town of simulated cameras, some always misbehaving, on a real mkdsd for some time; then what truly happened is
/// compared with what the index says.
struct TownBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "town",
        abstract: "Events lost, recovery, rates and memory with many cameras of which some misbehave.")

    @Option(help: "Cameras.")
    var cameras = 300

    @Option(help: "Minutes with trouble.")
    var minutes = 30.0

    @Option(help: "Per cent of the cameras that misbehave at any time.")
    var misbehaving = 5.0

    @Option(help: "Pictures a second of each camera.")
    var rate = 10

    @Option(help: "Seed of the troubles.")
    var seed: UInt64 = 1

    @Option(help: "Niceness of the daemon, as for nice(1); one below 0 reads --niceness=-5. The simulator has 10 less.")
    var niceness = 0

    /// Cameras without trouble before and after, seconds.
    private static let quiet = 60
    /// Memory counts from then on.
    private static let warmUp = 300.0

    func validate() throws {
        guard (1...1000).contains(cameras), (0.5...10_000).contains(minutes), (1...60).contains(rate) else {
            throw ValidationError("--cameras is 1 to 1000, --minutes 0.5 to 10000, --rate 1 to 60")
        }
        guard (0...50).contains(misbehaving) else { throw ValidationError("--misbehaving is 0 to 50") }
    }

    func run() throws {
        let daemon = try TownDaemon(niceness: niceness)
        let files = try TemporaryDirectory()
        let span = Int(minutes * 60)
        let simulator = try Program([
            // Cameras have processors of their own.
            "nice", "-n", "\(niceness - 10)", Program.product("mkds-simulator"), "town", "--cameras", "\(cameras)",
            "--frame-rate", "\(rate)",
            "--misbehaving", "\(misbehaving)", "--quiet", "\(Self.quiet)", "--seconds", "\(span)", "--seed", "\(seed)",
            "--truth", files.file("truth"),
        ])
        let list = try cameraList(simulator)
        let started = ContinuousClock.now
        _ = try files.write(list.utf8, to: "cameras.csv")
        try daemon.ctl(["cameras", "import", files.file("cameras.csv")])
        let live = try waitForLive(daemon)
        print("\(cameras) cameras live after \(Int((started.duration(to: .now) / .seconds(1)).rounded())) s")
        fflush(nil)

        var watch = ProcessWatch(roots: [daemon.program.processID, simulator.processID])
        let end = started + .seconds(Self.quiet + span + Self.quiet)
        while ContinuousClock.now < end {
            watch.sample()
            usleep(useconds_t(max(0, min(10, ContinuousClock.now.duration(to: end) / .seconds(1))) * 1_000_000))
        }
        // What happened last is still on its way to the index.
        let window = TownTruth.Span(from: live + .seconds(30), to: .now - .seconds(15))
        var truth = TownTruth()
        try readTruth(files.file("truth"), into: &truth)
        try readIndex(daemon, into: &truth)
        let health = (try? daemon.ctl(["health"])) ?? "health: failing\n" + daemon.logEnd()
        simulator.terminate()
        let sent = lastLine(simulator)
        let status = daemon.stop()
        let lastTrouble = Double(Self.quiet + span)
        TownReport(
            truth: truth, window: window, watch: watch, memorySpan: min(Self.warmUp, lastTrouble)...lastTrouble,
            picturesPerSecond: Double(rate)
        ).print()
        print("\nsimulator: \(sent) (sent, not sent because the reader was too slow)")
        print("health at the end:\n\(health)mkdsd ended with \(status)")
    }

    // MARK: - Cameras

    /// The list to import, from what the simulator says of each camera.
    private func cameraList(_ simulator: Program) throws -> String {
        var text = "id,name,owner,purpose_class,legal_basis,url,trust,mast_lon,mast_lat,retention,motion\n"
        for _ in 0..<cameras {
            guard let line = simulator.readLine() else { throw ValidationError("the simulator ended") }
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            // Films are played for ever, which is what looped video is.
            text +=
                "\(words[0]),Kamera \(words[0]),Plzeň,MKDS,553/1991 § 24b,\(words[1]),\(words[2]),13.3776,49.7475,30 d,"
                + #""{""ignored_trouble"": [""looped""]}""# + "\n"
        }
        return text
    }

    /// Waits until all are live, a minute at most.
    private func waitForLive(_ daemon: TownDaemon) throws -> UTCTime {
        for _ in 0..<120 {
            if try daemon.cameras().count(where: { $0.status?.state == .live }) == cameras { return .now }
            usleep(500_000)
        }
        throw ValidationError("not all cameras are live after a minute; mkdsd says:\n" + daemon.logEnd())
    }

    private func lastLine(_ simulator: Program) -> String {
        var last = ""
        while let line = simulator.readLine() { last = line }
        return last
    }

    // MARK: - Truth and index

    private struct TruthLine: Decodable {
        var what: String
        var camera: String
        var from: UTCTime
        var to: UTCTime
    }

    private func readTruth(_ path: String, into truth: inout TownTruth) throws {
        for line in try lines(String(contentsOfFile: path, encoding: .utf8), TruthLine.self) {
            let span = TownTruth.Span(from: line.from, to: line.to)
            if line.what == "moving" {
                truth.moving[line.camera, default: []].append(span)
            } else {
                truth.troubles[line.camera, default: []].append((line.what, span))
            }
        }
    }

    private func readIndex(_ daemon: TownDaemon, into truth: inout TownTruth) throws {
        let events = try daemon.ctl(["events", "list", "--all", "--kind", "motion", "--json"])
        for event in try lines(events, EventResource.self) {
            truth.events[event.camera.rawValue, default: []].append(
                TownTruth.Span(from: event.start, to: event.end ?? event.lastSeen))
        }
        let time = { (column: String) in "(extract(epoch FROM \(column)) * 1000000)::bigint" }
        for row in try daemon.rows("SELECT camera, \(time("start_time")), \(time("end_time")) FROM mkds.gap ORDER BY 2")
        {
            guard let start = Int64(row[1]) else { continue }
            truth.gaps[String(row[0]), default: []].append(
                TownTruth.Gap(
                    start: UTCTime(microseconds: start), end: Int64(row[2]).map { UTCTime(microseconds: $0) }))
        }
        for row in try daemon.rows(
            "SELECT camera, \(time("first_packet")), \(time("last_packet")), packets FROM mkds.stream_run ORDER BY 2")
        {
            guard let first = Int64(row[1]), let last = Int64(row[2]), let packets = Int(row[3]) else { continue }
            truth.runs[String(row[0]), default: []].append(
                TownTruth.Run(
                    first: UTCTime(microseconds: first), last: UTCTime(microseconds: last), packets: packets))
        }
    }

    private func lines<T: Decodable>(_ text: String, _ type: T.Type) throws -> [T] {
        let decoder = JSONDecoder()
        return try text.split(separator: "\n").map { try decoder.decode(T.self, from: Data($0.utf8)) }
    }
}
