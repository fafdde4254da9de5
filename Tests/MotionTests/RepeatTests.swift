import MKDSCore
import Motion
import Testing

/// Frozen and looped video: keyframes that come back, pixel for pixel.
@Suite struct RepeatTests {
    /// Small pictures of a grey ramp with noise: fingerprints do not care what is shown.
    private struct Camera {
        static let (width, height) = (64, 36)
        var generator: SeededGenerator

        init(seed: UInt64 = 3) { generator = SeededGenerator(seed: seed) }

        /// `noisy` of 64 pixels differ from the ramp, by one grey level.
        mutating func picture(noisy: UInt64 = 32) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: Self.width * Self.height)
            bytes.withUnsafeMutableBufferPointer { bytes in
                var word: UInt64 = 0
                for index in 0..<bytes.count {
                    if index & 7 == 0 { word = generator.next() }
                    bytes[index] = 60 + UInt8(index & 63) + (word & 63 < noisy ? 1 : 0)
                    word >>= 8
                }
            }
            return bytes
        }
    }

    /// Feeds keyframes, `gop` seconds apart; `index` says which picture of the scene each one is.
    private func watch(_ count: Int, gop: Double = 1, index: (Int) -> Int) -> SightWatcher {
        var scene = Camera()
        var pictures: [Int: [UInt8]] = [:]
        var watcher = SightWatcher()
        for number in 0..<count {
            let wanted = index(number)
            let picture = pictures[wanted] ?? scene.picture()
            pictures[wanted] = picture
            watcher.watch(picture, width: Camera.width, height: Camera.height, at: Double(number) * gop)
        }
        return watcher
    }

    @Test(arguments: [0.4, 1, 2, 4, 10])
    func aFrozenPictureIsFlaggedWithinTwoGroupsAndTwoSeconds(gop: Double) {
        // Keyframe 10 is the last live one; the picture stands from then on.
        var live = watch(11, gop: gop) { $0 }
        #expect(live.spells == [])
        var scene = Camera(seed: 5)
        let still = scene.picture()
        var number = 11
        while live.spells.isEmpty, number < 40 {
            live.watch(still, width: Camera.width, height: Camera.height, at: Double(number) * gop)
            number += 1
        }
        // The stand began, at the latest, with the keyframe before the first one that shows it.
        #expect(Double(number - 1 - 10) * gop <= 2 * gop + 2.001)
        #expect(live.spells == ["frozen \(Int((11 * gop).rounded()))-…"])
        live.watch(scene.picture(), width: Camera.width, height: Camera.height, at: Double(number) * gop)
        #expect(live.spells == ["frozen \(Int((11 * gop).rounded()))-\(Int((Double(number - 1) * gop).rounded()))"])
    }

    @Test(arguments: [2, 3, 10, 60])
    func aLoopIsFlaggedWithItsSecondRepeatedKeyframe(length: Int) {
        // Live to 100, then the last `length` groups again and again; the first that comes back is number 100.
        let watcher = watch(100 + 2) { $0 < 100 ? $0 : 100 - length + $0 - 100 }
        #expect(watcher.spells == ["looped 100-…"])
        let longer = watch(100 + 3 * length + 5) { number in
            if number < 100 { return number }
            return number < 100 + 3 * length ? 100 - length + (number - 100) % length : number
        }
        #expect(longer.spells == ["looped 100-\(100 + 3 * length - 1)"])
    }

    @Test func anHourOfAStillNoisySceneIsNoTrouble() {
        // Every keyframe of an hour, one pixel in 64 off by one grey level: what a denoising camera leaves at night.
        var scene = Camera()
        var watcher = SightWatcher()
        for number in 0..<3_600 {
            watcher.watch(scene.picture(noisy: 1), width: Camera.width, height: Camera.height, at: Double(number))
        }
        #expect(watcher.spells == [])
    }

    @Test func twoEqualJPEGsOfASlowCameraAreNotFrozen() {
        // Five pictures a second of which every one comes six times: 1.2 s.
        let watcher = watch(300, gop: 0.2) { $0 / 6 }
        #expect(watcher.spells == [])
    }

    @Test func picturesOfOneGreySayNothing() {
        var watcher = SightWatcher(ignoring: [.dark])
        let black = [UInt8](repeating: 16, count: SightScene.width * SightScene.height)
        for second in 0..<100 { watcher.watch(black, at: Double(second)) }
        #expect(watcher.spells == [])
    }

    @Test func aFrozenStreamThatIsLostEndsThere() {
        var watcher = watch(30) { min($0, 10) }
        watcher.close(.streamLost)
        #expect(watcher.spells == ["frozen 10-29"])
    }

    @Test func aLoopLongerThanWhatIsRememberedIsNotFound() {
        let watcher = watch(2_300 * 2, gop: 0.5) { $0 % 2_300 }
        #expect(watcher.spells == [])
    }
}
