import ArgumentParser
import CameraSimulator
import FoundationEssentials
import Glibc
import MKDSCore
import TestMedia

/// The cameras of a town, some of them always misbehaving, and what truly happened.
struct TownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "town",
        abstract: "The cameras of a town, some of them always misbehaving.",
        discussion: """
            Writes what truly happens into a file, one JSON line for each time something moves before a camera and each \
            trouble, then prints a line for each camera: name, URL and, where it is encrypted, the certificate's \
            fingerprint. Serves until it is ended; meanwhile it prints every ten seconds how many pictures were sent, and \
            how many not because a reader was too slow.
            """)

    @Option(help: "How many cameras.") var cameras = 300
    @Option(help: "Pictures a second.") var frameRate = 10
    @Option(help: "Per cent of the cameras that misbehave at any time.") var misbehaving = 5.0
    @Option(help: "Seconds at the start without trouble.") var quiet = 60
    @Option(help: "Seconds with trouble after these; then all are well.") var seconds = 1800
    @Option(help: "Seed of schedule and films.") var seed: UInt64 = 1
    @Option(help: "File for what truly happens.") var truth: String

    func validate() throws {
        guard (1...1000).contains(cameras), (1...60).contains(frameRate), (0...50).contains(misbehaving) else {
            throw ValidationError("--cameras is 1 to 1000, --frame-rate 1 to 60, --misbehaving 0 to 50")
        }
        guard (0...86_400).contains(quiet), (0...864_000).contains(seconds) else {
            throw ValidationError("--quiet is 0 to 86400, --seconds 0 to 864000")
        }
    }

    func run() async throws {
        let directory = try TemporaryDirectory()
        let end = Duration.seconds(quiet + seconds)
        let town = try SimulatedTown(
            cameras: cameras, frameRate: frameRate,
            misbehaving: Int((Double(cameras) * misbehaving / 100).rounded()), span: .seconds(quiet)..<end,
            seed: seed, directory: directory)
        let maker = try CertificateMaker()
        let certificate = try maker.certificate("town")
        let fingerprint = try maker.fingerprint(certificate.certificate)
        guard let film = town.cameras.first?.film else { throw ValidationError("a town without cameras") }
        let simulator = try await CameraSimulator(town.cameras, clip: film, certificate: certificate.withKey)
        try write(town.cameras, simulator.started, end)
        for camera in town.cameras {
            print(camera.name, simulator.url(of: camera), camera.isEncrypted ? fingerprint : "")
        }
        fflush(nil)
        while true {
            try await Task.sleep(for: .seconds(10))
            print("pictures", simulator.counts.sent, simulator.counts.dropped)
            fflush(nil)
        }
    }

    /// An hour beyond the last trouble, in case somebody goes on looking.
    private func write(_ cameras: [SimulatedCamera], _ started: UTCTime, _ end: Duration) throws {
        var text = Data()
        let encoder = JSONEncoder()
        for camera in cameras {
            for line in GroundTruth.of(camera, started: started, span: end + .seconds(3600)) {
                text += try encoder.encode(line) + Data("\n".utf8)
            }
        }
        try text.write(to: URL(filePath: truth))
    }
}
