internal import Media
internal import Testing

@Suite("Which pictures are looked at")
struct PictureSamplerTests {
    /// Of ten seconds of 25 pictures each.
    private func wanted(_ rate: Double?, keyframes: (Int) -> Bool) -> Int {
        var sampler = PictureSampler(picturesPerSecond: rate)
        return (0..<250).count { sampler.wants(.milliseconds(40 * $0), isKeyframe: keyframes($0)) }
    }

    @Test("so many a second, and each keyframe of a second")
    func usual() {
        #expect(wanted(5) { _ in false } == 50)
        #expect((10...14).contains(wanted(0.1) { $0 % 25 == 0 }))
        #expect(wanted(nil) { _ in false } == 250)
    }

    @Test("a stream of keyframes alone is looked at twice as often as wanted, no more", arguments: [1.0, 2.5, 5])
    func keyframesOnly(rate: Double) {
        #expect((Int(rate * 10)...Int(rate * 20)).contains(wanted(rate) { _ in true }))
    }
}
