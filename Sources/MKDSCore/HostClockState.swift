/// How a server's own clock stands, by the word of its kernel: what every recorded time rests on.
package struct HostClockState: Hashable, Sendable {
    /// By that clock.
    package var time: UTCTime
    /// Whether the clock is known to be set by a time source; one that was never set or lost its source for long is not.
    package var isSynchronised: Bool
    /// Correction the kernel still has to make.
    package var offset: Duration
    /// What the time source takes the error to be.
    package var estimatedError: Duration
    /// What the error cannot exceed by the word of the time source.
    package var maximumError: Duration
    /// Correction of the oscillator, parts per million.
    package var frequency: Double

    package init(
        time: UTCTime, isSynchronised: Bool, offset: Duration, estimatedError: Duration, maximumError: Duration,
        frequency: Double
    ) {
        self.time = time
        self.isSynchronised = isSynchronised
        self.offset = offset
        self.estimatedError = estimatedError
        self.maximumError = maximumError
        self.frequency = frequency
    }
}
