internal import MKDSCore
package import TestMedia

/// The cameras of a town: several films, a tenth of the cameras encrypted, some of them always misbehaving. Every third
/// camera never does: what happens to the others must not touch it.
package struct SimulatedTown: Sendable {
    package let cameras: [SimulatedCamera]

    /// Makes the films, in `directory`, and the schedule.
    ///
    /// - Parameters:
    ///   - count: How many cameras.
    ///   - frameRate: Pictures a second.
    ///   - misbehaving: How many at any time.
    ///   - span: When they misbehave, since the simulator's start.
    ///   - seed: Of schedule and phases.
    ///   - directory: For the films.
    /// - Throws: When ffmpeg cannot make the films.
    package init(
        cameras count: Int, frameRate: Int, misbehaving: Int, span: Range<Duration>, seed: UInt64,
        directory: TemporaryDirectory
    ) throws {
        let films = try Self.films.map { film in
            try SimulatedClip.make(
                at: directory.file("film\(film.seconds).h264"), seconds: film.seconds, movement: film.movement,
                width: 320, height: 180, frameRate: frameRate)
        }
        let others = try Self.films.map { film in
            var other = try SimulatedClip.make(
                at: directory.file("other\(film.seconds).h264"), seconds: film.seconds, movement: film.movement,
                width: 352, height: 288, frameRate: frameRate)
            other.name = "size-change"
            return other
        }
        let prone = (0..<count).filter { !$0.isMultiple(of: 3) }
        let schedule = TroubleSchedule(cameras: prone.count, misbehaving: misbehaving, span: span, seed: seed) {
            Self.trouble(of: prone[$0], other: others[prone[$0] % others.count], &$1)
        }
        let episodes = Dictionary(uniqueKeysWithValues: zip(prone, schedule.episodes))
        var random = SeededGenerator(seed: seed &+ 1)
        cameras = (0..<count).map { index in
            let film = films[index % films.count]
            return SimulatedCamera(
                name: "cam\(index)", firstTimestamp: .random(in: 0 ... .max, using: &random),
                reportInterval: .seconds(5), delay: .milliseconds(Int64.random(in: 5...60, using: &random)),
                jitter: .milliseconds(10), film: film,
                filmStart: film.length * Double.random(in: 0..<1, using: &random),
                isEncrypted: Self.isEncrypted(index), episodes: episodes[index] ?? [])
        }
    }

    private static let films: [(seconds: Double, movement: ClosedRange<Double>)] = [
        (20, 5...8), (24, 6...8), (30, 10...14),
    ]

    private static func isEncrypted(_ index: Int) -> Bool { index % 10 == 9 }

    private static func trouble(of index: Int, other: SimulatedClip, _ random: inout SeededGenerator) -> Trouble {
        if isEncrypted(index), Bool.random(using: &random) { return .handshakeStall }
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return .stall
        case 1: return .reset
        case 2: return .garbagePayload
        case 3: return .garbageFraming
        case 4: return .loss(.random(in: 0.05...0.5, using: &random))
        case 5: return .wrongPayloadType
        case 6: return .shows(other)
        case 7: return .clockStep(.seconds(Int64.random(in: -86_400...86_400, using: &random)))
        case 8: return .refusal("503 Service Unavailable")
        default: return .slowAnswers(.milliseconds(1500))
        }
    }
}
