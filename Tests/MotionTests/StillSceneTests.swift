import MKDSCore
import Motion
import Testing

/// What moves nothing must yield nothing.
@Suite struct StillSceneTests {
    @Test(arguments: [0.0, 2, 5, 10, 20])
    func noiseAloneYieldsNoEvent(level: Double) {
        let found = events(in: 80) { scene, _ in scene.picture(noise: level) }
        #expect(found == [])
    }

    @Test func noiseThatGrowsAtDuskYieldsNoEvent() {
        let found = events(in: 60) { scene, time in
            scene.picture(noise: 2 + time / 4, gain: 1 - time / 120)
        }
        #expect(found == [])
    }

    @Test(arguments: [0.4, 0.7, 1.5, 1.9])
    func lightStepYieldsNoEvent(gain: Double) {
        let found = events(in: 40) { scene, time in
            scene.picture(noise: 3, gain: time < 20 ? 1 : gain)
        }
        #expect(found == [])
    }

    @Test(arguments: [-60.0, -25, 25, 60])
    func brightnessStepYieldsNoEvent(offset: Double) {
        let found = events(in: 40) { scene, time in
            scene.picture(noise: 3, offset: time < 20 ? 0 : offset)
        }
        #expect(found == [])
    }

    @Test func slowDimmingYieldsNoEvent() {
        let found = events(in: 60) { scene, time in scene.picture(noise: 3, gain: 1 - time / 80) }
        #expect(found == [])
    }

    @Test func flickeringLampYieldsNoEvent() {
        let found = events(in: 40) { scene, time in
            scene.picture(noise: 3, gain: Int((time * 5).rounded()) % 3 == 0 ? 1.25 : 1)
        }
        #expect(found == [])
    }

    @Test func cloudOverHalfThePictureYieldsNoEvent() {
        // A quarter darker within 15 s, with a hard edge in the middle.
        let found = events(in: 50) { scene, time in
            let shade = max(0, min(1, (time - 10) / 15))
            return scene.picture(noise: 3, gain: 1 - 0.25 * shade, shadedShare: 0.5)
        }
        #expect(found == [])
    }

    @Test func shakingMastYieldsNoEvent() {
        let found = events(in: 40) { scene, time in
            scene.picture(noise: 3, shift: [0, 1, 0, -1][Int((time * 5).rounded()) % 4])
        }
        #expect(found == [])
    }

    @Test func burntInClockYieldsNoEvent() {
        // Digits of 1 × 2 pixels, which is 20 × 40 in 1080p; the last changes every second, the one before every ten.
        let found = events(in: 40) { scene, time in
            let digits = [1.0, 10].enumerated().map { index, period in
                Sprite(
                    x: Double(12 - index * 2), y: 2, width: 1, height: 2, grey: Int(time / period) % 2 == 0 ? 255 : 10)
            }
            return scene.picture(noise: 3, sprites: digits)
        }
        #expect(found == [])
    }

    @Test func pulsingAtKeyframesYieldsNoEvent() {
        // Between keyframes a thrifty encoder lets texture fade and blocks form; each keyframe brings it back at once.
        let found = events(in: 50) { scene, time in
            let phase = Double(Int((time * 5).rounded()) % 5) / 5
            var picture = scene.picture(noise: 2 + 3 * (1 - phase))
            coarsen(&picture, width: scene.width, height: scene.height, by: phase * 0.8)
            return picture
        }
        #expect(found == [])
    }

    @Test func sparsePicturesOfNoiseYieldNoEvent() {
        let found = events(in: 600, pace: 0.5) { scene, _ in scene.picture(noise: 8) }
        #expect(found == [])
    }

    /// Draws each 8 × 8 block towards its mean.
    private func coarsen(_ picture: inout [UInt8], width: Int, height: Int, by share: Double) {
        for top in Swift.stride(from: 0, to: height, by: 8) {
            for left in Swift.stride(from: 0, to: width, by: 8) {
                let rows = top..<min(top + 8, height)
                let columns = left..<min(left + 8, width)
                var sum = 0
                for y in rows { for x in columns { sum += Int(picture[y * width + x]) } }
                let mean = Double(sum) / Double(rows.count * columns.count)
                for y in rows {
                    for x in columns {
                        let value = Double(picture[y * width + x])
                        picture[y * width + x] = UInt8(value + (mean - value) * share)
                    }
                }
            }
        }
    }
}
