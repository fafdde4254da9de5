/// Video made at test time by the ffmpeg program, so that no clip lies in the repository.
package struct Clip: Sendable {
    /// FFmpeg encoder and the options that make it quick and its output small.
    package enum Encoder: String, CaseIterable, Sendable {
        case h264 = "libx264"
        case h265 = "libx265"
        case mjpeg
        case vp9 = "libvpx-vp9"
        case mpeg4

        /// Whether this machine's ffmpeg has it.
        package var isAvailable: Bool { Clip.encoders.contains(rawValue) }
    }

    /// A still grey background with a white box that crosses it between the two times, seconds.
    package var movement: ClosedRange<Double>
    package var seconds: Double
    package var width: Int
    package var height: Int
    package var frameRate: Int
    package var keyframeEvery: Int
    /// Pictures that may stand between two they depend on (B-frames).
    package var reordered: Int

    package init(
        seconds: Double = 4, movement: ClosedRange<Double> = 1...3, width: Int = 320, height: Int = 240,
        frameRate: Int = 25, keyframeEvery: Int = 25, reordered: Int = 0
    ) {
        self.seconds = seconds
        self.movement = movement
        self.width = width
        self.height = height
        self.frameRate = frameRate
        self.keyframeEvery = keyframeEvery
        self.reordered = reordered
    }

    /// Whether the ffmpeg program is here at all.
    package static let isAvailable = Program.exists("ffmpeg")

    private static let encoders: Set<String> = {
        guard isAvailable, let list = try? Program.run(["ffmpeg", "-hide_banner", "-loglevel", "error", "-encoders"])
        else { return [] }
        return Set(
            list.split(separator: "\n").compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) })
    }()

    /// Encodes the clip; the container follows from the path's ending.
    package func write(_ encoder: Encoder, to path: String, pixelFormat: String? = nil) throws {
        let span = movement.upperBound - movement.lowerBound
        let box = "color=white:size=\(width / 6)x\(height / 4):rate=\(frameRate)"
        let position = "-\(width / 6)+(t-\(movement.lowerBound))/\(span)*\(width + width / 3)"
        let filter =
            "[0][1]overlay=x='\(position)':y=\(height / 3)"
            + ":enable='between(t,\(movement.lowerBound),\(movement.upperBound))',noise=alls=4:allf=t:all_seed=1"
        try Self.ffmpeg(
            ["-f", "lavfi", "-i", "color=gray:size=\(width)x\(height):rate=\(frameRate)", "-f", "lavfi", "-i", box]
                + ["-filter_complex", filter, "-t", "\(seconds)", "-threads", "1"]
                + ["-c:v", encoder.rawValue, "-g", "\(keyframeEvery)", "-bf", "\(reordered)"]
                + ["-pix_fmt", pixelFormat ?? (encoder == .mjpeg ? "yuvj420p" : "yuv420p")]
                + options(of: encoder) + [path])
    }

    private func options(of encoder: Encoder) -> [String] {
        switch encoder {
        case .h264: ["-preset", "ultrafast", "-sc_threshold", "0"]
        case .h265: ["-preset", "ultrafast", "-x265-params", "log-level=none:pools=1:scenecut=0"]
        case .mjpeg: ["-q:v", "5", "-huffman", "default"]
        case .vp9: ["-deadline", "realtime", "-cpu-used", "8"]
        case .mpeg4: ["-q:v", "5"]
        }
    }

    /// Runs ffmpeg with our arguments, quietly, overwriting its output.
    package static func ffmpeg(_ arguments: [String]) throws {
        try Program.run(["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y"] + arguments)
    }
}
