internal import CFFmpeg

/// What hostile input may cost at most.
enum MediaLimits {
    /// Largest picture that is decoded.
    static let pixels: Int64 = 36_000_000
    /// Largest single block FFmpeg may allocate, bytes: a 36-megapixel 4:2:0 picture and its padding.
    static let allocation = 64 << 20
    /// Longest URL or path accepted, bytes.
    static let urlByteCount = 2048
    /// Farthest media time from a stream's beginning: a century. What is farther is a container's nonsense.
    static let mediaTime: Duration = .seconds(3_155_760_000)
    /// Streams one input may have before it is refused.
    static let streamCount: UInt32 = 64

    /// Sets the process-wide limits and the log callback; evaluating it twice does nothing.
    static let prepared: Void = mkds_prepare(allocation)
}
