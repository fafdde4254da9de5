import MKDSCore
import Motion
import Testing

/// What hides, blurs, turns or blinds is found with its start and end; what only passes is not.
@Suite struct SightSceneTests {
    /// A minute as usual, then the change, then as usual again; one picture a second.
    private func spells(
        _ change: SightScene.Change, for span: ClosedRange<Int>, of seconds: Int = 160, noise: Double = 3,
        ignoring: Set<SightTrouble> = []
    ) -> [String] {
        var scene = SightScene()
        var watcher = SightWatcher(ignoring: ignoring)
        for second in 0..<seconds {
            watcher.watch(scene.picture(span.contains(second) ? change : .none, noise: noise), at: Double(second))
        }
        return watcher.spells
    }

    @Test(arguments: [1.0, 3, 8]) func aClearSceneIsNoTrouble(noise: Double) {
        #expect(spells(.none, for: 0...0, noise: noise) == [])
    }

    @Test(arguments: [(0.8, 16.0), (0.85, 90), (1.0, 140)])
    func aCoverOverMostOfThePictureIsFound(share: Double, grey: Double) {
        #expect(spells(.patch(share, grey: grey), for: 60...129) == ["covered 60-128"])
    }

    @Test func aSmearedLensIsACover() {
        #expect(spells(.smear(0.85), for: 60...129) == ["covered 60-128"])
    }

    @Test func halfAPictureIsStillAScene() {
        #expect(spells(.patch(0.5, grey: 40), for: 60...129) == [])
    }

    @Test(arguments: [2, 3, 4]) func aPictureOutOfFocusIsBlurred(radius: Int) {
        #expect(spells(.blur(radius), for: 60...129) == ["blurred 60-128"])
    }

    @Test(arguments: [0.1, 0.4, 0.9]) func aTurnedCameraIsFoundAndSoIsItsReturn(share: Double) {
        #expect(spells(.shift(share), for: 60...129) == ["turned 60-128"])
    }

    @Test func aCameraThatStaysTurnedStaysReported() {
        #expect(spells(.shift(0.4), for: 60...1_000, of: 600) == ["turned 60-…"])
    }

    @Test func lightsOutIsDarkAndNotCovered() {
        #expect(spells(.light(gain: 0.05, offset: 4), for: 60...129) == ["dark 60-128"])
    }

    @Test func exposureUpIsBright() {
        #expect(spells(.light(gain: 2, offset: 140), for: 60...129) == ["bright 60-128"])
    }

    @Test(arguments: [0.5, 0.8, 0.95]) func aLorryThatStandsForTwentySecondsIsNoTrouble(share: Double) {
        #expect(spells(.lorry(share), for: 60...79) == [])
    }

    @Test func aCoverTakenAwayInTimeIsNoTrouble() {
        #expect(spells(.patch(1, grey: 30), for: 60...85) == [])
    }

    @Test(arguments: [0.5, 0.7, 1.4]) func aStepOfLightIsNoTrouble(gain: Double) {
        #expect(spells(.light(gain: gain, offset: 0), for: 60...129) == [])
    }

    @Test func nightAndDayAreNoTrouble() {
        // Dusk within 20 minutes, an hour of lamps, dawn; noise rises with the night. One picture in five seconds.
        var scene = SightScene()
        var watcher = SightWatcher()
        for second in stride(from: 0, to: 5_400, by: 5) {
            let time = Double(second)
            let day = time < 3_600 ? max(0, 1 - max(0, time - 600) / 1_200) : min(1, (time - 3_600) / 1_200)
            watcher.watch(scene.picture(.dusk(day), noise: 3 + 5 * (1 - day)), at: time)
        }
        #expect(watcher.spells == [])
    }

    @Test func lampsSwitchedOnAtOnceAreNoTrouble() {
        #expect(spells(.dusk(0.15), for: 60...129, noise: 4) == [])
    }

    @Test func whatTheCameraIsNotReportedForIsNotReported() {
        #expect(spells(.light(gain: 0.05, offset: 4), for: 60...129, ignoring: [.dark]) == [])
        #expect(spells(.patch(1, grey: 90), for: 60...129, ignoring: [.dark]) == ["covered 60-128"])
    }

    @Test func aLostStreamEndsTheSpellWhereItWasLastSeenAndTheSceneIsRemembered() {
        var scene = SightScene()
        var watcher = SightWatcher()
        for second in 0..<140 {
            watcher.watch(scene.picture(second < 60 ? .none : .shift(0.4)), at: Double(second))
        }
        watcher.close(.streamLost)
        // It comes back ten minutes later, still turned.
        for second in 800..<850 { watcher.watch(scene.picture(.shift(0.4)), at: Double(second)) }
        #expect(watcher.spells == ["turned 60-138", "turned 800-…"])
        guard
            case .closed(_, let reason)? = watcher.changes.first(where: { if case .closed = $0 { true } else { false } }
            )
        else { return }
        #expect(reason == .streamLost)
    }

    @Test func aCameraTurnedForGoodIsLearntAfterADay() {
        var scene = SightScene()
        var watcher = SightWatcher()
        for second in 0..<60 { watcher.watch(scene.picture(), at: Double(second)) }
        // A look in five minutes: each counts for five seconds.
        for number in 0..<30 * 12 { watcher.watch(scene.picture(.shift(0.4)), at: 60 + Double(number) * 300) }
        #expect(watcher.spells == ["turned 60-86460"])
    }

    @Test func anotherPictureSizeIsAnotherScene() {
        var scene = SightScene()
        var watcher = SightWatcher()
        for second in 0..<60 { watcher.watch(scene.picture(), at: Double(second)) }
        let flat = [UInt8](repeating: 90, count: 256 * 144)
        for second in 60..<120 { watcher.watch(flat, width: 256, height: 144, at: Double(second)) }
        #expect(watcher.spells == [])
    }

    @Test(arguments: [(1, 1), (7, 60), (31, 31), (33, 32), (400, 2)])
    func anyPictureSizeIsSurvived(size: (Int, Int)) {
        var watcher = SightWatcher()
        let picture = [UInt8](repeating: 77, count: size.0 * size.1)
        for second in 0..<80 { watcher.watch(picture, width: size.0, height: size.1, at: Double(second)) }
        #expect(watcher.spells == [])
    }
}
