import ArgumentParser
import CameraSimulator
import Glibc
import MKDSCore
import TestMedia

/// Cameras that are all alike, with clocks, network and troubles as wanted.
struct CamerasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cameras",
        abstract: "Some cameras that are all alike.",
        discussion: """
            Prints one URL per line, then serves until it is ended.

            Faults of clock and network are SECONDS:NAME[=VALUE], counted from PLAY: step=SECONDS, reboot=OFFSET, \
            stop-reports, delay=SECONDS. Troubles are FROM-TO:NAME[=VALUE], seconds from the start: stall, reset, \
            garbage-payload, garbage-framing, loss=SHARE, wrong-payload-type, clock-step=SECONDS, refusal=STATUS, \
            slow-answers=SECONDS, repeats=GROUPS.
            """)

    @Option(help: "How many cameras: cam0, cam1, …") var cameras = 1
    @Option(help: "TCP port, 0 for any.") var port = 0
    @Option(help: "Pictures a second.") var frameRate = 25
    @Option(help: "Wall clock minus truth, seconds.") var clockOffset = 0.0
    @Option(help: "Drift of the wall clock, ppm.") var clockDrift = 0.0
    @Option(help: "Drift of the RTP clock, ppm.") var mediaDrift = 0.0
    @Option(help: "First RTP timestamp.") var firstTimestamp: UInt32 = 3_000_000
    @Option(help: "Seconds between sender reports, 0 for none.") var reportInterval = 5.0
    @Option(help: "Delay of every packet, seconds.") var delay = 0.02
    @Option(help: "Random delay on top, seconds.") var jitter = 0.0
    @Option(name: .customLong("at"), help: "A fault.") var faults: [String] = []
    @Option(help: "A trouble.") var during: [String] = []

    func validate() throws {
        guard (1...1000).contains(cameras), (1...60).contains(frameRate) else {
            throw ValidationError("--cameras is 1 to 1000, --frame-rate 1 to 60")
        }
        _ = try faults.map(Self.fault)
        _ = try during.map(Self.episode)
    }

    func run() async throws {
        let directory = try TemporaryDirectory()
        let clip = try SimulatedClip.make(at: directory.file("clip.h264"), frameRate: frameRate)
        let faults = try faults.map(Self.fault)
        let episodes = try during.map(Self.episode)
        let cameras = (0..<cameras).map { index in
            SimulatedCamera(
                name: "cam\(index)", clockOffset: .seconds(clockOffset), clockDrift: clockDrift,
                mediaDrift: mediaDrift, firstTimestamp: firstTimestamp,
                reportInterval: reportInterval > 0 ? .seconds(reportInterval) : nil, delay: .seconds(delay),
                jitter: .seconds(jitter), faults: faults, episodes: episodes)
        }
        let simulator = try await CameraSimulator(cameras, clip: clip, port: port)
        for camera in cameras { print(simulator.url(of: camera)) }
        fflush(nil)
        try await simulator.run()
    }

    private static func fault(_ text: String) throws -> (after: Duration, fault: SimulatedCamera.Fault) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let after = Double(parts[0]) else {
            throw ValidationError("a fault reads SECONDS:NAME or SECONDS:NAME=VALUE")
        }
        let (name, value) = named(parts[1])
        let fault: SimulatedCamera.Fault? =
            switch (name, value.flatMap(Double.init)) {
            case ("step", let value?): .stepClock(.seconds(value))
            case ("reboot", let value?): .reboot(clockOffset: .seconds(value), timestamp: 0)
            case ("stop-reports", nil): .stopReports
            case ("delay", let value?): .delay(.seconds(value))
            default: nil
            }
        guard let fault else { throw ValidationError("no such fault: \(text)") }
        return (.seconds(after), fault)
    }

    private static func episode(_ text: String) throws -> Episode {
        let parts = text.split(separator: ":", maxSplits: 1)
        let ends = parts.first?.split(separator: "-").compactMap { Double($0) } ?? []
        guard parts.count == 2, ends.count == 2, ends[0] < ends[1] else {
            throw ValidationError("a trouble reads FROM-TO:NAME or FROM-TO:NAME=VALUE")
        }
        let (name, value) = named(parts[1])
        let number = value.flatMap(Double.init)
        let trouble: Trouble? =
            switch (name, value) {
            case ("stall", nil): .stall
            case ("reset", nil): .reset
            case ("garbage-payload", nil): .garbagePayload
            case ("garbage-framing", nil): .garbageFraming
            case ("loss", .some): number.map { .loss($0) }
            case ("wrong-payload-type", nil): .wrongPayloadType
            case ("clock-step", .some): number.map { .clockStep(.seconds($0)) }
            case ("refusal", let status?): .refusal(status)
            case ("slow-answers", .some): number.map { .slowAnswers(.seconds($0)) }
            case ("repeats", let count?): Int(count).flatMap { $0 > 0 ? .repeats(groups: $0) : nil }
            default: nil
            }
        guard let trouble else { throw ValidationError("no such trouble: \(text)") }
        return Episode(.seconds(ends[0]) ..< .seconds(ends[1]), trouble)
    }

    private static func named(_ text: Substring) -> (name: String, value: String?) {
        let words = text.split(separator: "=", maxSplits: 1)
        return (words.first.map(String.init) ?? "", words.count == 2 ? String(words[1]) : nil)
    }
}
