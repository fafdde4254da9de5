import MKDSCore
import Testing

@testable import mkdsd

struct CameraQuarantineTests {
    private let start = ContinuousClock.now

    @Test func thirdCrashWithinAnHourPutsTheCameraIntoQuarantine() throws {
        let bad = try #require(CameraID("bad"))
        let good = try #require(CameraID("good"))
        var quarantine = CameraQuarantine()
        let crashes = [(bad, 0), (good, 0), (bad, 1), (bad, 3599), (bad, 3600)]
        let answers = crashes.map { quarantine.crashed($0, at: start + .seconds($1)) }
        #expect(answers == [false, false, false, true, false])
        #expect(quarantine.cameras == [bad])
        let cameras = [bad, good].map { AssignedCamera(id: $0, url: "rtsp://10.0.0.1/", motion: MotionSettings()) }
        let held = quarantine.apply(to: CaptureAssignment(cameras: cameras))
        #expect(held.cameras == cameras)
        #expect(held.quarantined == [bad])
    }

    @Test func crashesFarApartAreForgiven() throws {
        let camera = try #require(CameraID("bad"))
        var quarantine = CameraQuarantine()
        let answers = (0..<10).map { quarantine.crashed(camera, at: start + .seconds(3600 * $0)) }
        #expect(!answers.contains(true))
    }

    @Test func afterAReleaseThreeMoreAreNeeded() throws {
        let camera = try #require(CameraID("bad"))
        var quarantine = CameraQuarantine()
        for second in 0..<3 { _ = quarantine.crashed(camera, at: start + .seconds(second)) }
        quarantine.release()
        #expect(quarantine.cameras.isEmpty)
        let answer = quarantine.crashed(camera, at: start + .seconds(10))
        #expect(!answer)
    }

    @Test func onlyAWholeCrashLineNamesACamera() {
        #expect(ChildLog.crashedCamera(Array(#"{"crashed":"cam-1","level":"error"}"#.utf8)) == CameraID("cam-1"))
        #expect(ChildLog.crashedCamera(Array(#"{"crashed":"no id"}"#.utf8)) == nil)
        #expect(ChildLog.crashedCamera(Array(#"{"message":"{\"crashed\":\"cam-1\""}"#.utf8)) == nil)
        #expect(ChildLog.crashedCamera(Array(#"{"crashed":"cam-1"#.utf8)) == nil)
    }
}
