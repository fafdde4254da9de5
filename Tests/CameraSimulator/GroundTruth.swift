package import MKDSCore

/// What truly happened, a JSON line each: known beforehand from the films and the schedule, so it is written before
/// anything is measured.
package struct GroundTruth: Codable, Sendable {
    /// `moving`, or the ``Trouble/name`` of an episode.
    package var what: String
    package var camera: String
    package var from: UTCTime
    package var to: UTCTime

    package static let moving = "moving"

    /// - Parameters:
    ///   - camera: One whose film runs since the start.
    ///   - started: The simulator's start.
    ///   - span: What to tell of, since the start.
    /// - Returns: Each time something moved before the camera, and each episode, within the span or reaching into it.
    package static func of(_ camera: SimulatedCamera, started: UTCTime, span: Duration) -> [GroundTruth] {
        var truths = camera.episodes.map { episode in
            GroundTruth(
                what: episode.trouble.name, camera: camera.name, from: started + episode.span.lowerBound,
                to: started + episode.span.upperBound)
        }
        guard let film = camera.film, let moving = film.moving, let filmStart = camera.filmStart else { return truths }
        var zero = Duration.zero - filmStart
        while zero < span {
            let (from, to) = (zero + moving.lowerBound, zero + moving.upperBound)
            if to > .zero, from < span {
                truths.append(
                    GroundTruth(what: Self.moving, camera: camera.name, from: started + from, to: started + to))
            }
            zero += film.length
        }
        return truths
    }
}
