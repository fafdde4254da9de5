import MKDSCore
import Motion
import Testing

/// Pictures no camera should send.
@Suite struct DegeneratePictureTests {
    private func run(_ sizes: [(Int, Int, Int)], settings: MotionSettings = MotionSettings()) -> [MotionSample] {
        var detector = MotionDetector(settings: settings)
        var generator = SeededGenerator(seed: 3)
        return sizes.enumerated().compactMap { index, size in
            let (width, height, stride) = size
            // Exactly as many bytes as are promised: the last row has no padding.
            let bytes = (0..<stride * (height - 1) + width).map { _ in UInt8.random(in: 0...255, using: &generator) }
            return bytes.withUnsafeBufferPointer { bytes in
                bytes.baseAddress
                    .flatMap { LumaView(base: $0, width: width, height: height, stride: stride) }
                    .map { detector.analyse($0, at: .milliseconds(index * 200)) }
            }
        }
    }

    @Test(arguments: [
        (1, 1, 1), (1, 1, 4096), (2, 1, 2), (1, 2, 1), (3, 3, 3), (5, 7, 64), (17, 1, 32), (1, 300, 16),
        (641, 359, 704), (4000, 2, 4000), (2, 3000, 64),
    ])
    func anySizeIsAnalysed(size: (Int, Int, Int)) {
        let samples = run(Array(repeating: size, count: 6))
        #expect(samples.count == 6)
        for sample in samples {
            #expect((0...1).contains(sample.share) && (0...1).contains(sample.lingeringShare))
            if let box = sample.box {
                #expect(box.left >= 0 && box.top >= 0 && box.right <= 1 && box.bottom <= 1)
                #expect(box.left < box.right && box.top < box.bottom)
            }
        }
    }

    @Test func viewWithoutPixelsIsRefused() {
        let bytes: [UInt8] = [0]
        bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            #expect(LumaView(base: base, width: 0, height: 1, stride: 1) == nil)
            #expect(LumaView(base: base, width: 1, height: 0, stride: 1) == nil)
            #expect(LumaView(base: base, width: -1, height: -1, stride: 1) == nil)
            #expect(LumaView(base: base, width: 2, height: 1, stride: 1) == nil)
        }
    }

    @Test func newSizeMidwayStartsTheLearningAnew() {
        let samples = run([(64, 36, 64), (64, 36, 64), (32, 18, 32), (32, 18, 64), (64, 36, 80)])
        #expect(samples.map(\.suppression?.rawValue)[0] == "learning")
        #expect(samples[2].suppression == .learning)
        #expect(samples[4].suppression == .learning)
    }

    @Test func wholePictureUnderAMaskYieldsNothing() {
        let settings = MotionSettings(masks: [[[-1, -1], [2, -1], [2, 2], [-1, 2]]])
        for sample in run(Array(repeating: (64, 36, 64), count: 8), settings: settings) {
            #expect(sample.share == 0 && sample.box == nil && sample.cells.count == 0)
        }
    }

    @Test func senselessMasksAndSettingsAreHarmless() {
        let settings = MotionSettings(
            masks: [
                [], [[0.5]], [[0, 0], [1, 1]], [[.nan, 0], [1, .infinity], [0, 1]],
                [[1e300, 0], [-1e300, 1], [0, 9]],
            ],
            minimumArea: .nan, sensitivity: .infinity, quietSeconds: -1, picturesPerSecond: -5)
        #expect(run(Array(repeating: (64, 36, 64), count: 5), settings: settings).count == 5)
    }

    @Test func timeMayStandStillOrStepBack() {
        var detector = MotionDetector(settings: MotionSettings())
        let bytes = [UInt8](repeating: 90, count: 64 * 36)
        let times = [0, 0, 0, 200, 100, 300, 500_000, 500_200].map { Duration.milliseconds($0) }
        let samples = times.compactMap { time in
            bytes.withUnsafeBufferPointer { bytes in
                bytes.baseAddress.flatMap { LumaView(base: $0, width: 64, height: 36, stride: 64) }
                    .map { detector.analyse($0, at: time) }
            }
        }
        #expect(samples.map(\.time) == times)
        #expect(samples[4].suppression == .learning)
        #expect(samples[6].suppression == .learning)
        #expect(samples.allSatisfy { $0.share == 0 })
    }
}
