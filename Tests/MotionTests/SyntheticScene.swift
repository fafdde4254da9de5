import MKDSCore
import Motion

/// A rectangle of one brightness, in pixels, drawn over the scene.
struct Sprite {
    var x: Double
    var y: Double
    var width: Double
    var height: Double
    var grey: Double
}

/// A drawn street: pavement, wall with windows, some texture; with noise, light and sprites put on it picture by picture.
struct SyntheticScene {
    let width: Int
    let height: Int
    private let street: [Double]
    private let noiseTable: [Float]
    private var generator: SeededGenerator

    init(width: Int = 96, height: Int = 54, seed: UInt64 = 7) {
        self.width = width
        self.height = height
        var generator = SeededGenerator(seed: seed)
        var street = [Double](repeating: 0, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                var grey = y * 2 < height ? 120.0 : 80.0 + 40 * Double(x) / Double(width)
                if y * 2 < height, x / 6 % 3 == 0, y / 5 % 2 == 0 { grey = 60 }
                street[y * width + x] = grey + Double.random(in: -6...6, using: &generator)
            }
        }
        self.street = street
        // Sum of twelve uniform numbers: normal enough, variance 1.
        noiseTable = (0..<8192).map { _ in
            (0..<12).reduce(Float(-6)) { sum, _ in sum + Float.random(in: 0..<1, using: &generator) }
        }
        self.generator = generator
    }

    /// Draws one picture; `gain` holds for the left part of the picture, `shadedShare` of its width.
    mutating func picture(
        noise: Double = 0, gain: Double = 1, shadedShare: Double = 1, offset: Double = 0, shift: Int = 0,
        sprites: [Sprite] = []
    ) -> [UInt8] {
        var greys = street
        if shift != 0 {
            for y in 0..<height {
                for x in 0..<width { greys[y * width + x] = street[y * width + min(max(x + shift, 0), width - 1)] }
            }
        }
        for sprite in sprites { draw(sprite, on: &greys) }
        light(&greys, gain: gain, offset: offset, columns: Int(Double(width) * shadedShare))
        var bytes = [UInt8](repeating: 0, count: greys.count)
        let (level, mask) = (Float(noise), noiseTable.count - 1)
        bytes.withUnsafeMutableBufferPointer { bytes in
            greys.withUnsafeBufferPointer { greys in
                noiseTable.withUnsafeBufferPointer { table in
                    var at = 0
                    for index in 0..<bytes.count {
                        if index & 31 == 0 { at = Int(truncatingIfNeeded: generator.next() & 0xffff) }
                        at += 1
                        let value = Float(greys[index]) + level * table[at & mask]
                        bytes[index] = UInt8(min(max(value.rounded(), 0), 255))
                    }
                }
            }
        }
        return bytes
    }

    private func light(_ greys: inout [Double], gain: Double, offset: Double, columns: Int) {
        guard gain != 1 || offset != 0 else { return }
        for y in 0..<height {
            for x in 0..<columns { greys[y * width + x] = greys[y * width + x] * gain + offset }
        }
    }

    private func draw(_ sprite: Sprite, on greys: inout [Double]) {
        let left = max(0, Int(sprite.x.rounded()))
        let right = min(width, Int((sprite.x + sprite.width).rounded()))
        let top = max(0, Int(sprite.y.rounded()))
        let bottom = min(height, Int((sprite.y + sprite.height).rounded()))
        guard left < right, top < bottom else { return }
        for y in top..<bottom {
            for x in left..<right { greys[y * width + x] = sprite.grey }
        }
    }
}

/// Detector and tracker run together over drawn pictures, five a second; collects what comes out.
struct Watcher: ~Copyable {
    private var detector: MotionDetector
    private var tracker: MotionEventTracker
    private(set) var samples: [MotionSample] = []
    private(set) var changes: [MotionEventChange] = []

    init(_ settings: MotionSettings = MotionSettings()) {
        detector = MotionDetector(settings: settings)
        tracker = MotionEventTracker(settings: settings)
    }

    mutating func watch(_ picture: [UInt8], width: Int, height: Int, at seconds: Double) {
        let sample = picture.withUnsafeBufferPointer { bytes in
            bytes.baseAddress
                .flatMap { LumaView(base: $0, width: width, height: height, stride: width) }
                .map { detector.analyse($0, at: .milliseconds(Int64((seconds * 1000).rounded()))) }
        }
        guard let sample else { return }
        samples.append(sample)
        changes.append(contentsOf: tracker.consume(sample))
    }

    /// Events in order, the open one closed as lost.
    mutating func finish() -> [MotionEvent] {
        if let last = tracker.reset(.streamLost) { changes.append(last) }
        return changes.compactMap { change in
            if case .closed(let event, _) = change { event } else { nil }
        }
    }
}

/// Watches `seconds` of a scene at `pace` pictures a second, drawn by `draw`.
func events(
    in seconds: Double, pace: Double = 5, scene: SyntheticScene = SyntheticScene(),
    settings: MotionSettings = MotionSettings(), draw: (inout SyntheticScene, Double) -> [UInt8]
) -> [MotionEvent] {
    var scene = scene
    var watcher = Watcher(settings)
    for index in 0..<Int(seconds * pace) {
        let time = Double(index) / pace
        let picture = draw(&scene, time)
        watcher.watch(picture, width: scene.width, height: scene.height, at: time)
    }
    return watcher.finish()
}
