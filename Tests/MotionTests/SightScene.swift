import MKDSCore
import Motion

/// A drawn square with windows, kerbs, cobbles and lamps, large enough to be a scene; changed picture by picture.
struct SightScene {
    static let width = 192
    static let height = 108

    /// What is done to the scene before noise is put on it.
    enum Change: Equatable {
        case none
        /// The share of the picture, from the left, under one grey.
        case patch(Double, grey: Double)
        /// The share of the picture, from the left, smeared beyond recognition.
        case smear(Double)
        /// Box blur of the whole, radius in pixels.
        case blur(Int)
        /// Everything moved to the left, what comes in from the right is another street.
        case shift(Double)
        case light(gain: Double, offset: Double)
        /// A lorry with its own windows and tarpaulin over the middle.
        case lorry(Double)
        /// Daylight 1 to lamps alone 0.
        case dusk(Double)
    }

    private let street: [Double]
    private let lamps: [Double]
    private let noise: [Float]
    private var generator: SeededGenerator
    /// The last scene drawn, before noise.
    private var drawn: (change: Change, greys: [Double])?

    init(seed: UInt64 = 11) {
        var generator = SeededGenerator(seed: seed)
        street = Self.draw(width: Self.width * 2, &generator)
        lamps = (0..<Self.width * Self.height).map { index in
            let (x, y) = (Double(index % Self.width), Double(index / Self.width))
            return [(35.0, 20.0), (100, 30), (165, 15)].reduce(0) { sum, lamp in
                let distance = ((x - lamp.0) * (x - lamp.0) + (y - lamp.1) * (y - lamp.1)).squareRoot()
                return sum + 160 * max(0, 1 - distance / 55)
            }
        }
        noise = (0..<8192).map { _ in
            (0..<12).reduce(Float(-6)) { sum, _ in sum + Float.random(in: 0..<1, using: &generator) }
        }
        self.generator = generator
    }

    /// Houses of random width and height with windows above, paving with random stones below.
    private static func draw(width: Int, _ generator: inout SeededGenerator) -> [Double] {
        var street = [Double](repeating: 190, count: width * height)
        var left = 0
        while left < width {
            let (houseWidth, top) = (
                Int.random(in: 12...35, using: &generator), Int.random(in: 8...30, using: &generator)
            )
            let (wall, pane) = (
                Double.random(in: 90...170, using: &generator), Double.random(in: 30...80, using: &generator)
            )
            let (windowWidth, windowHeight) = (
                Int.random(in: 3...6, using: &generator), Int.random(in: 4...8, using: &generator)
            )
            for x in left..<min(left + houseWidth, width) {
                for y in top..<65 {
                    let isWindow =
                        (x - left) % (windowWidth * 2) < windowWidth && (y - top) % (windowHeight * 2) > windowHeight
                    street[y * width + x] = isWindow ? pane : wall
                }
            }
            left += houseWidth
        }
        for y in stride(from: 65, to: height, by: 4) {
            for x in stride(from: 0, to: width, by: 5) {
                let stone = Double.random(in: 80...130, using: &generator)
                for row in y..<min(y + 3, height) {
                    for column in x..<min(x + 4, width) { street[row * width + column] = stone }
                }
            }
        }
        return street
    }

    /// Draws one picture with sensor noise of this standard deviation.
    mutating func picture(_ change: Change = .none, noise level: Double = 3) -> [UInt8] {
        let greys = drawn.flatMap { $0.change == change ? $0.greys : nil } ?? greys(change)
        drawn = (change, greys)
        return noisy(greys, level)
    }

    private func greys(_ change: Change) -> [Double] {
        var greys = view(from: 0)
        switch change {
        case .none: break
        case .patch(let share, let grey): fill(&greys, 0, Int(Double(Self.width) * share)) { _ in grey }
        case .smear(let share):
            let smeared = Self.blurred(greys, radius: 20)
            fill(&greys, 0, Int(Double(Self.width) * share)) { smeared[$0] }
        case .blur(let radius): greys = Self.blurred(greys, radius: radius)
        case .shift(let share): greys = view(from: Int(Double(Self.width) * share))
        case .light(let gain, let offset): for index in greys.indices { greys[index] = greys[index] * gain + offset }
        case .lorry(let share):
            let left = Int(Double(Self.width) * (1 - share) / 2)
            fill(&greys, left, Self.width - left) { ($0 % Self.width / 15 + $0 / Self.width / 20) % 2 == 0 ? 210 : 150 }
        case .dusk(let day):
            for index in greys.indices {
                greys[index] = greys[index] * (0.1 + 0.9 * day) + greys[index] / 255 * lamps[index] * (1 - day)
            }
        }
        return greys
    }

    private func view(from left: Int) -> [Double] {
        var greys: [Double] = []
        greys.reserveCapacity(Self.width * Self.height)
        for y in 0..<Self.height {
            let start = y * Self.width * 2 + left
            greys += street[start..<start + Self.width]
        }
        return greys
    }

    private func fill(_ greys: inout [Double], _ left: Int, _ right: Int, _ grey: (Int) -> Double) {
        for y in 0..<Self.height { for x in left..<right { greys[y * Self.width + x] = grey(y * Self.width + x) } }
    }

    private static func blurred(_ greys: [Double], radius: Int) -> [Double] {
        var result = greys
        for isVertical in [false, true] {
            let (lines, length) = isVertical ? (width, height) : (height, width)
            let (lineStep, step) = isVertical ? (1, width) : (width, 1)
            var next = result
            for line in 0..<lines {
                var sums = [0.0]
                for at in 0..<length { sums.append(sums[at] + result[line * lineStep + at * step]) }
                for at in 0..<length {
                    let (from, to) = (max(0, at - radius), min(length, at + radius + 1))
                    next[line * lineStep + at * step] = (sums[to] - sums[from]) / Double(to - from)
                }
            }
            result = next
        }
        return result
    }

    private mutating func noisy(_ greys: [Double], _ level: Double) -> [UInt8] {
        let (strength, mask) = (Float(level), noise.count - 1)
        var bytes = [UInt8](repeating: 0, count: greys.count)
        // Raw pointers: a debug build takes ten times as long over arrays.
        bytes.withUnsafeMutableBufferPointer { bytes in
            greys.withUnsafeBufferPointer { greys in
                noise.withUnsafeBufferPointer { noise in
                    var at = 0
                    for index in 0..<bytes.count {
                        if index & 63 == 0 { at = Int(truncatingIfNeeded: generator.next() & 0xffff) }
                        at += 1
                        bytes[index] = UInt8(min(max(Float(greys[index]) + strength * noise[at & mask], 0), 255))
                    }
                }
            }
        }
        return bytes
    }
}

/// A detector fed with pictures at chosen seconds; collects its spells.
struct SightWatcher: ~Copyable {
    private var detector: SightDetector
    private(set) var changes: [SightChange] = []
    private let zero = UTCTime(seconds: 1_800_000_000)

    init(ignoring ignored: Set<SightTrouble> = []) {
        detector = SightDetector(ignoring: ignored)
    }

    mutating func watch(
        _ picture: [UInt8], width: Int = SightScene.width, height: Int = SightScene.height, isKeyframe: Bool = true,
        at seconds: Double
    ) {
        let time = zero + .microseconds(Int64((seconds * 1_000_000).rounded()))
        let new = picture.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.flatMap { LumaView(base: $0, width: width, height: height, stride: width) }
                .map { detector.look(at: $0, isKeyframe: isKeyframe, time: time) }
        }
        changes += new ?? []
    }

    mutating func close(_ reason: EndReason) { changes += detector.close(reason) }

    /// Each spell as `trouble start-end`, seconds rounded; `…` while it lasts.
    var spells: [String] {
        var lines: [String] = []
        for change in changes {
            let spell = change.spell
            switch change {
            case .opened: lines.append("\(spell.trouble) \(seconds(spell.start))-…")
            case .extended: break
            case .closed:
                lines.removeAll { $0 == "\(spell.trouble) \(seconds(spell.start))-…" }
                lines.append("\(spell.trouble) \(seconds(spell.start))-\(seconds(spell.lastSeen))")
            }
        }
        return lines
    }

    private func seconds(_ time: UTCTime) -> Int { Int((time - zero).inSeconds.rounded()) }
}
