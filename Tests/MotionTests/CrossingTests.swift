import MKDSCore
import Motion
import Testing

/// Someone walks through: it must be found, when and where it happened.
@Suite struct CrossingTests {
    struct Walk: CustomTestStringConvertible {
        var width: Double
        var height: Double
        /// Pixels a second; the picture is 96 wide.
        var speed: Double
        /// Grey levels above or below the pavement.
        var grey: Double
        var noise: Double

        var testDescription: String { "\(width)×\(height) at \(speed)/s, grey \(grey), noise \(noise)" }
    }

    static let walks = [
        Walk(width: 4, height: 8, speed: 8, grey: 30, noise: 2),
        Walk(width: 6, height: 14, speed: 12, grey: 200, noise: 2),
        Walk(width: 6, height: 14, speed: 4, grey: 30, noise: 4),
        Walk(width: 12, height: 30, speed: 20, grey: 20, noise: 6),
        Walk(width: 12, height: 30, speed: 48, grey: 220, noise: 6),
        Walk(width: 6, height: 14, speed: 12, grey: 70, noise: 2),
        Walk(width: 24, height: 50, speed: 24, grey: 15, noise: 10),
    ]

    @Test(arguments: walks)
    func walkerIsFoundInTimeAndPlace(walk: Walk) throws {
        // Enters from the left 15 s on, on the pavement in the lower half.
        let scene = SyntheticScene()
        let top = Double(scene.height) - walk.height - 2
        let duration = 15 + (Double(scene.width) + walk.width) / walk.speed
        let found = events(in: duration + 6, scene: scene) { scene, time in
            let x = (time - 15) * walk.speed - walk.width
            let sprite = Sprite(x: x, y: top, width: walk.width, height: walk.height, grey: walk.grey)
            return scene.picture(noise: walk.noise, sprites: time < 15 ? [] : [sprite])
        }
        let event = try #require(found.first)
        #expect(found.count == 1)
        // Wholly in view after width / speed seconds; three pictures are needed but the first of them counts.
        #expect(event.start.inSeconds >= 14.9)
        #expect(event.start.inSeconds <= 15 + walk.width / walk.speed + 1)
        #expect(event.lastSeen.inSeconds <= duration + 0.5)
        #expect(event.lastSeen.inSeconds >= duration - walk.width / walk.speed - 1.5)
        #expect(event.end == event.lastSeen)
        #expect(event.peakTime >= event.start && event.peakTime <= event.lastSeen)
        let trueShare = walk.width * walk.height / Double(scene.width * scene.height)
        #expect(Double(event.peak) > trueShare * 0.4 && Double(event.peak) < trueShare * 2.5)
        let box = try #require(event.box)
        #expect(abs(Double(box.bottom) - (top + walk.height) / Double(scene.height)) < 0.12)
        #expect(abs(Double(box.top) - top / Double(scene.height)) < 0.12)
        #expect(box.left < 0.15 && box.right > 0.85)
    }

    @Test func cellsTellWhereItWas() throws {
        // From left to right through the lower quarter, never above.
        let found = events(in: 24) { scene, time in
            let sprite = Sprite(x: (time - 12) * 12, y: 42, width: 5, height: 10, grey: 20)
            return scene.picture(noise: 2, sprites: time < 12 ? [] : [sprite])
        }
        let event = try #require(found.first)
        for row in 0..<CellGrid.side {
            let moved = (0..<CellGrid.side).filter { event.cells.contains(row: row, column: $0) }.count
            if row >= 13, row < 15 { #expect(moved >= 13) }
            if row < 11 { #expect(moved == 0) }
        }
    }

    @Test func twoCrossingsAreTwoEvents() {
        let found = events(in: 40) { scene, time in
            let sprites = [10.0, 24.0].filter { time >= $0 }.map { start in
                Sprite(x: (time - start) * 16 - 6, y: 36, width: 6, height: 14, grey: 25)
            }
            return scene.picture(noise: 3, sprites: sprites)
        }
        #expect(found.map { Int($0.start.inSeconds.rounded()) } == [10, 24])
    }

    @Test func walkerInChangingLightIsStillFound() {
        let found = events(in: 40) { scene, time in
            let sprite = Sprite(x: (time - 20) * 12 - 6, y: 36, width: 6, height: 14, grey: 200)
            return scene.picture(
                noise: 3, gain: 1 - time / 100, offset: time > 10 ? 12 : 0, sprites: time < 20 ? [] : [sprite])
        }
        #expect(found.map { Int($0.start.inSeconds.rounded()) } == [20])
    }

    @Test func walkerAfterLightStepIsFound() {
        let found = events(in: 40) { scene, time in
            let sprite = Sprite(x: (time - 20) * 12 - 6, y: 36, width: 6, height: 14, grey: 200)
            return scene.picture(noise: 3, gain: time < 17 ? 1 : 0.5, sprites: time < 20 ? [] : [sprite])
        }
        #expect(found.map { Int($0.start.inSeconds.rounded()) } == [20])
    }

    @Test func busyPathStaysSensitive() {
        // Somebody every 12 s for three minutes: the path must not be taken for a trembling tree.
        let found = events(in: 180) { scene, time in
            let x = time.truncatingRemainder(dividingBy: 12) * 16 - 6
            let sprite = Sprite(x: x, y: 36, width: 6, height: 14, grey: 30)
            return scene.picture(noise: 3, sprites: time < 12 ? [] : [sprite])
        }
        #expect(found.count == 14)
    }

    @Test func whatStopsEndsTheEventAndBecomesBackground() throws {
        // Walks in, stands from second 14 on, is gone at 40: the empty place must not count as motion for long either.
        let settings = MotionSettings()
        let found = events(in: 70, settings: settings) { scene, time in
            let x = min((time - 10) * 10, 40)
            let sprite = Sprite(x: x, y: 36, width: 6, height: 14, grey: 30)
            return scene.picture(noise: 3, sprites: time < 10 || time >= 40 ? [] : [sprite])
        }
        let first = try #require(found.first)
        #expect(abs(first.lastSeen.inSeconds - 14) < 1.5)
        #expect(found.count <= 2)
        for event in found.dropFirst() { #expect(event.lastSeen.inSeconds < 42.5) }
    }

    @Test func nobodyIsSeenUnderAMask() {
        let masked = MotionSettings(masks: [[[0, 0.6], [1, 0.6], [1, 1], [0, 1]]])
        let found = events(in: 24, settings: masked) { scene, time in
            let sprite = Sprite(x: (time - 12) * 12, y: 36, width: 6, height: 14, grey: 20)
            return scene.picture(noise: 2, sprites: time < 12 ? [] : [sprite])
        }
        #expect(found == [])
    }

    @Test func maskOfAnotherPlaceHidesNobody() {
        let masked = MotionSettings(masks: [[[0, 0], [1, 0], [1, 0.5], [0, 0.5]]])
        let found = events(in: 24, settings: masked) { scene, time in
            let sprite = Sprite(x: (time - 12) * 12, y: 36, width: 6, height: 14, grey: 20)
            return scene.picture(noise: 2, sprites: time < 12 ? [] : [sprite])
        }
        #expect(found.count == 1)
    }

    @Test func smallerThanTheMinimumAreaIsNothing() {
        let coarse = MotionSettings(minimumArea: 0.05)
        let found = events(in: 24, settings: coarse) { scene, time in
            let sprite = Sprite(x: (time - 12) * 12, y: 36, width: 6, height: 14, grey: 20)
            return scene.picture(noise: 2, sprites: time < 12 ? [] : [sprite])
        }
        #expect(found == [])
    }

    @Test func walkerIsFoundInSparseKeyframes() {
        let found = events(in: 60, pace: 1) { scene, time in
            let sprite = Sprite(x: (time - 30) * 8 - 6, y: 36, width: 6, height: 14, grey: 20)
            return scene.picture(noise: 3, sprites: time < 30 ? [] : [sprite])
        }
        #expect(found.map { abs($0.start.inSeconds - 30.5) < 1.1 } == [true])
    }
}
