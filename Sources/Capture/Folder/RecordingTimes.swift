package import MKDSCore

/// When a recorder's file began, by its name, else by its container, else by the file's last change. Pure.
package struct RecordingTimes: Sendable {
    private let zone: LocalZone
    /// How far the recorder's clock may be wrong; nil: unknown, and so is every uncertainty.
    private let accuracy: Duration?
    /// Names and containers tell whole seconds.
    private static let rounding: Duration = .seconds(1)
    /// What summer time leaves open in the hour that autumn repeats and in the one that spring skips.
    private static let hour: Duration = .seconds(3600)
    /// A time that much ahead of our clock is none.
    private static let future: Duration = .seconds(86_400)

    package init(zone: LocalZone, accuracy: Duration?) {
        self.zone = zone
        self.accuracy = accuracy
    }

    /// The order in which files are read: by the time in the name, else by the last change.
    package func order(_ stamp: RecordingName.Stamp?, modified: UTCTime, now: UTCTime) -> UTCTime {
        named(stamp, modified: modified, length: .zero, now: now)?.start ?? modified
    }

    /// When the first picture was taken, by the recorder's clock.
    ///
    /// - Parameters:
    ///   - stamp: The time in the name, if there is one.
    ///   - created: What the container says; nil when it says nothing.
    ///   - length: Of the recording.
    ///   - modified: The file's last change.
    ///   - now: The server's clock.
    /// - Returns: The time, and the half-width of the interval that holds the truth; nil: unknown.
    package func start(
        _ stamp: RecordingName.Stamp?, created: UTCTime?, length: Duration, modified: UTCTime, now: UTCTime
    ) -> (start: UTCTime, uncertainty: Duration?) {
        if let named = named(stamp, modified: modified, length: length, now: now) { return named }
        if let created, created > UTCTime(seconds: 631_152_000), created - now < Self.future {
            return (created, accuracy.map { $0 + Self.rounding })
        }
        return (modified - length, nil)
    }

    private func named(
        _ stamp: RecordingName.Stamp?, modified: UTCTime, length: Duration, now: UTCTime
    ) -> (start: UTCTime, uncertainty: Duration?)? {
        var found: (start: UTCTime, uncertainty: Duration?)
        switch stamp {
        case nil: return nil
        case .utc(let time): found = (time, accuracy.map { $0 + Self.rounding })
        case .local(let clock):
            let moments = zone.moments(showing: clock)
            if moments.count == 1 {
                found = (moments[0], accuracy.map { $0 + Self.rounding })
            } else {
                // Of the repeated hour's two the one whose end is nearer to the last change; never a certain one.
                let candidates =
                    moments.isEmpty ? [clock.shifted - .seconds(zone.offset(at: clock.shifted).seconds)] : moments
                let nearest = candidates.min {
                    abs(($0 + length - modified).inSeconds) < abs(($1 + length - modified).inSeconds)
                }
                found = (nearest ?? clock.shifted, accuracy.map { $0 + Self.rounding + Self.hour })
            }
        }
        return found.start - now < Self.future ? found : nil
    }
}
