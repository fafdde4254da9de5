internal import MKDSCore
internal import Synchronization

/// The episodes of every camera of a simulator: those known beforehand and those a test begins and ends as it goes.
final class TroubleBoard: Sendable {
    private let episodes: Mutex<[String: [Episode]]>
    private let time: SimulatorTime

    init(_ cameras: [SimulatedCamera], time: SimulatorTime) {
        episodes = Mutex(Dictionary(cameras.map { ($0.name, $0.episodes) }) { first, _ in first })
        self.time = time
    }

    /// The trouble of a camera now, or at a moment since the simulator's start.
    func episode(of camera: SimulatedCamera, at moment: Duration? = nil) -> Episode? {
        let moment = moment ?? time.now
        return episodes.withLock { $0[camera.name]?.first { $0.span.contains(moment) } }
    }

    func begin(_ trouble: Trouble, of camera: String) {
        let now = time.now
        episodes.withLock { $0[camera, default: []].append(Episode(now..<now + .seconds(86_400), trouble)) }
    }

    /// Ends what is going on.
    func end(of camera: String) {
        let now = time.now
        episodes.withLock { episodes in
            episodes[camera] = episodes[camera]?.map { episode in
                episode.span.contains(now) ? Episode(episode.span.lowerBound..<now, episode.trouble) : episode
            }
        }
    }
}
